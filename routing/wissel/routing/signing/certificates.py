"""Certificates: the OIN in them, and the path from them to a trusted root (design.md#identity).

TLS accepts more than we do (RSA keys of 1024 bits, the certificate of an
authority as a client), so the path is built again here, by our own rules. The
certificates that a peer sends beside its own are only candidates for that path.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.certificate_profile import (
    UNREADABLE,
    Purpose,
    authority_problem,
    require_affordable,
    require_suitable,
)
from wissel.routing.signing.path_choice import MAX_CANDIDATES, MAX_INTERMEDIATES, chains
from wissel.routing.signing.trusted_path import TrustedPath, validity_problem
from wissel.routing.values.identifiers import Oin

# An authority follows the usual rules (basicConstraints, keyCertSign, path
# length, name constraints). Its extended key usages are judged afterwards, by
# purpose; so is the leaf, of which no SAN is demanded.
_AUTHORITY: Final = ExtensionPolicy.webpki_defaults_ca().may_be_present(
    x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None
)
_LEAF: Final = ExtensionPolicy.permit_all()
_NAME_LIMIT: Final = 200


def oin_of(certificate: x509.Certificate) -> Oin:
    """Return the one OIN in subject.serialNumber (Digikoppeling; design.md#identity).

    Raises `Refused` with OIN_MISSING, OIN_AMBIGUOUS for more than one
    serialNumber, or OIN_MALFORMED, also for a subject that cannot be read.
    """
    try:
        numbers = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    except UNREADABLE:
        raise Refused(Reason.OIN_MALFORMED) from None
    if not numbers:
        raise Refused(Reason.OIN_MISSING)
    if len(numbers) > 1:
        raise Refused(Reason.OIN_AMBIGUOUS, count=str(len(numbers)))
    value = numbers[0].value
    if not isinstance(value, str) or not Oin.pattern.fullmatch(value):
        raise Refused(Reason.OIN_MALFORMED)
    return Oin(value)


def is_of_key(certificate: x509.Certificate, key: PrivateKeyTypes) -> bool:
    """Whether the certificate holds the public key of `key`; False if its key is unreadable."""
    try:
        return certificate.public_key() == key.public_key()
    except UNREADABLE:
        return False


def chain_from_pem(pem: bytes) -> tuple[bytes, ...]:
    """Return the certificates in PEM as DER, in the same order, at least one.

    Raises `Refused(CERTIFICATE_MISSING)` if there is none, or one cannot be read.
    """
    try:
        certificates = x509.load_pem_x509_certificates(pem)
    except UNREADABLE:
        raise Refused(Reason.CERTIFICATE_MISSING) from None
    return tuple(each.public_bytes(Encoding.DER) for each in certificates)


class Trust:
    """Builds paths to the roots that are trusted; a `PathFinder`."""

    def __init__(self, roots: Sequence[x509.Certificate]) -> None:
        self.roots = tuple(roots)

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Trust the certificates in PEM; ValueError if there are none, or one cannot be read."""
        try:
            return cls([_load(der) for der in chain_from_pem(pem)])
        except (*UNREADABLE, Refused):
            raise ValueError("no certificates in PEM") from None

    def path(self, chain: Sequence[bytes], purpose: Purpose, at: dt.datetime) -> TrustedPath:
        """Return the trusted path of `chain[0]` (design.md#identity).

        1. `chain` holds a certificate, and the first can be read
           (CERTIFICATE_MISSING, CERTIFICATE_UNSUITABLE). The others are DER
           certificates that may lie on the path; unreadable ones are ignored.
        2. Its key costs no more than it may (CERTIFICATE_UNSUITABLE, and
           ALGORITHM_NOT_ALLOWED for a signer's).
        3. A path of at most `MAX_INTERMEDIATES` of them leads from it to a root
           (CERTIFICATE_UNTRUSTED; CERTIFICATE_UNSUITABLE if an authority on it breaks
           RFC 5280, with the name and the rule). It is chosen by names and key identifiers, so
           that at most `MAX_VERIFICATIONS` signatures are verified.
        4. The certificate suits the purpose (CERTIFICATE_UNSUITABLE, and
           ALGORITHM_NOT_ALLOWED for a signer's key).
        5. It holds exactly one OIN (OIN_MISSING, OIN_AMBIGUOUS, OIN_MALFORMED).
        6. The whole path is valid at `at`, an aware instant
           (CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID).

        Raises `Refused` with the reason of the first rule that fails. Revocation
        is judged elsewhere (see `trusted_path.revocation_problem`).
        """
        # 1.
        if not chain:
            raise Refused(Reason.CERTIFICATE_MISSING)
        leaf, candidates = _parse(chain[0]), _parse_candidates(chain[1:])
        # 2.
        require_affordable(leaf, purpose)
        # 3.
        found = self._chain(leaf, candidates, at)
        # 4.
        require_suitable(found, purpose)
        # 5.
        path = TrustedPath.of(oin_of(leaf), found)
        # 6.
        if (problem := validity_problem(path, at)) is not None:
            raise problem
        return path

    def _chain(
        self, leaf: x509.Certificate, candidates: list[x509.Certificate], at: dt.datetime
    ) -> list[x509.Certificate]:
        problem = ""
        for chain in chains(leaf, candidates, self.roots, at):
            if self._verifies(chain, at):
                return chain
            problem = problem or _problem_above(chain)
        if problem:
            raise Refused(Reason.CERTIFICATE_UNSUITABLE, problem=problem)
        raise Refused(Reason.CERTIFICATE_UNTRUSTED)

    def _verifies(self, chain: list[x509.Certificate], at: dt.datetime) -> bool:
        # A path that is not valid now, but was or will be, fails on that alone: that is
        # the reason which its owner must read. So it is verified at such an instant.
        since = max(each.not_valid_before_utc for each in chain)
        until = min(each.not_valid_after_utc for each in chain)
        verifier = (
            PolicyBuilder()
            .store(Store([chain[-1]]))
            .time(at.astimezone(dt.UTC) if since <= at <= until else since)
            .max_chain_depth(MAX_INTERMEDIATES)
            .extension_policies(ca_policy=_AUTHORITY, ee_policy=_LEAF)
            .build_client_verifier()
        )
        try:
            verifier.verify(chain[0], chain[1:-1])
        except (VerificationError, ValueError):
            return False
        return True


def _problem_above(chain: Sequence[x509.Certificate]) -> str:
    """Return which rule an authority of a chain that was not verified breaks; empty for none."""
    for authority in chain[1:]:
        if (problem := authority_problem(authority)) is not None:
            return f"its authority {authority.subject.rfc4514_string()[:_NAME_LIMIT]} {problem}"
    return ""


def _load(der: bytes) -> x509.Certificate:
    """Return the certificate; raise `UNREADABLE` if any of it but its key cannot be read."""
    certificate = x509.load_der_x509_certificate(der)
    _ = certificate.subject, certificate.issuer, certificate.extensions
    _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return certificate


def _parse(der: bytes) -> x509.Certificate:
    try:
        return _load(der)
    except UNREADABLE:
        raise Refused(Reason.CERTIFICATE_UNSUITABLE, problem="it cannot be read") from None


def _parse_candidates(chain: Sequence[bytes]) -> list[x509.Certificate]:
    found = []
    for der in chain[:MAX_CANDIDATES]:
        try:
            found.append(_load(der))
        except UNREADABLE:
            # It cannot be part of a path. If it is missed, building the path fails.
            continue
    return found
