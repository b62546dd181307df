"""A service is for schools of its sectors, on both sides (R11)."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.builders.queries import decided, partner, query, refusal, route, vendor
from support.worlds import small_world as w
from wissel.clients.testing.cast import SWV, ZUID
from wissel.routing.deciding.decision import Outcome, Refusal
from wissel.routing.deciding.explain import explain
from wissel.routing.deciding.may_act import may_act
from wissel.routing.facts import TEST_SCHOOL, School, Sector, Service
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.values.days import ONE_DAY
from wissel.routing.values.identifiers import Vestiging

SECTORS = st.frozensets(st.sampled_from(Sector))


def serving(*sectors: Sector) -> Service:
    """OSO_OV, for these sectors."""
    return dataclasses.replace(w.services()[0], sectors=sectors)


def of(*sectors: Sector | None, closed: dt.date | None = None) -> School:
    """99XC with a location of each sector; the last one is closed if a day is given."""
    made = w.school(w.XC, w.BOARD_2, *(f"{number:02}" for number in range(1, len(sectors) + 1)))
    told = [
        dataclasses.replace(each, sector=sector)
        for each, sector in zip(made.locations, sectors, strict=True)
    ]
    told[-1] = dataclasses.replace(told[-1], closed=closed)
    return dataclasses.replace(made, locations=tuple(told))


def test_a_receiver_of_another_sector_is_refused() -> None:
    decision = decided(None, serving(Sector.PO, Sector.SO), of(Sector.VO))

    assert isinstance(decision, Refusal)
    assert (Side.RECEIVER, Reason.SECTOR_NOT_SERVED) == refusal(decision)
    assert decision.metadata == {
        "organisation": "99XC",
        "service": "OSO_OV",
        "sectors": "VO",
        "served": "PO, SO",
    }


def test_a_sender_of_another_sector_is_refused() -> None:
    asked = query(w.XA, sender=w.XC, asker=vendor(ZUID.oin))

    decision = decided(asked, serving(Sector.PO), of(Sector.VO))

    assert (Side.SENDER, Reason.SECTOR_NOT_SERVED) == refusal(decision)


def test_a_partner_may_ask_for_a_sender_of_any_sector() -> None:
    asked = query(w.XA, sender=w.XC, asker=partner())

    route(decided(asked, serving(Sector.PO), of(Sector.VO)))


@pytest.mark.parametrize(
    "school",
    [
        of(Sector.PO),
        of(Sector.VO, Sector.PO),
        of(None),
        of(Sector.VO, None),
        of(Sector.PO, Sector.VO, closed=w.TODAY - ONE_DAY),
    ],
    ids=["served", "served among others", "unknown", "unknown among others", "others closed"],
)
def test_a_school_that_may_be_of_a_sector_is_not_refused_for_it(school: School) -> None:
    route(decided(query(vestiging="01"), serving(Sector.PO), school))


def test_a_location_that_closed_opens_no_sector() -> None:
    decision = decided(None, serving(Sector.PO), of(Sector.VO, Sector.PO, closed=w.TODAY))

    assert (Side.RECEIVER, Reason.SECTOR_NOT_SERVED) == refusal(decision)


def test_a_school_that_closed_still_has_the_sectors_it_had() -> None:
    school = of(Sector.PO, closed=w.TODAY - ONE_DAY)
    asked = query(w.XA, sender=w.XC, asker=vendor(ZUID.oin))

    assert frozenset({Sector.PO}) == school.sectors
    route(decided(asked, serving(Sector.PO), school))
    assert (Side.SENDER, Reason.SECTOR_NOT_SERVED) == refusal(
        decided(asked, serving(Sector.VO), school)
    )


def test_a_samenwerkingsverband_is_of_no_sector() -> None:
    oso_swv = dataclasses.replace(w.services()[1], sectors=(Sector.MBO,))

    route(decided(query(SWV, service=w.OSO_SWV), oso_swv))


def test_the_test_school_is_of_no_sector() -> None:
    location = dataclasses.replace(of(Sector.VO).locations[0], vestiging=Vestiging("00YY00"))
    school = School(brin=TEST_SCHOOL, board=w.BOARD_2, source="OPERATOR", locations=(location,))
    given = w.mandate(TEST_SCHOOL, w.LAS_ZUID)
    facts = (serving(Sector.PO), school, given, w.endpoint(given, 1))

    assert frozenset() == school.sectors
    route(decided(query(TEST_SCHOOL), *facts))


def test_a_sector_goes_before_a_missing_mandate() -> None:
    """Else its board would be told to give one, which is refused."""
    facts = (serving(Sector.PO), of(Sector.VO), dataclasses.replace(w.C_ZUID, stopped=True))

    assert (Side.RECEIVER, Reason.SECTOR_NOT_SERVED) == refusal(decided(None, *facts))
    found = may_act(w.table(*facts), w.XC, w.OSO_OV, w.LAS_ZUID, w.TODAY, side=Side.QUERY)
    assert isinstance(found, Refusal)
    assert (Side.QUERY, Reason.SECTOR_NOT_SERVED) == (found.side, found.reason)


def test_a_sector_is_a_step_of_its_own_on_either_side() -> None:
    table = w.table(serving(Sector.PO), of(Sector.VO))
    outcomes = {step.rule: step.outcome for step in explain(table, query(), w.TODAY).steps}

    assert outcomes["SENDER_SECTOR"] is Outcome.PASSED
    assert outcomes["RECEIVER_OPEN"] is Outcome.PASSED
    assert outcomes["RECEIVER_SECTOR"] is Outcome.FAILED
    assert outcomes["VERSION"] is Outcome.SKIPPED


@given(SECTORS, st.lists(st.sampled_from(Sector), unique=True, max_size=4))
def test_only_known_sectors_keep_a_school_from_a_service_that_names_some(
    sectors: frozenset[Sector], served: list[Sector]
) -> None:
    school = of(*sorted(sectors)) if sectors else of(None)
    decision = decided(query(vestiging="01"), serving(*served), school)

    unserved = bool(sectors and served and not sectors & set(served))
    assert unserved == isinstance(decision, Refusal)
    if unserved:
        assert (Side.RECEIVER, Reason.SECTOR_NOT_SERVED) == refusal(decision)
