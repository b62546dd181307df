"""A chain of certificates that has been found good, and whether it still is."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Protocol, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wissel.routing.facts import RevocationTarget
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.bounded_cache import Recent
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Oin

Revoked = AbstractSet[tuple[RevocationTarget, str]]
"""The names of what the register revoked, such as `Table.revoked`."""

_ONE_SECOND: Final = dt.timedelta(seconds=1)  # the unit of a certificate's validity
_LAST: Final = dt.datetime.max.replace(tzinfo=dt.UTC)  # 9999: no well-defined end (RFC 5280)
_REMEMBERED: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedPath:
    """A path from a leaf to a root, and what is asked of it again and again.

    `chain` is leaf first and ends with the root. The path holds from the latest
    notBefore to the earliest notAfter in it, so no longer at `ends`. `key` is that
    of the leaf, `names` are all names by which an element can be revoked.
    `leaf_sha256` and `sha256`, of the leaf and of the path as a whole, are in
    lower-case hex.
    """

    oin: Oin
    chain: tuple[x509.Certificate, ...]
    key: CertificatePublicKeyTypes
    not_before: dt.datetime
    not_after: dt.datetime
    ends: dt.datetime
    leaf_sha256: str
    sha256: str
    names: frozenset[tuple[RevocationTarget, str]]

    @classmethod
    def of(cls, oin: Oin, chain: Sequence[x509.Certificate]) -> Self:
        """Return the path with everything about it worked out once."""
        digests = [certificate_sha256(each) for each in chain]
        not_after = min(each.not_valid_after_utc for each in chain)
        return cls(
            oin=oin,
            chain=tuple(chain),
            key=chain[0].public_key(),
            not_before=max(each.not_valid_before_utc for each in chain),
            not_after=not_after,
            # Validity ends with the whole second that notAfter names (RFC 5280 4.1.2.5).
            ends=min(not_after, _LAST - _ONE_SECOND) + _ONE_SECOND,
            leaf_sha256=digests[0],
            sha256=hashlib.sha256("".join(digests).encode()).hexdigest(),
            names=frozenset(name for each in chain for name in revocation_names(each)),
        )

    @property
    def leaf(self) -> x509.Certificate:
        """The certificate that it leads from."""
        return self.chain[0]

    def holds_at(self, at: dt.datetime) -> bool:
        """Whether every certificate in it is valid at that instant."""
        return self.not_before <= at < self.ends


class PathFinder(Protocol):
    """What builds trusted paths."""

    def path(self, chain: Sequence[bytes], purpose: Purpose, at: dt.datetime) -> TrustedPath:
        """Return a trusted path for the first of these DER certificates at that instant.

        The others are only candidates. Raises `Refused` with a reason of
        identity (`CERTIFICATE_…`, `OIN_…`, `REVOCATION_UNKNOWN`).
        """
        ...


class RememberedPaths:
    """A path finder that finds the same path only once.

    Time enters path building through the validity of its certificates alone, so
    a path found at one instant is good at every instant at which it holds.
    """

    def __init__(self, inner: PathFinder, size: int = _REMEMBERED) -> None:
        self._inner = inner
        self._paths: Recent[tuple[Purpose, tuple[bytes, ...]], TrustedPath] = Recent(size)

    def path(self, chain: Sequence[bytes], purpose: Purpose, at: dt.datetime) -> TrustedPath:
        """As in `PathFinder`."""
        key = (purpose, tuple(chain))
        known = self._paths.get(key)
        if known is not None and known.holds_at(at):
            return known
        found = self._inner.path(chain, purpose, at)
        self._paths.put(key, found)
        return found


def check_clock(path: TrustedPath, at: dt.datetime) -> None:
    """Return if the path holds at that instant.

    Raises `Refused(CERTIFICATE_EXPIRED)` or `Refused(CERTIFICATE_NOT_YET_VALID)`.
    """
    if path.holds_at(at):
        return
    if at < path.not_before:
        since = day_of(path.not_before).isoformat()
        raise Refused(Reason.CERTIFICATE_NOT_YET_VALID, not_before=since)
    until = day_of(path.not_after).isoformat()
    raise Refused(Reason.CERTIFICATE_EXPIRED, not_after=until)


def check_revoked(path: TrustedPath, revoked: Revoked) -> None:
    """Return if no element was revoked, or raise `Refused(CERTIFICATE_REVOKED)`."""
    if path.names.isdisjoint(revoked):
        return
    target, value = min(path.names & revoked)
    raise Refused(Reason.CERTIFICATE_REVOKED, target=target, value=value)


def revocation_names(
    certificate: x509.Certificate,
) -> tuple[tuple[RevocationTarget, str], ...]:
    """Return the three names by which a certificate can be revoked (see `facts.Revocation`)."""
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    issuer_serial = f"{certificate.issuer.rfc4514_string()}#{certificate.serial_number:x}"
    return (
        (RevocationTarget.CERTIFICATE_SHA256, certificate_sha256(certificate)),
        (RevocationTarget.SPKI_SHA256, hashlib.sha256(spki).hexdigest()),
        (RevocationTarget.ISSUER_SERIAL, issuer_serial),
    )


def certificate_sha256(certificate: x509.Certificate) -> str:
    """Return the digest of the DER certificate in lower-case hex."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
