"""A path of certificates to a trusted root, and whether it is still valid and not revoked."""

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
from wissel.routing.signing.bounded_cache import BoundedCache
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Oin

Revoked = AbstractSet[tuple[RevocationTarget, str]]
"""The names of what the register revoked, such as `Table.revoked`."""

_ONE_SECOND: Final = dt.timedelta(seconds=1)  # the unit of a certificate's validity
_LAST: Final = dt.datetime.max.replace(tzinfo=dt.UTC)  # 9999: no well-defined end (RFC 5280)
_REMEMBERED: Final = 1024
REFUSED_SECONDS: Final = dt.timedelta(seconds=5)
"""How long a refused chain is not judged again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedPath:
    """A path from a leaf to a root, and what is asked of it again and again.

    `chain` is leaf first and ends with the root. The path is valid from
    `not_before`, the latest notBefore in it, up to but not including `ends`,
    one second after `not_after`, the earliest notAfter in it. `key` is the
    public key of the leaf. `names` are the names by which any of its
    certificates can be revoked (see `revocation_names`). `leaf_sha256` is the
    digest of the DER leaf, `sha256` that of the whole path; both are lower-case
    hex.
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
        """Return the path of `chain` (leaf first, root last) whose leaf names `oin`."""
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
        """The certificate at the beginning of the path."""
        return self.chain[0]


class PathFinder(Protocol):
    """Builds trusted paths."""

    def path(self, chain: Sequence[bytes], purpose: Purpose, at: dt.datetime) -> TrustedPath:
        """Return the trusted path of `chain[0]`, valid at `at`, an aware instant.

        `chain` holds DER certificates; those after the first are only candidates
        for the path. Raises `Refused` with a reason of identity (`CERTIFICATE_…`,
        `OIN_…`, `REVOCATION_UNKNOWN`, `ALGORITHM_NOT_ALLOWED`).
        """
        ...


class CachedPathFinder:
    """A `PathFinder` that remembers what became of the last `size` chains, built or refused.

    The instant matters to path building only through the validity of the
    certificates, so a path that was built once is right whenever it is valid. A
    refusal is remembered for `REFUSED_SECONDS`, so that nobody makes the same
    chain be judged again and again.
    """

    def __init__(self, inner: PathFinder, size: int = _REMEMBERED) -> None:
        self._inner = inner
        self._paths: BoundedCache[bytes, TrustedPath] = BoundedCache(size)
        self._refused: BoundedCache[bytes, tuple[Refused, dt.datetime]] = BoundedCache(size)

    def path(self, chain: Sequence[bytes], purpose: Purpose, at: dt.datetime) -> TrustedPath:
        """As in `PathFinder`."""
        key = _digest(chain, purpose)
        known = self._paths.get(key)
        if known is not None and validity_problem(known, at) is None:
            return known
        refused = self._refused.get(key)
        if refused is not None and abs(at - refused[1]) < REFUSED_SECONDS:
            raise refused[0].again()
        try:
            found = self._inner.path(chain, purpose, at)
        except Refused as refusal:
            self._refused.put(key, (refusal.again(), at))
            raise
        self._paths.put(key, found)
        return found


def _digest(chain: Sequence[bytes], purpose: Purpose) -> bytes:
    """Return the digest of all that was presented, and for what."""
    hashed = hashlib.sha256(purpose.value.encode())
    for der in chain:
        hashed.update(len(der).to_bytes(4))
        hashed.update(der)
    return hashed.digest()


def validity_problem(path: TrustedPath, at: dt.datetime) -> Refused | None:
    """Return why the path is not valid at `at`, an aware instant; None if it is valid.

    The reason is CERTIFICATE_NOT_YET_VALID or CERTIFICATE_EXPIRED; its metadata
    names the day on which the path begins or ends.
    """
    if at < path.not_before:
        since = day_of(path.not_before).isoformat()
        return Refused(Reason.CERTIFICATE_NOT_YET_VALID, not_before=since)
    if at >= path.ends:
        until = day_of(path.not_after).isoformat()
        return Refused(Reason.CERTIFICATE_EXPIRED, not_after=until)
    return None


def revocation_problem(path: TrustedPath, revoked: Revoked) -> Refused | None:
    """Return CERTIFICATE_REVOKED if the register revoked a certificate of the path, else None."""
    if path.names.isdisjoint(revoked):
        return None
    target, value = min(path.names & revoked)
    return Refused(Reason.CERTIFICATE_REVOKED, target=target, value=value)


def revocation_names(
    certificate: x509.Certificate,
) -> tuple[tuple[RevocationTarget, str], ...]:
    """Return the names by which a certificate can be revoked (see `facts.Revocation`).

    They are the SHA-256 of the certificate (DER) and of its public key
    (SubjectPublicKeyInfo, DER), both in lower-case hex, and `issuer#serial`, with
    the issuer as in RFC 4514 and the serial number in lower-case hex.
    """
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    issuer_serial = f"{certificate.issuer.rfc4514_string()}#{certificate.serial_number:x}"
    return (
        (RevocationTarget.CERTIFICATE_SHA256, certificate_sha256(certificate)),
        (RevocationTarget.SPKI_SHA256, hashlib.sha256(spki).hexdigest()),
        (RevocationTarget.ISSUER_SERIAL, issuer_serial),
    )


def certificate_sha256(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the DER certificate in lower-case hex."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
