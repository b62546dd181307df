"""A token as it came: what is refused before any key is looked for, and what a signature proves."""

import base64
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fakes.broker import Broker, new_key, part
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.identity.persons.published_keys import PublishedKey, published_keys
from wissel.server.identity.persons.token import Unverified, read_bearer
from wissel.server.issuers import TokenKind

BROKER: Final = Broker()
MARKER: Final = "marker-of-a-secret"


def key_of(broker: Broker, token: Unverified) -> PublishedKey:
    found = published_keys(broker.key_set()).chosen(token.kid, token.algorithm)
    assert found
    return found


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "RS256", "RS512", "PS256", "PS384"])
def test_a_signature_of_each_kind_of_key_counts(algorithm: str) -> None:
    broker = Broker(algorithm=algorithm)

    token = read_bearer(f"Bearer {broker.token(sub=MARKER)}")
    claims = token.claims(key_of(broker, token), "mijn-duo")

    assert (broker.url, algorithm) == (token.issuer, token.algorithm)
    assert MARKER == claims["sub"]
    assert token.text not in repr(token)


@pytest.mark.parametrize(
    "presented",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        BROKER.token(),
        "Bearer a.b",
        "Bearer a.b.c.d.e",
        "Bearer ...",
        "Bearer é.é.é",
        f"Bearer {'a' * 8193}",
        f"Bearer {part(b'no json')}.{part({})}.",
        f"Bearer {part([])}.{part({})}.",
        f"Bearer {part({'typ': 'JWT'})}.{part({})}.",
        f"Bearer {part({'alg': 'ES256'})}.{part(b'no json')}.",
        f"Bearer {part({'alg': 'ES256'})}.{part([])}.",
        f"Bearer {part({'alg': 'ES256', 'kid': 7})}.{part({})}.",
        f"Bearer {part({'alg': 'ES256', 'typ': 7})}.{part({})}.",
        f"Bearer {part({'alg': 'ES256', 'crit': ['exp'], 'exp': 1})}.{part({})}.",
        f"Bearer {part({'alg': 'ES256', 'jku': 'https://evil.example'})}.{part({})}.",
        f"Bearer {part({'alg': 'ES256', 'jwk': {'kty': 'EC'}})}.{part({})}.",
        f"Bearer {part({'alg': 'ES256', 'b64': False, 'crit': ['b64']})}.{part({})}.",
    ],
)
def test_what_is_no_token_is_refused(presented: str) -> None:
    with pytest.raises(Refused, match="TOKEN_MALFORMED"):
        read_bearer(presented)


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "HS256", "HS512", "ES256K", "EdDSA", "", "dir"]
)
def test_an_algorithm_that_does_not_count_is_refused(algorithm: str) -> None:
    with pytest.raises(Refused, match="TOKEN_ALGORITHM_NOT_ALLOWED"):
        read_bearer(f"Bearer {BROKER.unsigned(alg=algorithm)}")


def test_the_public_key_as_a_secret_signs_nothing() -> None:
    """The oldest attack on JWT: HMAC, keyed with what everybody knows."""
    broker = Broker(algorithm="RS256")

    with pytest.raises(Refused, match="TOKEN_ALGORITHM_NOT_ALLOWED"):
        read_bearer(f"Bearer {broker.keyed_with_its_public_key()}")


def changed(token: str, change: Callable[[dict[str, Any]], None]) -> str:
    header, claims, signature = token.split(".")
    said = orjson.loads(base64.urlsafe_b64decode(claims + "=="))
    change(said)
    return f"{header}.{part(said)}.{signature}"


@pytest.mark.parametrize(
    "forged",
    [
        changed(BROKER.token(), lambda claims: claims.update(boards=["99002"])),
        BROKER.token(key=new_key("ES256", "mine")),
        BROKER.token().rpartition(".")[0] + ".",
        BROKER.token().rpartition(".")[0] + "." + part(bytes(64)),
        BROKER.token().rpartition(".")[0] + "." + part(bytes(70)),
        BROKER.unsigned(alg="ES256", kid="mijn-duo-1"),
    ],
    ids=["claims", "key", "none", "zeros", "length", "unsigned"],
)
def test_a_signature_that_is_not_the_issuers_is_refused(forged: str) -> None:
    token = read_bearer(f"Bearer {forged}")

    with pytest.raises(Refused) as refused:
        token.claims(key_of(BROKER, token), "mijn-duo")

    assert Reason.TOKEN_SIGNATURE_INVALID is refused.value.reason
    assert {"issuer": "mijn-duo"} == refused.value.metadata


@pytest.mark.parametrize(
    ("typ", "kind", "taken"),
    [
        ("at+jwt", TokenKind.ACCESS, True),
        ("application/at+JWT", TokenKind.ACCESS, True),
        ("JWT", TokenKind.ACCESS, True),
        (None, TokenKind.ACCESS, True),
        ("JWT", TokenKind.ID, True),
        (None, TokenKind.ID, True),
        ("at+jwt", TokenKind.ID, False),
        ("logout+jwt", TokenKind.ID, False),
        ("logout+jwt", TokenKind.ACCESS, False),
        ("dpop+jwt", TokenKind.ACCESS, False),
    ],
)
def test_a_token_of_another_kind_is_refused(
    typ: str | None, kind: TokenKind, *, taken: bool
) -> None:
    token = read_bearer(f"Bearer {BROKER.token(header={'typ': typ})}")

    if taken:
        token.of_kind(kind)
    else:
        with pytest.raises(Refused, match="TOKEN_MALFORMED"):
            token.of_kind(kind)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_whatever_is_presented_is_a_token_or_a_refusal(text: str) -> None:
    for presented in (text, f"Bearer {text}", f"Bearer {part(text.encode())}.{text}.{text}"):
        with suppress(Refused):
            read_bearer(presented)
