"""An extra aanleverpunt is in no route until it is approved, and changes none (R9)."""

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from support.builders.queries import decided, partner, query, refusal, route, vendor
from support.worlds import small_world as w
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.deciding.audience import audience_for
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Audience, Refusal
from wissel.routing.deciding.query import Query
from wissel.routing.facts import Attribute, Endpoint, Fact
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table

NUMBERS = st.sampled_from([None, "00", "02"])
VERSIONS = st.sampled_from([w.OV_2025, w.OV_2026])
EXTRA = w.endpoint(w.C_ZUID, 7, aanleverpunt="100", attribute=Attribute.OT)
WAITING = dataclasses.replace(EXTRA, unapproved=True)


@st.composite
def endpoints(draw: st.DrawFn) -> list[Endpoint]:
    """Endpoints of 99XB, of both vendors; some wait for their approval."""
    rows = [
        w.endpoint(
            draw(st.sampled_from([w.B_NOORD, w.B_ZUID])),
            number,
            version=draw(VERSIONS),
            vestiging=draw(NUMBERS),
            aanleverpunt=draw(st.sampled_from(["100", "101"])),
            attribute=draw(st.sampled_from([Attribute.LAS, Attribute.OT])),
            suspended=draw(st.booleans()),
        )
        for number in range(1, draw(st.integers(1, 6)))
    ]
    return [dataclasses.replace(row, unapproved=draw(st.booleans())) for row in rows]


QUERIES = st.builds(
    lambda vestiging, number, point, version: query(
        w.XB,
        asker=partner(),
        vestiging=vestiging,
        aanleverpunt=point,
        routing_key=None if number is None else w.key(w.XB, number),
        version=version,
    ),
    NUMBERS,
    st.none() | st.integers(1, 5),
    st.sampled_from([None, "100", "101"]),
    st.none() | VERSIONS,
)


def _world(*facts: Fact) -> Table:
    school = w.school(w.XB, w.BOARD_2, "00", "02", "03")
    return Table.load(1, [*w.base(), school, w.A_NOORD, w.B_NOORD, w.B_ZUID, *facts])


@settings(max_examples=300, deadline=None)
@given(endpoints(), QUERIES)
def test_what_waits_for_its_approval_changes_no_route(rows: list[Endpoint], asked: Query) -> None:
    """Nor does it turn a refusal into a route; at most the refusal says that it waits."""
    approved = [row for row in rows if not row.unapproved]

    beside = decide(_world(*rows), asked, w.TODAY)
    without = decide(_world(*approved), asked, w.TODAY)

    if isinstance(beside, Refusal) and beside.reason is Reason.ENDPOINT_UNAPPROVED:
        assert isinstance(without, Refusal)
        assert Reason.ENDPOINT_MISSING is without.reason
    else:
        assert without == beside


def test_once_it_is_approved_it_is_found_by_its_number() -> None:
    asked = query(aanleverpunt="100")

    assert (Side.RECEIVER, Reason.ENDPOINT_UNAPPROVED) == refusal(decided(asked, WAITING))
    assert w.key(w.XC, 7) == route(decided(asked, EXTRA)).routing_key


def test_a_school_wide_message_goes_where_it_went() -> None:
    las = dataclasses.replace(WAITING, attribute=Attribute.LAS)

    assert w.key(w.XC, 1) == route(decided(query(), las)).routing_key
    approved = dataclasses.replace(las, unapproved=False, vestiging=None)
    assert route(decided(query(), approved)).routing_key in {w.key(w.XC, 1), w.key(w.XC, 7)}


def test_its_own_vendor_hears_that_it_waits() -> None:
    table, asked = w.table(WAITING), query(aanleverpunt="100")

    own, other = (audience_for(table, vendor(each.oin), asked, w.TODAY) for each in (ZUID, NOORD))

    assert (Audience.OWN_SIDE, Audience.OTHER_SIDE) == (own, other)
