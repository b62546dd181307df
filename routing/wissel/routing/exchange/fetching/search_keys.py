"""Finding a pupil's dossier without telling the number (design.md#search-keys, ADR 40).

Both systems of a session make the same secret of their own private key and the
other's public one. The requester sends an HMAC of the number under that secret, and
the source looks which of its prepared dossiers has the same. Neither the hub, which
passes it on, nor anybody who reads it later can try all numbers: they lack the secret.
"""

import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from stdnum.nl import bsn, onderwijsnummer

from wissel.routing.exchange.fetching.system_keys import KEY_BYTES, is_usable
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import SystemId

_LABEL: Final = b"wissel search-key v1"
_DIGITS: Final = 9


class NumberKind(StrEnum):
    """Which number of a pupil: burgerservicenummer, or onderwijsnummer."""

    BSN = "bsn"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilNumber:
    """A number of nine digits; it is in no text that is made of this value.

    Raises ValueError, which does not repeat it, for another text.
    """

    kind: NumberKind
    digits: str = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.digits) != _DIGITS or not (self.digits.isascii() and self.digits.isdigit()):
            raise ValueError("a number of a pupil has nine digits")


def pupil_number(text: str) -> PupilNumber:
    """Return the number in a text of nine digits; its check digit tells which kind it is.

    Raises ValueError, which does not repeat it, for a text that is neither a
    burgerservicenummer nor an onderwijsnummer.
    """
    digits = text.strip()
    if digits.isascii() and digits.isdigit() and len(digits) == _DIGITS:
        for kind, is_valid in (
            (NumberKind.BSN, bsn.is_valid),
            (NumberKind.OWN, onderwijsnummer.is_valid),
        ):
            if is_valid(digits):
                return PupilNumber(kind=kind, digits=digits)
    said = "this is no burgerservicenummer or onderwijsnummer: nine digits that pass their check"
    raise ValueError(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOf:
    """Which key a system uses in a session."""

    system_id: SystemId
    key_id: UUID


def session_secret(
    own: X25519PrivateKey, other: bytes, session: UUID, source: KeyOf, requester: KeyOf
) -> bytes:
    """Return the secret of 32 bytes that both systems of a session make.

    `own` is the key of one side and `other` the public one of the other side, 32 bytes
    that were verified (`system_keys.verified_key`). It is HKDF-SHA-256 (RFC 5869) of
    what X25519 makes of them, with the 16 bytes of the session as salt; info is
    `wissel search-key v1` and then, each after its length in two bytes, the system id
    of the source, that of the requester, and the key ids in the same order. So the
    secret of one session, pair of systems or pair of keys says nothing about others.

    Raises `Refused(SYSTEM_KEY_INVALID)` for a key of low order.
    """
    if not is_usable(other):
        raise Refused(Reason.SYSTEM_KEY_INVALID, problem="no key for X25519", at="public_key")
    shared = own.exchange(X25519PublicKey.from_public_bytes(other))
    texts = (source.system_id, requester.system_id, str(source.key_id), str(requester.key_id))
    info = b"".join(chain((_LABEL,), map(_prefixed, texts)))
    return HKDF(SHA256(), KEY_BYTES, session.bytes, info).derive(shared)


def search_key(secret: bytes, number: PupilNumber) -> bytes:
    """Return the 32 bytes that stand for a number in one session: an HMAC-SHA-256.

    It is over `bsn:` or `own:` and the nine digits, so that the same digits of another
    kind of number are another key.
    """
    return hmac.digest(secret, f"{number.kind}:{number.digits}".encode(), "sha256")


def number_behind(secret: bytes, key: bytes, prepared: Iterable[PupilNumber]) -> PupilNumber | None:
    """Return the number among those of prepared dossiers that a search key stands for.

    None if it stands for no such number. All are looked at, so that the time it takes
    does not tell which one it was.
    """
    found = None
    for number in prepared:
        if hmac.compare_digest(search_key(secret, number), key):
            found = number
    return found


def is_of_another(asked: PupilNumber, held: Collection[PupilNumber]) -> bool:
    """Whether a dossier that holds these numbers is of another pupil than the one asked for.

    It is if it holds another BSN than was asked for; and, asked for by onderwijsnummer, if
    it holds another one and no BSN. A pupil that got a BSN is still asked for by an earlier
    onderwijsnummer, and a dossier without the kind of number that was asked for tells nothing.
    """
    kinds = {each.kind for each in held}
    if asked.kind is NumberKind.OWN and NumberKind.BSN in kinds:
        return False
    return any(each.kind is asked.kind and each != asked for each in held)


def _prefixed(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode("ascii")
