"""Certificates, keys and intermediates that are refused (design.md#revocation)."""

import re
from dataclasses import dataclass
from typing import Final

from wissel.routing.facts import Revocation, RevocationTarget
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.registry.ports import Transaction

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_ISSUER_SERIAL: Final = re.compile(r"[^\x00-\x1f]{1,500}#[0-9a-f]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeCertificate:
    """What is refused from now on.

    `value` is 64 hex digits for the digests, `<RFC 4514 issuer>#<hex serial>`
    for an issuer and serial number.
    """

    target: RevocationTarget
    value: str


async def revoke_certificate(transaction: Transaction, command: RevokeCertificate) -> Revocation:
    """Record that a certificate, key or intermediate is refused from now on, and return that.

    What is revoked already stays so. `Refused(FIELD_INVALID)` if the value does
    not have the form of its target (see `RevokeCertificate`).
    """
    if command.target is RevocationTarget.ISSUER_SERIAL:
        pattern, problem = _ISSUER_SERIAL, "an issuer and a serial number in hex"
        issuer, separator, serial = command.value.rpartition("#")
        value = issuer + separator + serial.lower().lstrip("0")
    else:
        pattern, problem = _DIGEST, "a digest is 64 hex digits"
        value = command.value.lower()
    if not pattern.fullmatch(value):
        raise Refused(Reason.FIELD_INVALID, field=command.target.lower(), problem=problem)
    revocation = Revocation(target=command.target, value=value)
    await transaction.put(revocation)
    return revocation
