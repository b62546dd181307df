"""What a table tells of an organisation, its mandates and its endpoints."""

import dataclasses
import datetime as dt

import pytest

from support.worlds import small_world as w
from wissel.clients.testing.cast import SWV
from wissel.routing.facts import Attribute, DeliveryContract, Processing
from wissel.routing.table import Table
from wissel.routing.table.views import OrganisationView
from wissel.routing.values.days import FOREVER, ONE_DAY, Period
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Brin,
    Namespace,
    Organisation,
    ServiceCode,
    Vestiging,
)

LAST: dt.date = w.TODAY + ONE_DAY


def view(table: Table, organisation: Organisation) -> OrganisationView:
    found = table.organisation(organisation)
    assert found is not None
    return found


def test_an_organisation_with_its_board_and_last_days() -> None:
    school = view(w.table(w.school(w.XB, w.BOARD_2, "00", "02", closed=LAST)), w.XB)

    assert w.XB == school.code
    assert w.BOARD_2 == school.signatory
    assert LAST == school.closed == school.last_day_of(Vestiging("99XB02"))
    assert school.last_day_of(Vestiging("99XB03")) is None


def test_an_organisation_that_is_not_closed_is_open_forever() -> None:
    school = view(w.table(), w.XC)

    assert FOREVER == school.closed == school.last_day_of(Vestiging("99XC01"))


def test_a_samenwerkingsverband_signs_for_itself() -> None:
    verband = view(w.table(), SWV)

    assert (SWV, SWV) == (verband.code, verband.signatory)


def test_the_mandates_of_a_service_are_in_order_of_id() -> None:
    school = view(w.table(), w.XB)
    mandates = school.mandates_in_force(w.OSO_OV, w.TODAY)

    assert sorted([w.B_NOORD.mandate_id, w.B_ZUID.mandate_id]) == [
        each.mandate_id for each in mandates
    ]
    assert [] == school.mandates_in_force(ServiceCode("NONE"), w.TODAY)


def test_a_mandate_as_it_was_given() -> None:
    fact = dataclasses.replace(
        w.C_ZUID, processing=Processing.AWAITING, period=Period(w.START, LAST)
    )
    (mandate,) = view(w.table(fact), w.XC).mandates_in_force(w.OSO_OV, LAST)

    assert fact.mandate_id == mandate.mandate_id
    assert w.XC == mandate.organisation.code
    assert w.LAS_ZUID == mandate.system_id
    assert LAST == mandate.last_day
    assert Processing.AWAITING == mandate.processing
    assert w.CREATED.date() == mandate.waiting_since


@pytest.mark.parametrize(
    "processing", [Processing.NOT_REQUIRED, Processing.PROCESSED, Processing.REJECTED]
)
def test_a_mandate_that_waits_for_nobody_waits_since_no_day(processing: Processing) -> None:
    fact = dataclasses.replace(w.C_ZUID, processing=processing)
    (mandate,) = view(w.table(fact), w.XC).mandates_in_force(w.OSO_OV, w.TODAY)

    assert mandate.waiting_since is None


def test_a_mandate_waits_since_a_day_in_amsterdam() -> None:
    late = dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC)
    fact = dataclasses.replace(w.C_ZUID, processing=Processing.AWAITING, created=late)

    assert dt.date(2026, 7, 1) == fact.waiting_since


@pytest.mark.parametrize(
    ("on", "stopped", "expected"),
    [
        (w.START - ONE_DAY, False, False),
        (w.START, False, True),
        (LAST, False, True),
        (LAST + ONE_DAY, False, False),
        (w.START, True, False),
    ],
)
def test_a_mandate_and_its_endpoint_are_in_force_within_the_period(
    on: dt.date, stopped: bool, expected: bool
) -> None:
    fact = dataclasses.replace(w.C_ZUID, period=Period(w.START, LAST), stopped=stopped)
    school = view(w.table(fact), w.XC)

    assert expected is bool(school.mandates_in_force(w.OSO_OV, on))
    assert expected is bool(school.endpoints_in_force((w.OSO_OV, w.OV_2026), on))


@pytest.mark.parametrize(
    ("period", "stopped", "expected"),
    [
        (Period(w.START, w.TODAY), False, True),
        (Period(w.START, w.TODAY - ONE_DAY), False, False),
        (Period(w.TODAY + ONE_DAY), False, False),
        (Period(w.START), True, False),
    ],
)
def test_an_endpoint_is_in_force_within_its_own_period_too(
    period: Period, stopped: bool, expected: bool
) -> None:
    fact = dataclasses.replace(w.endpoint(w.C_ZUID, 1), period=period, stopped=stopped)
    school = view(w.table(fact), w.XC)

    assert expected is bool(school.endpoints_in_force((w.OSO_OV, w.OV_2026), w.TODAY))


def test_an_endpoint_as_it_was_registered() -> None:
    fact = dataclasses.replace(
        w.endpoint(w.C_ZUID, 9, vestiging="01", attribute=Attribute.LDOS, aanleverpunt="101"),
        contract=DeliveryContract(max_payload_bytes=9),
        suspended=True,
        period=Period(w.START, LAST),
    )
    endpoint = w.table(fact).endpoint(w.XC, fact.endpoint_id)

    assert endpoint is not None
    assert fact.endpoint_id == endpoint.endpoint_id
    assert str(fact.endpoint_id) == endpoint.endpoint_id_text
    assert w.C_ZUID.mandate_id == endpoint.mandate.mandate_id
    assert fact.routing_key == endpoint.routing_key
    assert fact.vestiging == endpoint.vestiging
    assert Aanleverpunt("101") == endpoint.aanleverpunt
    assert fact.url == endpoint.url
    assert Attribute.LDOS is endpoint.attribute
    assert fact.contract == endpoint.contract
    assert endpoint.suspended
    assert LAST == endpoint.last_day


def test_an_endpoint_is_found_only_at_its_own_organisation() -> None:
    table = w.table()
    endpoint_id = w.endpoint(w.C_ZUID, 1).endpoint_id

    assert table.endpoint(w.XC, endpoint_id) is not None
    assert table.endpoint(w.XB, endpoint_id) is None
    assert table.endpoint(Brin("99ZZ"), endpoint_id) is None


def test_an_endpoint_before_its_mandate_is_in_force_on_no_day() -> None:
    fact = w.endpoint(w.C_ZUID, 1)
    table = Table.load(1, [*w.base(), fact])
    endpoint = table.endpoint(w.XC, fact.endpoint_id)

    assert endpoint is not None
    assert w.C_ZUID.mandate_id == endpoint.mandate.mandate_id
    assert [] == view(table, w.XC).endpoints_in_force((w.OSO_OV, w.OV_2026), w.TODAY)


def test_a_view_holds_on_the_table_that_it_came_from() -> None:
    before = w.table()
    endpoint = before.endpoint(w.XC, w.endpoint(w.C_ZUID, 1).endpoint_id)
    before.with_facts(2, [w.endpoint(w.C_ZUID, 1, suspended=True)])

    assert endpoint is not None
    assert not endpoint.suspended


def test_versions_of_two_services_are_told_apart_by_the_service() -> None:
    school = view(w.table(), w.XC)

    assert [] == school.endpoints_in_force((w.OSO_SWV, w.OV_2026), w.TODAY)
    assert [] == school.endpoints_in_force((w.OSO_OV, Namespace("none")), w.TODAY)
