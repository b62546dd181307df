"""A link counts between both OINs, organisations and delivery points, for twelve months."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from support.builders import envelopes
from support.sessions import NOW, ORDER
from wissel.clients.testing.cast import NOORD, SWV, ZUID
from wissel.routing.exchange.envelope import Address, Kind
from wissel.routing.exchange.fetching.links import (
    Link,
    check_feedback,
    check_fetch,
    require_key_of_kind,
    twelve_months_after,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Brin, Oin, RoutingKey, Swv

AT_SCHOOL, AT_SWV = RoutingKey("0000000700099XA00001"), RoutingKey("00000003990000090001")
LINK = Link(
    source_oin=Oin(NOORD.oin),
    source=Brin("99XA"),
    source_routing_key=AT_SCHOOL,
    requester_oin=Oin(ZUID.oin),
    requester=Swv(SWV),
    requester_routing_key=AT_SWV,
    expires=NOW + dt.timedelta(days=1),
)
FETCH = replace(ORDER, requester=Address(organisation=Swv(SWV), routing_key=AT_SWV), kind=Kind.SWV)
FEEDBACK = envelopes.context(
    kind=Kind.FEEDBACK,
    sender_oin=Oin(ZUID.oin),
    sender=Address(organisation=Swv(SWV), routing_key=AT_SWV),
    receiver=Address(organisation=Brin("99XA")),
    link_key=UUID(int=7),
)
OTHERS: list[dict[str, Any]] = [
    {"source_oin": Oin(ZUID.oin)},
    {"source": Brin("99XC")},
    {"source_routing_key": AT_SWV},
    {"requester_oin": Oin(NOORD.oin)},
    {"requester": Swv("PO9902")},
    {"requester_routing_key": AT_SCHOOL},
    {"expires": NOW},
]


@pytest.mark.parametrize("changes", OTHERS)
def test_every_end_of_a_fetch_is_that_of_its_link(changes: dict[str, Any]) -> None:
    check_fetch(LINK, FETCH, NOW)

    for link in (None, replace(LINK, **changes)):
        with pytest.raises(Refused, match="LINK_KEY_INVALID") as refused:
            check_fetch(link, FETCH, NOW)
        assert refused.value.metadata == {}


@pytest.mark.parametrize("changes", OTHERS)
def test_of_a_terugkoppeling_the_sender_is_bound_and_the_school(changes: dict[str, Any]) -> None:
    link, bound = (
        replace(LINK, **changes),
        not changes.keys() & {"source_oin", "source_routing_key"},
    )

    assert check_feedback(LINK, FEEDBACK, NOW) is LINK
    with pytest.raises(Refused, match="LINK_KEY_INVALID"):
        check_feedback(None, FEEDBACK, NOW)
    if bound:
        with pytest.raises(Refused, match="LINK_KEY_INVALID"):
            check_feedback(link, FEEDBACK, NOW)
    else:
        assert check_feedback(link, FEEDBACK, NOW) is link


@pytest.mark.parametrize("kind", [each for each in Kind if each is not Kind.FEEDBACK])
def test_each_kind_has_its_key(kind: Kind) -> None:
    right, wrong = (UUID(int=7), bytes(32)) if kind is Kind.SWV else (bytes(32), UUID(int=7))

    require_key_of_kind(kind, right)
    with pytest.raises(Refused) as refused:
        require_key_of_kind(kind, wrong)
    assert refused.value.field == ("link_key" if kind is Kind.SWV else "search_key")


@pytest.mark.parametrize(
    ("moment", "later"),
    [
        (dt.datetime(2026, 9, 1, 10, tzinfo=dt.UTC), dt.datetime(2027, 9, 1, 10, tzinfo=dt.UTC)),
        (dt.datetime(2028, 2, 29, tzinfo=dt.UTC), dt.datetime(2029, 2, 28, tzinfo=dt.UTC)),
    ],
)
def test_twelve_months_are_a_year(moment: dt.datetime, later: dt.datetime) -> None:
    assert twelve_months_after(moment) == later


def test_no_text_shows_the_key() -> None:
    assert str(UUID(int=7)) not in repr(FEEDBACK)
