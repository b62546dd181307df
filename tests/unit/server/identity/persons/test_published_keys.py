"""The keys of an issuer: what is fit to verify, and which one a token means."""

import base64
from typing import Any, Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey

from support.fakes.broker import Broker, new_key
from wissel.server.identity.persons.published_keys import (
    MAX_KEYS,
    KeysUnreadable,
    PublishedKeys,
    published_keys,
)

RSA: Final = new_key("RS256", "r")
EC: Final = new_key("ES256", "e")


def key_set(*keys: Any) -> bytes:
    described = [key if isinstance(key, dict) else key.as_dict(private=False) for key in keys]
    return orjson.dumps({"keys": described})


def kids(found: PublishedKeys) -> list[str]:
    return [key.kid for key in found.keys]


def test_keys_are_read_with_their_kind() -> None:
    found = published_keys(key_set(RSA, EC, new_key("ES384", "f")))

    assert [("r", "RSA"), ("e", "P-256"), ("f", "P-384")] == [
        (key.kid, key.kind) for key in found.keys
    ]


def test_what_cannot_verify_a_token_is_passed_over() -> None:
    unfit: list[Any] = [
        OctKey.generate_key(256, {"kid": "secret"}).as_dict(private=True),
        EC.as_dict(private=False) | {"use": "enc"},
        ECKey.generate_key("P-521", {"kid": "curve"}),
        RSA.as_dict(private=False) | {"n": "not base64!"},
        RSA.as_dict(private=False) | {"n": "AQAB"},
        {"kty": "RSA"},
        {"kty": "future"},
    ]

    assert ["r"] == kids(published_keys(key_set(*unfit, RSA)))


def test_a_key_that_is_too_weak_is_passed_over() -> None:
    modulus = base64.urlsafe_b64encode(bytes([255]) * 128).decode().rstrip("=")
    weak = RSA.as_dict(private=False) | {"n": modulus}

    assert ["r"] == kids(published_keys(key_set(weak, RSA)))


def test_a_private_part_that_somebody_published_stays_where_it_is() -> None:
    (key,) = published_keys(orjson.dumps({"keys": [EC.as_dict(private=True)]})).keys

    assert not key.key.is_private


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "it is not JSON"),
        (b"<html>", "it is not JSON"),
        (b"[]", "it is no set"),
        (b"{}", "it is no set"),
        (b'{"keys": {}}', "it is no set"),
        (b'{"keys": []}', "it has no key"),
        (b'{"keys": [{"kty": "oct", "k": "AAAA"}]}', "it has no key"),
        (key_set(*[EC] * (MAX_KEYS + 1)), "it is no set of at most 32"),
    ],
)
def test_what_is_no_set_of_keys_says_why(text: bytes, problem: str) -> None:
    with pytest.raises(KeysUnreadable, match=problem):
        published_keys(text)


@given(st.binary(max_size=100))
def test_whatever_an_address_answers_is_keys_or_a_reason(text: bytes) -> None:
    with pytest.raises(KeysUnreadable):
        published_keys(text)


@pytest.mark.parametrize(
    ("kid", "algorithm", "found"),
    [
        ("r", "RS256", "r"),
        ("r", "PS512", "r"),
        ("e", "ES256", "e"),
        ("e", "RS256", ""),
        ("r", "ES256", ""),
        ("e", "ES384", ""),
        ("x", "ES256", ""),
        ("", "ES256", ""),
        ("r", "HS256", ""),
    ],
)
def test_a_token_means_the_key_that_it_names(kid: str, algorithm: str, found: str) -> None:
    chosen = published_keys(key_set(RSA, EC)).chosen(kid, algorithm)

    assert found == (chosen.kid if chosen else "")


def test_a_token_that_names_none_means_the_only_key() -> None:
    only = published_keys(key_set(EC))

    assert only.chosen("", "ES256") == only.keys[0]
    assert only.chosen("", "RS256") is None
    assert PublishedKeys().chosen("", "ES256") is None


def test_two_keys_of_one_name_are_told_apart_by_their_kind_alone() -> None:
    twin, other = new_key("ES256", "r"), new_key("RS256", "r")

    assert published_keys(key_set(RSA, twin)).chosen("r", "ES256") is not None
    assert published_keys(key_set(RSA, other)).chosen("r", "RS256") is None


def test_a_broker_of_the_tests_publishes_no_private_key() -> None:
    assert b'"d"' not in Broker().key_set()
