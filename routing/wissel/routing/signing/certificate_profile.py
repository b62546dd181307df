"""What a certificate may be used for (design.md#identity)."""

from collections.abc import Sequence
from enum import Enum
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing import keys

E = TypeVar("E", bound=x509.ExtensionType)

_TLS_CURVES: Final = frozenset({ec.SECP256R1.name, ec.SECP384R1.name})
UNREADABLE: Final = (
    ValueError,
    TypeError,
    KeyError,
    x509.InvalidVersion,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises for a certificate or a revocation list that cannot be read.

It parses names, instants, keys and extensions when they are asked for, each with
errors of its own: for a year 0, invalid text, an extension that occurs twice, or
an unknown TLS feature.
"""


class Purpose(Enum):
    """What a certificate is used for."""

    CLIENT = "TLS client"
    SERVER = "TLS server"
    SIGNER = "signer"


_CONSTRAINTS: Final = ExtensionOID.BASIC_CONSTRAINTS
_CRITICAL: Final = frozenset(
    {
        _CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.NAME_CONSTRAINTS,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)
"""The extensions of an authority that may be critical: those that path building understands."""
_EXTENDED_KEY_USAGE: Final = {
    Purpose.CLIENT: ExtendedKeyUsageOID.CLIENT_AUTH,
    Purpose.SERVER: ExtendedKeyUsageOID.SERVER_AUTH,
}


def require_affordable(leaf: x509.Certificate, purpose: Purpose) -> None:
    """Return if verifying anything with the leaf's key costs no more than we take on.

    Asked before any signature is verified. Raises what `require_suitable` raises for
    such a key, and `Refused(CERTIFICATE_UNSUITABLE)` for one that cannot be read.
    """
    try:
        key = leaf.public_key()
        costly = isinstance(key, rsa.RSAPublicKey) and key.key_size > keys.MAXIMUM_RSA_BITS
        if not costly and not isinstance(key, ec.EllipticCurvePublicKey):
            return
        if purpose is Purpose.SIGNER:
            keys.allowed_public_key(key)
        else:
            _require_tls_key(leaf)
    except UNREADABLE:
        raise _unsuitable("it cannot be read") from None


def require_suitable(chain: Sequence[x509.Certificate], purpose: Purpose) -> None:
    """Return if a trusted chain, leaf first and root last, may be used for a purpose.

    1. The leaf is not that of a certificate authority; gRPC's own TLS accepts one.
    2. Its key is strong enough: for TLS RSA of 2048 to 4096 bits, or EC P-256 or
       P-384; for a signer one of the kinds in `wissel.routing.signing.keys`.
    3. It names this usage: for TLS the extended key usage of a client or server,
       for a signer the key usage digitalSignature.
    4. For TLS no intermediate is limited to other extended key usages (RFC 5280
       4.2.1.12, as TLS libraries apply it).

    Raises `Refused(CERTIFICATE_UNSUITABLE)` with the problem in words, and
    `Refused(ALGORITHM_NOT_ALLOWED)` for the key of a signer.
    """
    leaf, above = chain[0], chain[1:-1]
    try:
        # 1.
        _require_end_entity(leaf)
        # 2. and 3.
        if purpose is Purpose.SIGNER:
            keys.allowed_public_key(leaf.public_key())
            _require_digital_signature(leaf)
            return
        _require_tls_key(leaf)
        _require_extended_key_usage(leaf, purpose)
        # 4.
        for certificate in above:
            _require_unlimited(certificate, purpose)
    except UNREADABLE:
        raise _unsuitable("it cannot be read") from None


def authority_problem(authority: x509.Certificate) -> str | None:
    """Return which rule of RFC 5280 a certificate that says it is an authority breaks.

    None for one that breaks none, or that is no authority by its own words.

    1. It has basicConstraints, and they are critical (4.2.1.9).
    2. It has a key usage (4.2.1.3).
    3. Its key identifiers are not critical (4.2.1.1, 4.2.1.2), and no other
       extension is that is not understood here (4.2).
    """
    try:
        found = {each.oid: each for each in authority.extensions}
        constraints, usage = found.get(_CONSTRAINTS), extension(authority, x509.KeyUsage)
        says_so = extension(authority, x509.BasicConstraints)
        if not (says_so and says_so.ca) and not (usage and usage.key_cert_sign):
            return None
        # 1.
        if constraints is None or not constraints.critical:
            return "has no critical basicConstraints"
        # 2.
        if usage is None:
            return "has no keyUsage"
        # 3.
        strange = [
            oid.dotted_string
            for oid, each in found.items()
            if each.critical and oid not in _CRITICAL
        ]
    except UNREADABLE:
        return "cannot be read"
    return f"has the critical extension {strange[0]}, which may not be" if strange else None


def extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    """Return the extension of this kind, or None; ValueError if it cannot be read."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _require_end_entity(leaf: x509.Certificate) -> None:
    constraints = extension(leaf, x509.BasicConstraints)
    usage = extension(leaf, x509.KeyUsage)
    if (constraints and constraints.ca) or (usage and usage.key_cert_sign):
        raise _unsuitable("it is that of a certificate authority")


def _require_tls_key(leaf: x509.Certificate) -> None:
    match key := leaf.public_key():
        case ec.EllipticCurvePublicKey() if key.curve.name in _TLS_CURVES:
            return
        case rsa.RSAPublicKey() if keys.MINIMUM_RSA_BITS <= key.key_size <= keys.MAXIMUM_RSA_BITS:
            return
    problem = f"its key is {keys.describe(key)}"
    raise _unsuitable(problem)


def _require_digital_signature(leaf: x509.Certificate) -> None:
    usage = extension(leaf, x509.KeyUsage)
    if usage is None or not usage.digital_signature:
        raise _unsuitable("its key usage has no digitalSignature")


def _require_extended_key_usage(leaf: x509.Certificate, purpose: Purpose) -> None:
    usages = extension(leaf, x509.ExtendedKeyUsage)
    if usages is None or _EXTENDED_KEY_USAGE[purpose] not in usages:
        problem = f"its extended key usage is not that of a {purpose.value}"
        raise _unsuitable(problem)


def _require_unlimited(authority: x509.Certificate, purpose: Purpose) -> None:
    usages = extension(authority, x509.ExtendedKeyUsage)
    allowed = {_EXTENDED_KEY_USAGE[purpose], ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if usages is not None and allowed.isdisjoint(usages):
        problem = f"its issuer may not issue for a {purpose.value}"
        raise _unsuitable(problem)


def _unsuitable(problem: str) -> Refused:
    return Refused(Reason.CERTIFICATE_UNSUITABLE, problem=problem)
