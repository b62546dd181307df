"""Whether a school is connected, and what it lacks (R10)."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated.decisions import ORGANISATIONS, SERVICES, facts
from support.worlds import small_world as w
from wissel.clients.testing.cast import NOORD, SWV
from wissel.routing.deciding.decision import Permission
from wissel.routing.deciding.gaps.connections import Connection, connection, mandated, services_of
from wissel.routing.deciding.may_act import may_act
from wissel.routing.facts import AgreementKind, Fact
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.days import ONE_DAY
from wissel.routing.values.identifiers import Organisation, ServiceCode


def connected(
    *some: Fact, code: Organisation = w.XC, service: ServiceCode = w.OSO_OV
) -> Connection:
    table = w.table(*some)
    view = table.organisation(code)
    assert view is not None
    indexed = table.reference.services[service]
    return connection(table, view, indexed, mandated(view, service, w.TODAY), w.TODAY)


def reasons(found: Connection) -> list[Reason]:
    return [gap.refusal.reason for gap in found.gaps]


def test_a_school_is_connected_by_a_system_that_may_act_and_receives() -> None:
    found = connected()

    assert ((w.LAS_ZUID,), ()) == (found.systems, found.gaps)
    assert w.BOARD_2 == found.signatory


def test_by_one_of_its_systems_is_enough() -> None:
    """Location 00 of 99XB cannot be reached; the school is connected by that of 02."""
    closed = w.qualification(w.LAS_NOORD, w.OSO_OV, qualified=False)

    assert (w.LAS_ZUID,) == connected(closed, code=w.XB).systems


def test_all_that_is_missing_is_told() -> None:
    found = connected(
        w.agreement(w.BOARD_2, AgreementKind.OSO, end=w.TODAY - ONE_DAY),
        w.qualification(w.LAS_ZUID, w.OSO_OV, qualified=False),
        w.endpoint(w.C_ZUID, 1, vestiging="01", aanleverpunt="1", suspended=True),
    )

    assert () == found.systems
    assert [
        Reason.AGREEMENT_MISSING,
        Reason.SYSTEM_NOT_QUALIFIED,
        Reason.ENDPOINT_SUSPENDED,
    ] == reasons(found)


def test_of_two_systems_the_one_that_lacks_least_is_told() -> None:
    found = connected(
        w.qualification(w.LAS_NOORD, w.OSO_OV, qualified=False),
        w.qualification(w.LAS_ZUID, w.OSO_OV, qualified=False),
        w.agreement(NOORD.oin, AgreementKind.VENDOR_OSO, end=w.TODAY - ONE_DAY),
        code=w.XB,
    )

    assert [w.LAS_ZUID] == [gap.refusal.metadata["system_id"] for gap in found.gaps]


def test_without_a_mandate_the_board_begins() -> None:
    found = connected(code=w.XC, service=w.OSO_SWV)

    assert [Reason.MANDATE_MISSING, Reason.ENDPOINT_MISSING] == reasons(found)


def test_a_service_without_versions_asks_for_no_endpoint() -> None:
    bare = dataclasses.replace(w.services()[2], versions=(), processed_by_owner=False)
    given_mandate = w.mandate(w.XC, w.LAS_ZUID, w.RIO)

    assert (w.LAS_ZUID,) == connected(bare, given_mandate, service=w.RIO).systems
    assert [Reason.MANDATE_MISSING] == reasons(connected(bare, service=w.RIO))


def test_a_closed_school_is_not_connected() -> None:
    shut = w.school(w.XC, w.BOARD_2, "01", closed=w.TODAY - ONE_DAY)

    found = connected(shut)

    assert [Reason.RECEIVER_CLOSED] == reasons(found)


def test_a_version_that_is_not_active_is_missing() -> None:
    service = w.services()[0]
    inactive = tuple(dataclasses.replace(each, active=False) for each in service.versions)

    found = connected(dataclasses.replace(service, versions=inactive))

    assert [Reason.SERVICE_VERSION_NOT_FOUND] == reasons(found)


@pytest.mark.parametrize(
    ("code", "expected"),
    [(w.XA, [w.OSO_OV, w.OSO_SWV]), (SWV, [w.OSO_SWV]), (w.XC, [w.OSO_OV])],
)
def test_a_school_is_to_be_connected_for_what_it_gave(
    code: Organisation, expected: list[ServiceCode]
) -> None:
    table = w.table()
    view = table.organisation(code)
    assert view is not None

    assert expected == services_of(table, view, w.TODAY)


def test_a_school_that_gave_nothing_is_to_be_connected_for_what_is_forwarded() -> None:
    table = w.table(dataclasses.replace(w.C_ZUID, stopped=True))
    view = table.organisation(w.XC)
    assert view is not None

    assert [w.OSO_OV, w.OSO_SWV] == services_of(table, view, w.TODAY)


@given(st.lists(facts(), max_size=8), st.sampled_from(ORGANISATIONS), st.sampled_from(SERVICES))
def test_it_is_connected_if_and_only_if_a_system_may_act_and_receives(
    world: list[Fact], code: Organisation, service: ServiceCode
) -> None:
    table: Table = w.table(*world)
    view = table.organisation(code)
    assert view is not None
    indexed = table.reference.services[service]
    receiving = {
        endpoint.mandate.system_id
        for version in indexed.versions
        if version.active_on(w.TODAY)
        for endpoint in view.endpoints_in_force((service, version.namespace), w.TODAY)
        if not endpoint.suspended
    }
    systems = mandated(view, service, w.TODAY)
    expected = [
        system_id
        for system_id in systems
        if isinstance(may_act(table, code, service, system_id, w.TODAY), Permission)
        and system_id in receiving
        and w.TODAY <= view.closed
    ]

    found = connection(table, view, indexed, systems, w.TODAY)

    assert expected == list(found.systems)
    assert bool(found.systems) is not bool(found.gaps)
