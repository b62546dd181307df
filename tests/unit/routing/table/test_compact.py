"""The compact form of facts: nothing is lost in it, and what is alike is kept once."""

import dataclasses
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.builders.queries import query
from support.worlds import small_world as w
from wissel.clients.testing.cast import SWV
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Route
from wissel.routing.deciding.locate import Located, locate
from wissel.routing.deciding.query import Selection
from wissel.routing.facts import Endpoint
from wissel.routing.table import Table
from wissel.routing.table.compact import routing_key_prefix, without_prefix
from wissel.routing.table.interning import Interner
from wissel.routing.values.identifiers import Brin, Organisation, RoutingKey, ServiceCode, Swv


def located(organisation: Organisation, service: ServiceCode, *rows: Endpoint) -> Located:
    """Return what is found of an organisation that has these endpoints alone."""
    others = [fact for fact in w.small() if not isinstance(fact, Endpoint)]
    found = locate(
        Table.load(1, [*others, *rows]), organisation, Selection(), service, None, w.TODAY
    )
    assert isinstance(found, Located)
    return found


@pytest.mark.parametrize(
    "key", [w.key(w.XC, 1), w.key(w.XC, 99_999), w.key(w.XB, 1), RoutingKey("00000003990000000001")]
)
def test_a_routing_key_comes_back_whole_even_if_it_is_not_the_schools_own(key: RoutingKey) -> None:
    row = dataclasses.replace(w.endpoint(w.C_ZUID, 1), routing_key=key)

    found = located(w.XC, w.OSO_OV, row)

    assert found.endpoint.routing_key == key
    assert found.endpoint.endpoint_id == row.endpoint_id


@pytest.mark.parametrize("vestiging", [None, "01"])
def test_a_vestiging_comes_back_whole(vestiging: str | None) -> None:
    row = w.endpoint(w.C_ZUID, 1, vestiging=vestiging)

    found = located(w.XC, w.OSO_OV, row)

    assert found.endpoint.vestiging == row.vestiging


def test_a_samenwerkingsverband_keeps_its_keys_whole() -> None:
    decision = decide(w.table(), query(SWV, service=w.OSO_SWV), w.TODAY)

    assert isinstance(decision, Route)
    assert decision.endpoint._terms.routing_key == decision.routing_key


@given(st.sampled_from([Brin("99XA"), Swv("PO9901")]), st.integers(0, 99_999))
def test_a_name_without_its_prefix_is_told_from_every_other(
    organisation: Organisation, number: int
) -> None:
    prefix = routing_key_prefix(organisation)
    own, foreign = f"{prefix or '0000000399000000'}{number:05}", f"0000000700099QQ{number:05}"

    assert without_prefix(prefix, own) != without_prefix(prefix, foreign)
    assert prefix + without_prefix(prefix, own) == own


def test_schools_on_the_same_terms_share_them() -> None:
    interner = Interner()
    one = w.endpoint(w.C_ZUID, 1)
    other = dataclasses.replace(
        one,
        endpoint_id=UUID(int=7),
        organisation=w.XB,
        routing_key=w.key(w.XB, 1),
        vestiging=None if one.vestiging is None else w.endpoint(w.B_ZUID, 1).vestiging,
    )

    assert interner.endpoint(one) is interner.endpoint(other)
    assert interner.mandate(w.C_ZUID) is interner.mandate(
        dataclasses.replace(w.C_ZUID, mandate_id=UUID(int=8), organisation=w.XB)
    )
    assert interner.endpoint(one) is not interner.endpoint(dataclasses.replace(one, suspended=True))
