"""Choosing one chain among the certificates that a peer presents, before any signature is verified.

Whoever presents certificates decides how many there are and what their names
say, and a search that verifies as it goes tries their combinations. So the chain
is chosen by names and key identifiers alone, and then verified once; a second
one is chosen from the rest if that fails (design.md#identity).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from wissel.routing.signing.certificate_profile import UNREADABLE, extension
from wissel.routing.signing.keys import MAXIMUM_RSA_BITS

MAX_INTERMEDIATES: Final = 3
"""The most certificates that a path may have between its leaf and its root."""
MAX_CANDIDATES: Final = 8
"""The most certificates beside the leaf that are looked at."""
MAX_CHAINS: Final = 2
"""The most chains that are verified for what was presented."""
MAX_VERIFICATIONS: Final = MAX_CHAINS * (MAX_INTERMEDIATES + 1)
"""The most signatures of certificates that are verified for what was presented."""

_CURVES: Final = frozenset({ec.SECP256R1.name, ec.SECP384R1.name})


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """What the choice needs of a certificate, read once."""

    certificate: x509.Certificate
    subject: bytes
    issuer: bytes
    own_key: bytes | None
    issuer_key: bytes | None

    @classmethod
    def of(cls, certificate: x509.Certificate) -> "_Node":
        """Read a certificate; raises `UNREADABLE`."""
        own = extension(certificate, x509.SubjectKeyIdentifier)
        issuer = extension(certificate, x509.AuthorityKeyIdentifier)
        return cls(
            certificate,
            certificate.subject.public_bytes(),
            certificate.issuer.public_bytes(),
            own.digest if own else None,
            issuer.key_identifier if issuer else None,
        )

    def may_issue(self, other: "_Node") -> bool:
        """Whether names and key identifiers allow that this one issued another."""
        if self.subject != other.issuer:
            return False
        return None in {self.own_key, other.issuer_key} or self.own_key == other.issuer_key


def is_costly(certificate: x509.Certificate) -> bool:
    """Whether verifying with the certificate's key costs more than we take on.

    That is RSA of more than 4096 bits, and any curve but P-256 and P-384. Raises
    `UNREADABLE`.
    """
    match key := certificate.public_key():
        case rsa.RSAPublicKey():
            return key.key_size > MAXIMUM_RSA_BITS
        case ec.EllipticCurvePublicKey():
            return key.curve.name not in _CURVES
        case _:
            return False


def chains(
    leaf: x509.Certificate,
    candidates: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: dt.datetime,
) -> Iterator[list[x509.Certificate]]:
    """Yield chains from the leaf to a root, leaf first, at most `MAX_CHAINS`.

    Every link of a chain fits by name and key identifier; no signature has been
    looked at. Each is the shortest that there is; among equals, candidates that
    are valid at `at` go first, then those that end last. What a chain has used
    beside the leaf is in no later one. Candidates with costly keys are in none.
    Raises `UNREADABLE` for a leaf or root whose names or extensions cannot be read.
    """
    start = _Node.of(leaf)
    pool = sorted(_nodes(candidates), key=lambda each: _preference(each.certificate, at))
    tops = [_Node.of(root) for root in roots]
    for _ in range(MAX_CHAINS):
        chain = _shortest(start, pool, tops)
        if chain is None:
            return
        yield [each.certificate for each in chain]
        used = set(map(id, chain[1:]))
        pool = [each for each in pool if id(each) not in used]
        tops = [each for each in tops if id(each) not in used] if len(chain) == 2 else tops  # noqa: PLR2004 - leaf and root


def _nodes(candidates: Sequence[x509.Certificate]) -> Iterator[_Node]:
    for candidate in candidates[:MAX_CANDIDATES]:
        try:
            if not is_costly(candidate):
                yield _Node.of(candidate)
        except UNREADABLE:
            # It cannot be part of a path. If it is missed, there is no path.
            continue


def _preference(certificate: x509.Certificate, at: dt.datetime) -> tuple[bool, float]:
    since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return not since <= at <= until, -until.timestamp()


def _shortest(start: _Node, pool: Sequence[_Node], roots: Sequence[_Node]) -> list[_Node] | None:
    """Return the shortest chain, each certificate looked at once, or None."""
    level, left = [[start]], list(pool)
    for _ in range(MAX_INTERMEDIATES + 1):
        for chain in level:
            for root in roots:
                if root.may_issue(chain[-1]):
                    return [*chain, root]
        longer = []
        for chain in level:
            above = [each for each in left if each.may_issue(chain[-1])]
            left = [each for each in left if each not in above]
            longer += [[*chain, each] for each in above]
        level = longer
    return None
