"""Facts as JSON text: total, reversible, canonical."""

import dataclasses
import hashlib
import string
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.builders.strategies.facts import EACH_KIND, facts
from wissel.routing.facts import Board, Fact, Qualification, Revocation, RevocationTarget
from wissel.routing.facts.keys import key_of
from wissel.routing.facts.plain import FACT_KINDS, etag_of
from wissel.routing.values.identifiers import BoardNumber, Brin, ServiceCode, SystemId
from wissel.server.store.register.codec import decode, encode
from wissel.server.store.register.event_subjects import subjects_of
from wissel.server.store.register.projection import BY_ENTITY, PROJECTIONS
from wissel.server.store.register.tables import INDEXED


@given(facts())
def test_a_fact_survives_the_store_unchanged(fact: Fact) -> None:
    again = decode(type(fact), encode(fact))

    assert fact == again
    assert encode(fact) == encode(again)


@given(facts())
def test_an_etag_is_made_of_the_stored_text(fact: Fact) -> None:
    assert hashlib.sha256(encode(fact).encode()).hexdigest()[:16] == etag_of(fact)


@given(facts())
def test_each_value_comes_back_with_its_own_type(fact: Fact) -> None:
    again = decode(type(fact), encode(fact))

    for field in dataclasses.fields(fact):
        assert type(getattr(fact, field.name)) is type(getattr(again, field.name))


@given(st.data(), st.sampled_from(EACH_KIND))
def test_facts_are_equal_if_and_only_if_their_bodies_are(
    data: st.DataObject, kind: st.SearchStrategy[Fact]
) -> None:
    one, other = data.draw(kind), data.draw(kind)

    assert (one == other) == (encode(one) == encode(other))


def test_every_kind_has_a_strategy_a_table_and_a_codec() -> None:
    assert set(FACT_KINDS) == set(PROJECTIONS)
    assert len(FACT_KINDS) == len(EACH_KIND)
    assert set(BY_ENTITY) == set(INDEXED)


@given(facts())
def test_every_fact_has_a_key_columns_and_subjects(fact: Fact) -> None:
    projection = PROJECTIONS[type(fact)]

    columns = {name: of(fact) for name, of in projection.columns.items()}

    assert key_of(fact) != ""
    assert all(value != "" for name, value in columns.items() if name not in ("kvk", "signer"))
    assert all(":" in subject for subject in subjects_of(fact))


def test_a_set_is_stored_in_one_order() -> None:
    names = {"99XA", "99XB", "99XC"}
    bodies = {
        encode(
            Qualification(
                system_id=SystemId("las-noord"),
                service=ServiceCode("OSO_OV"),
                pilots=frozenset(map(Brin, order)),
            )
        )
        for order in (sorted(names), sorted(names, reverse=True), names)
    }

    assert len(bodies) == 1


def test_a_default_is_left_out_so_that_a_later_field_changes_no_etag() -> None:
    body = orjson.loads(encode(Board(number=BoardNumber("99001"))))

    assert body == {"number": "99001"}


def test_an_etag_is_short_hex_and_differs_with_the_fact() -> None:
    one = etag_of(Board(number=BoardNumber("99001")))
    other = etag_of(Board(number=BoardNumber("99001"), name="Noord"))

    assert one != other
    assert len(one) == 16
    assert set(one) <= set(string.hexdigits.lower())


def test_keys_of_joined_names_do_not_collide() -> None:
    """A system id holds no slash and a target no colon, so the parts stay apart."""
    keys = {
        key_of(Qualification(system_id=SystemId(system), service=ServiceCode(service)))
        for system in ("las", "las-a")
        for service in ("OSO_OV", "OSO_SWV")
    }

    assert len(keys) == 4
    assert (
        key_of(Revocation(target=RevocationTarget.ISSUER_SERIAL, value="CN=a:b#01"))
        == "ISSUER_SERIAL:CN=a:b#01"
    )


@pytest.mark.parametrize("value", ["no-such-shape", ""])
def test_a_stored_identifier_that_fits_no_type_is_an_error(value: str) -> None:
    body = orjson.dumps(
        {
            "agreement_id": str(UUID(int=0)),
            "signatory": value,
            "kind": "OSO",
            "period": {"start": "2026-01-01"},
        }
    ).decode()
    agreement = BY_ENTITY["agreement"].kind

    with pytest.raises(ValueError, match="fits none"):
        decode(agreement, body)
