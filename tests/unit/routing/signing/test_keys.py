import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from support.paths import SHARED
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing import keys

VECTORS = SHARED / "vectors" / "wycheproof"
TOO_SHORT = 1024
P256 = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)

ALLOWED: dict[str, keys.PrivateKey] = {
    "P-256": P256,
    "P-384": ec.generate_private_key(ec.SECP384R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "RSA-2048": RSA,
}
NOT_ALLOWED: dict[str, PrivateKeyTypes] = {
    "EC secp224r1": ec.generate_private_key(ec.SECP224R1()),
    "EC secp521r1": ec.generate_private_key(ec.SECP521R1()),
    "EC secp256k1": ec.generate_private_key(ec.SECP256K1()),
    "RSA-1024": rsa.generate_private_key(65537, TOO_SHORT),
    "DSA": dsa.generate_private_key(2048),
}


@pytest.mark.parametrize("kind", ALLOWED)
def test_what_was_signed_verifies(kind: str) -> None:
    key = ALLOWED[kind]

    signature = keys.sign(key, b"bytes")

    keys.verify(key.public_key(), signature, b"bytes")


@pytest.mark.parametrize("kind", ALLOWED)
@pytest.mark.parametrize("signature", ["other bytes", "cut", "longer", "empty"])
def test_any_other_signature_is_invalid(kind: str, signature: str) -> None:
    key = ALLOWED[kind]
    good = keys.sign(key, b"bytes")
    bad = {
        "other bytes": keys.sign(key, b"bytez"),
        "cut": good[:-1],
        "longer": good + b"\0",
        "empty": b"",
    }

    with pytest.raises(Refused) as caught:
        keys.verify(key.public_key(), bad[signature], b"bytes")

    assert caught.value.reason is Reason.SIGNATURE_INVALID


@pytest.mark.parametrize("kind", NOT_ALLOWED)
def test_no_other_kind_of_key_signs_or_verifies(kind: str) -> None:
    key = NOT_ALLOWED[kind]

    with pytest.raises(Refused) as signing:
        keys.allowed_private_key(key)
    with pytest.raises(Refused) as verifying:
        keys.verify(key.public_key(), b"", b"bytes")

    assert signing.value.reason is Reason.ALGORITHM_NOT_ALLOWED
    assert verifying.value.reason is Reason.ALGORITHM_NOT_ALLOWED
    assert verifying.value.metadata["algorithm"] == kind


def test_a_key_that_is_not_allowed_does_not_sign_by_itself() -> None:
    key = rsa.generate_private_key(65537, TOO_SHORT)

    with pytest.raises(Refused, match="ALGORITHM_NOT_ALLOWED"):
        keys.sign(key, b"bytes")


def _pss(salt: int, digest: hashes.HashAlgorithm) -> bytes:
    return RSA.sign(b"bytes", padding.PSS(padding.MGF1(digest), salt), digest)


@pytest.mark.parametrize(
    "signature",
    [
        _pss(20, hashes.SHA256()),
        _pss(222, hashes.SHA256()),
        _pss(0, hashes.SHA256()),
        _pss(32, hashes.SHA384()),
        RSA.sign(b"bytes", padding.PSS(padding.MGF1(hashes.SHA512()), 32), hashes.SHA256()),
        RSA.sign(b"bytes", padding.PKCS1v15(), hashes.SHA256()),
    ],
    ids=["salt 20", "salt 222", "no salt", "SHA-384", "MGF1 with SHA-512", "PKCS #1 v1.5"],
)
def test_rsa_signs_in_one_way_only(signature: bytes) -> None:
    with pytest.raises(Refused, match="SIGNATURE_INVALID"):
        keys.verify(RSA.public_key(), signature, b"bytes")


def test_ecdsa_with_another_digest_is_invalid() -> None:
    signature = P256.sign(b"bytes", ec.ECDSA(hashes.SHA384()))

    with pytest.raises(Refused, match="SIGNATURE_INVALID"):
        keys.verify(P256.public_key(), signature, b"bytes")


def _vectors(name: str) -> Iterator[tuple[bytes, dict[str, Any]]]:
    file = VECTORS / name
    if not file.is_file():
        pytest.skip(f"{name} of Wycheproof is not here")
    for group in json.loads(file.read_bytes())["testGroups"]:
        for test in group["tests"]:
            yield group["publicKeyPem"].encode(), test


@pytest.mark.parametrize(
    ("name", "count"),
    [("ecdsa_secp256r1_sha256_test.json", 484), ("rsa_pss_2048_sha256_mgf1_32_test.json", 108)],
)
def test_agrees_with_every_wycheproof_vector(name: str, count: int) -> None:
    judged = {}
    expected = {}
    for pem, test in _vectors(name):
        key = load_pem_public_key(pem)
        expected[test["tcId"]] = test["result"]
        try:
            keys.verify(key, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            judged[test["tcId"]] = "valid"
        except Refused as refused:
            invalid = refused.reason is Reason.SIGNATURE_INVALID
            judged[test["tcId"]] = "invalid" if invalid else refused.reason

    assert len(judged) == count
    assert judged == expected
