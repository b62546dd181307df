"""The login brokers in the settings: what is wrong is named, and nothing dangerous is taken."""

import tomllib
from typing import Any, Final

import pytest
from pydantic import ValidationError

from support.paths import ROOT
from wissel.clients.testing.cast import PORTAL
from wissel.server.issuers import SUBSTANTIAL, Issuer, TokenKind, refuse_twins

GOOD: Final = {
    "alias": "mijn-duo",
    "url": "https://login.example",
    "jwks_url": "https://login.example/jwks",
    "clients": {"portal": PORTAL.oin},
}


def issuer(**changes: Any) -> Issuer:
    return Issuer.model_validate(GOOD | changes)


def test_an_issuer_needs_few_words() -> None:
    made = issuer()

    assert (TokenKind.ACCESS, SUBSTANTIAL) == (made.token, made.least_level)
    assert PORTAL.oin == made.portal_of("portal")
    assert "" == made.portal_of("another")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"alias": "Mijn DUO"}, "is no alias"),
        ({"alias": "00000003990000010000"}, "is no alias"),
        ({"alias": "x" * 21}, "is no alias"),
        ({"url": "login.example"}, "is no address"),
        ({"url": "https://"}, "is no address"),
        ({"url": "https://user@login.example"}, "is no address"),
        ({"jwks_url": "https://login.example:port/jwks"}, "is no address"),
        ({"jwks_url": "http://login.example/jwks"}, "must be https"),
        ({"jwks_url": "http://127.0.0.1/jwks"}, "must be https"),
        ({"jwks_url": "http://login.example/jwks", "development": True}, "must be https"),
        ({"jwks_url": "http://127.0.0.1.example/jwks", "development": True}, "must be https"),
        ({"jwks_url": "file:///etc/passwd", "development": True}, "is no address"),
        ({"clients": {}}, "at least 1 item"),
        ({"clients": {"portal": "4711"}}, "is not an OIN"),
        ({"roles": []}, "at least 1 item"),
        ({"levels": ["laag"]}, "is none of its levels"),
        ({"token": "refresh"}, "'access' or 'id'"),
        ({"rols": ["x"]}, "not permitted"),
        ({"role_claim": ["a"] * 6}, "at most 5 items"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        issuer(**changes)


@pytest.mark.parametrize("host", ["127.0.0.1:9400", "localhost:9400", "[::1]:9400"])
def test_development_allows_http_on_this_machine(host: str) -> None:
    made = issuer(url=f"http://{host}", jwks_url=f"http://{host}/jwks", development=True)

    assert f"http://{host}" == made.url


@pytest.mark.parametrize("name", ["alias", "url"])
def test_two_issuers_share_no_name(name: str) -> None:
    other = {"alias": "other", "url": "https://other.example"} | {name: GOOD[name]}

    with pytest.raises(ValueError, match=f"two issuers have the {name}"):
        refuse_twins((issuer(), issuer(**other)))


def test_levels_are_compared_by_their_order() -> None:
    made = issuer(levels=["laag", "midden", "hoog"], least_level="midden")

    assert [False, True, True, False] == [
        made.is_enough(level) for level in ("laag", "midden", "hoog", "hoger")
    ]


def test_the_example_in_the_documentation_is_taken() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]

    made = [Issuer.model_validate(each) for each in tomllib.loads(example)["issuers"]]

    assert ["mijn-duo", "eherkenning"] == [each.alias for each in made]
    assert ("urn:nl:machtiging",) == made[1].role_claim
