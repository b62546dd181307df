"""Whom claims describe: a function of values, whose rules hold in their order."""

import datetime as dt
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fakes.broker import CLIENT, HUB_AUDIENCE, ROLE, SIGNS, Broker, issuer_of
from wissel.clients.testing.cast import PORTAL, ZUID
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Brin, KvkNumber
from wissel.server.identity.persons.claims import Presented, person_of
from wissel.server.issuers import LEVELS, Issuer, TokenKind
from wissel.server.registry.persons import MAX_BOARDS, MAX_BRINS, Person

BROKER: Final = Broker()
ISSUER: Final = issuer_of(BROKER)
ID_ISSUER: Final = issuer_of(BROKER, token=TokenKind.ID)
NOW: Final = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
SECONDS: Final = int(NOW.timestamp())
HERE: Final = Presented(audience=HUB_AUDIENCE, portal=PORTAL.oin, now=NOW)
BSN: Final = "111222333"


def claims(**changes: Any) -> dict[str, Any]:
    times = {"iat": SECONDS, "exp": SECONDS + 300, "auth_time": SECONDS - 60}
    return BROKER.claims(**(times | changes))


def read(issuer: Issuer = ISSUER, presented: Presented = HERE, **changes: Any) -> Person:
    return person_of(claims(**changes), issuer, presented)


def refusal(issuer: Issuer = ISSUER, presented: Presented = HERE, **changes: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        read(issuer, presented, **changes)
    return refused.value


def test_a_person_is_what_a_good_token_says() -> None:
    person = read(boards=["99001", "99002"], kvk="90000001", role=[ROLE, SIGNS])

    assert person == Person(
        issuer="mijn-duo",
        issuer_url=ISSUER.url,
        subject="mijn-duo:pseudonym-of-a-person",
        boards=frozenset({BoardNumber("99001"), BoardNumber("99002")}),
        brins=None,
        kvk=KvkNumber("90000001"),
        level=LEVELS[3],
        authenticated=NOW - dt.timedelta(minutes=1),
        expires=NOW + dt.timedelta(minutes=5),
        signs=True,
        signing_roles=(SIGNS,),
    )


def test_what_is_shown_of_a_person_does_not_name_it() -> None:
    assert "pseudonym" not in repr(read())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iat": SECONDS + 61}, Reason.TOKEN_NOT_YET_VALID),
        ({"nbf": SECONDS + 61}, Reason.TOKEN_NOT_YET_VALID),
        ({"iat": SECONDS - 400, "exp": SECONDS - 60}, Reason.TOKEN_EXPIRED),
        ({"iat": SECONDS, "exp": SECONDS + 3601}, Reason.TOKEN_LIFETIME_TOO_LONG),
        ({"aud": "urn:wissel:hub:00000003990000090000"}, Reason.TOKEN_FOR_ANOTHER),
        ({"aud": [CLIENT]}, Reason.TOKEN_FOR_ANOTHER),
        ({"aud": None}, Reason.TOKEN_FOR_ANOTHER),
        ({"azp": "another-client"}, Reason.TOKEN_OF_ANOTHER_PORTAL),
        ({"sub": BSN}, Reason.PERSON_NUMBER_IN_TOKEN),
        ({"sub": f"bsn {BSN}"}, Reason.PERSON_NUMBER_IN_TOKEN),
        ({"role": None}, Reason.PERSON_ROLE_MISSING),
        ({"role": []}, Reason.PERSON_ROLE_MISSING),
        ({"role": [SIGNS]}, Reason.PERSON_ROLE_MISSING),
        ({"role": "osr-toegang"}, Reason.PERSON_ROLE_MISSING),
        ({"acr": LEVELS[2]}, Reason.PERSON_LEVEL_TOO_LOW),
        ({"acr": "loa3"}, Reason.PERSON_LEVEL_TOO_LOW),
        ({"acr": None}, Reason.PERSON_LEVEL_TOO_LOW),
        ({"acr": [LEVELS[3]]}, Reason.PERSON_LEVEL_TOO_LOW),
        ({"boards": None}, Reason.PERSON_REPRESENTS_NOBODY),
        ({"boards": []}, Reason.PERSON_REPRESENTS_NOBODY),
        ({"brins": []}, Reason.PERSON_REPRESENTS_NOBODY),
        ({"boards": [], "kvk": "90000001"}, Reason.PERSON_REPRESENTS_NOBODY),
    ],
)
def test_a_token_that_is_not_enough_says_why(changes: dict[str, Any], reason: Reason) -> None:
    assert reason is refusal(**changes).reason


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"iat": None}, "iat"),
        ({"exp": None}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": -1}, "exp"),
        ({"nbf": 1e300}, "nbf"),
        ({"iat": float("nan")}, "iat"),
        ({"auth_time": float("inf")}, "auth_time"),
        ({"azp": None}, "azp"),
        ({"azp": 7}, "azp"),
        ({"aud": {"hub": True}}, "aud"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 12}, "sub"),
        ({"sub": "x" * 256}, "sub"),
        ({"sub": "a\nb"}, "sub"),
        ({"role": {"OSR-toegang": True}}, "role"),
        ({"role": [ROLE, 1]}, "role"),
        ({"boards": ["9901"]}, "boards"),
        ({"boards": 99001}, "boards"),
        ({"boards": ["99001"] * (MAX_BOARDS + 1)}, "boards"),
        ({"brins": ["99xa"]}, "brins"),
        ({"brins": ["99XA"] * (MAX_BRINS + 1)}, "brins"),
        ({"kvk": "123"}, "kvk"),
        ({"kvk": ["90000001", "90000002"]}, "kvk"),
        ({"represents": {"sub": "somebody"}}, "represents.sub"),
        ({"kvk": "90000001", "represents": {"sub": "90000002"}}, "kvk"),
    ],
)
def test_a_claim_that_is_not_as_it_must_be_is_named_and_not_repeated(
    changes: dict[str, Any], claim: str
) -> None:
    refused = refusal(**changes)

    assert Reason.TOKEN_CLAIM_INVALID is refused.reason
    assert claim == refused.metadata["claim"]
    assert "somebody" not in str(refused)


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": SECONDS + 60},
        {"nbf": SECONDS + 60},
        {"iat": SECONDS - 300, "exp": SECONDS - 59},
        {"iat": SECONDS, "exp": SECONDS + 3600},
        {"iat": SECONDS + 0.5},
        {"auth_time": None},
        {"aud": ["somebody", HUB_AUDIENCE]},
        {"azp": None, "client_id": CLIENT},
        {"role": ROLE},
        {"role": ["Toegang OSR"]},
        {"role": ["Kennisnet beheren", "another"]},
        {"acr": LEVELS[4]},
        {"boards": "99001"},
        {"boards": None, "kvk": "90000001"},
        {"boards": None, "represents": {"sub": "90000001"}},
        {"represents": "an organisation"},
        {"sub": "a5f0c1d2-9e3b-4c55-8a77-123456789abc"},
    ],
)
def test_a_token_at_the_edge_is_enough(changes: dict[str, Any]) -> None:
    assert "mijn-duo" == read(**changes).issuer


def test_an_id_token_may_be_meant_for_the_client_that_got_it() -> None:
    assert read(ID_ISSUER, aud=CLIENT).issuer
    assert read(ID_ISSUER, aud=[CLIENT], azp=None).issuer
    assert Reason.TOKEN_FOR_ANOTHER is refusal(ID_ISSUER, aud="elsewhere").reason
    assert Reason.TOKEN_OF_ANOTHER_PORTAL is refusal(ID_ISSUER, aud="e", azp="e").reason
    assert Reason.TOKEN_CLAIM_INVALID is refusal(ID_ISSUER, aud=[CLIENT, "e"], azp=None).reason


def test_a_token_of_one_portal_is_none_of_another() -> None:
    elsewhere = Presented(audience=HUB_AUDIENCE, portal=ZUID.oin, now=NOW)

    assert Reason.TOKEN_OF_ANOTHER_PORTAL is refusal(presented=elsewhere).reason


def test_an_audience_of_its_own_counts_instead_of_the_hubs() -> None:
    own = issuer_of(BROKER, audience="osr")

    assert read(own, aud="osr").issuer
    assert Reason.TOKEN_FOR_ANOTHER is refusal(own).reason


def test_claims_are_read_where_the_settings_say() -> None:
    elsewhere = issuer_of(
        BROKER,
        role_claim="urn:nl:machtiging",
        boards_claim=["organisatie", "besturen"],
        brins_claim=["organisatie", "scholen"],
        represents_claim=[],
        levels=["laag", "substantieel", "hoog"],
        least_level="substantieel",
        roles=["beheer"],
    )
    said: dict[str, Any] = {
        "role": None,
        "boards": None,
        "urn:nl:machtiging": "beheer",
        "organisatie": {"besturen": ["99002"], "scholen": ["99XB"]},
        "represents": {"sub": "no number"},
        "acr": "hoog",
    }

    person = read(elsewhere, **said)

    assert frozenset({BoardNumber("99002")}) == person.boards
    assert frozenset({Brin("99XB")}) == person.brins
    assert Reason.PERSON_LEVEL_TOO_LOW is refusal(elsewhere, **(said | {"acr": "laag"})).reason


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


@given(
    changes=st.dictionaries(
        st.sampled_from([*claims(), "nbf", "brins", "kvk", "represents", "client_id"]),
        JSON,
        max_size=4,
    )
)
def test_whatever_a_broker_signs_is_a_person_or_a_refusal(changes: dict[str, Any]) -> None:
    try:
        person = person_of(claims() | changes, ISSUER, HERE)
    except Refused:
        return

    assert not person.represents_nobody
    assert person.expires > NOW - dt.timedelta(minutes=1)
