"""Signing and verifying: the kind of key decides the algorithm (design.md#signing).

| key | algorithm |
|---|---|
| EC P-256 | ECDSA with SHA-256, DER |
| EC P-384 | ECDSA with SHA-384, DER |
| Ed25519 | EdDSA (RFC 8032) |
| RSA, 2048 bits or more | PSS with SHA-256, MGF1 with SHA-256, a salt of exactly 32 bytes |

Nothing in a message chooses an algorithm, so nothing in a message can weaken it.
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
_SHA256: Final = hashes.SHA256()
_PSS: Final = padding.PSS(mgf=padding.MGF1(_SHA256), salt_length=_SHA256.digest_size)
_ECDSA: Final = {
    ec.SECP256R1.name: ec.ECDSA(_SHA256),
    ec.SECP384R1.name: ec.ECDSA(hashes.SHA384()),
}


def private_key_in(pem: bytes) -> PrivateKeyTypes:
    """Return the key in an unencrypted PEM file, of whatever kind; a ValueError says why not."""
    try:
        return load_pem_private_key(pem, password=None)
    except TypeError:
        raise ValueError("the private key is encrypted") from None
    except (UnsupportedAlgorithm, InternalError):  # also of OpenSSL, for bytes that are no key
        raise ValueError("the private key is of an unknown kind") from None


def allowed_private_key(key: PrivateKeyTypes) -> PrivateKey:
    """Return the same key as one that may sign, or raise `Refused(ALGORITHM_NOT_ALLOWED)`."""
    # The private key is judged by itself: deriving the public one takes longer than signing.
    match key:
        case ec.EllipticCurvePrivateKey() if key.curve.name in _ECDSA:
            return key
        case rsa.RSAPrivateKey() if key.key_size >= MINIMUM_RSA_BITS:
            return key
        case ed25519.Ed25519PrivateKey():
            return key
        case _:
            raise Refused(Reason.ALGORITHM_NOT_ALLOWED, algorithm=describe(key.public_key()))


def allowed_public_key(key: PublicKeyTypes) -> PublicKey:
    """Return the same key as one that may verify, or raise `Refused(ALGORITHM_NOT_ALLOWED)`."""
    match key:
        case ec.EllipticCurvePublicKey() if key.curve.name in _ECDSA:
            return key
        case rsa.RSAPublicKey() if key.key_size >= MINIMUM_RSA_BITS:
            return key
        case ed25519.Ed25519PublicKey():
            return key
        case _:
            raise Refused(Reason.ALGORITHM_NOT_ALLOWED, algorithm=describe(key))


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
    """Return if `signature` is that of `data` by the owner of `key`.

    Raises `Refused(ALGORITHM_NOT_ALLOWED)` for any other kind of key and
    `Refused(SIGNATURE_INVALID)` for any other signature.
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
