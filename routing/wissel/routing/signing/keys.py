"""Signing and verifying: the kind of key decides the algorithm (design.md#signing).

| key | algorithm |
|---|---|
| EC P-256 | ECDSA with SHA-256, DER |
| EC P-384 | ECDSA with SHA-384, DER |
| Ed25519 | EdDSA (RFC 8032) |
| RSA, 2048 to 4096 bits | PSS with SHA-256, MGF1 with SHA-256, a salt of exactly 32 bytes |

A message cannot choose the algorithm, so it cannot choose a weaker one.
"""

from typing import Final

from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
"""A key that may sign."""
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey
"""A key that may verify."""

MINIMUM_RSA_BITS: Final = 2048
MAXIMUM_RSA_BITS: Final = 4096
"""A signature of a longer key costs its verifier more than a stranger may make it spend."""
_SHA256: Final = hashes.SHA256()
_PSS: Final = padding.PSS(mgf=padding.MGF1(_SHA256), salt_length=_SHA256.digest_size)
_ECDSA: Final = {
    ec.SECP256R1.name: ec.ECDSA(_SHA256),
    ec.SECP384R1.name: ec.ECDSA(hashes.SHA384()),
}


def private_key_in(pem: bytes) -> PrivateKeyTypes:
    """Return the key in an unencrypted PEM file, of any kind; a ValueError says why not."""
    try:
        return load_pem_private_key(pem, password=None)
    except TypeError:
        raise ValueError("the private key is encrypted") from None
    except (UnsupportedAlgorithm, InternalError):  # also of OpenSSL, for bytes that are no key
        raise ValueError("the private key is of an unknown kind") from None


def allowed_private_key(key: PrivateKeyTypes) -> PrivateKey:
    """Return the key if it may sign, or raise `Refused(ALGORITHM_NOT_ALLOWED)`."""
    # Judged by the private key: deriving the public one takes longer than signing.
    if isinstance(key, PrivateKey) and _allowed(key):
        return key
    raise Refused(Reason.ALGORITHM_NOT_ALLOWED, algorithm=describe(key.public_key()))


def allowed_public_key(key: PublicKeyTypes) -> PublicKey:
    """Return the key if it may verify, or raise `Refused(ALGORITHM_NOT_ALLOWED)`."""
    if isinstance(key, PublicKey) and _allowed(key):
        return key
    raise Refused(Reason.ALGORITHM_NOT_ALLOWED, algorithm=describe(key))


def _allowed(key: PrivateKey | PublicKey) -> bool:
    """Whether a key is of a kind in the table above."""
    match key:
        case ec.EllipticCurvePrivateKey() | ec.EllipticCurvePublicKey():
            return key.curve.name in _ECDSA
        case rsa.RSAPrivateKey() | rsa.RSAPublicKey():
            return MINIMUM_RSA_BITS <= key.key_size <= MAXIMUM_RSA_BITS
        case ed25519.Ed25519PrivateKey() | ed25519.Ed25519PublicKey():
            return True


def sign(key: PrivateKey, data: bytes) -> bytes:
    """Return the signature of `data`, or raise `Refused(ALGORITHM_NOT_ALLOWED)`."""
    allowed_private_key(key)
    match key:
        case ec.EllipticCurvePrivateKey():
            return key.sign(data, _ECDSA[key.curve.name])
        case rsa.RSAPrivateKey():
            return key.sign(data, _PSS, _SHA256)
        case ed25519.Ed25519PrivateKey():
            return key.sign(data)


def verify(key: PublicKeyTypes, signature: bytes, data: bytes) -> None:
    """Return if `signature` is the signature of `data` with `key`.

    Raises `Refused(ALGORITHM_NOT_ALLOWED)` for a key of another kind, and
    `Refused(SIGNATURE_INVALID)` otherwise.
    """
    allowed = allowed_public_key(key)
    try:
        match allowed:
            case ec.EllipticCurvePublicKey():
                allowed.verify(signature, data, _ECDSA[allowed.curve.name])
            case rsa.RSAPublicKey():
                allowed.verify(signature, data, _PSS, _SHA256)
            case ed25519.Ed25519PublicKey():
                allowed.verify(signature, data)
    except InvalidSignature:
        raise Refused(Reason.SIGNATURE_INVALID) from None


def describe(key: PublicKeyTypes) -> str:
    """Return the kind of a key in a few characters, such as `RSA-1024` or `EC secp224r1`."""
    match key:
        case ec.EllipticCurvePublicKey():
            return f"EC {key.curve.name}"
        case rsa.RSAPublicKey():
            return f"RSA-{key.key_size}"
        case _:
            return type(key).__name__.removeprefix("_").removesuffix("PublicKey")
