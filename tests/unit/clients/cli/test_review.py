"""What a board's yearly check takes for odd."""

from typing import Any

import pytest

from wissel.clients.cli.mandating.holdings import state_of
from wissel.clients.cli.mandating.review import closings, oddities
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.school.v1 import school_pb2

SOON = "2026-10-31"


def mandate(*steps: str, **more: Any) -> pb.Mandate:
    next_steps = [pb.NextStep(reason=each, text=f"{each}.", contact="desk") for each in steps]
    values = {"status": "ACTIVE", "board_number": "99001", "next_steps": next_steps}
    return pb.Mandate(**(values | more))


@pytest.mark.parametrize(
    ("found", "odd"),
    [
        (mandate(), []),
        (mandate(end_date="2026-10-31"), ["ENDS_SOON"]),
        (mandate(end_date="2026-11-01"), []),
        (mandate(end_date="2026-10-31", switched_to_mandate_id="x"), []),
        (mandate("ENDPOINT_MISSING"), ["ENDPOINT_MISSING"]),
        (
            mandate("ENDPOINT_MISSING", status="PLANNED", start_date="2026-10-31"),
            ["ENDPOINT_MISSING"],
        ),
        (mandate("ENDPOINT_MISSING", status="PLANNED", start_date="2026-11-01"), []),
        (mandate("MANDATE_AWAITING", "SERVICE_NOTE"), []),
        (mandate("SIGNING_OPEN"), []),
        (mandate("MANDATE_AWAITING", overdue=True), ["OVERDUE"]),
        (mandate("MANDATE_REJECTED"), ["MANDATE_REJECTED"]),
        (mandate(board_number="99002"), ["SCHOOL_MOVED"]),
        (mandate(board_number=""), []),
        (
            mandate("SYSTEM_NOT_QUALIFIED", "ROLLOUT_CLOSED", end_date="2026-09-01"),
            ["ENDS_SOON", "SYSTEM_NOT_QUALIFIED", "ROLLOUT_CLOSED"],
        ),
    ],
)
def test_each_oddity_is_named(found: pb.Mandate, odd: list[str]) -> None:
    assert odd == [each.reason for each in oddities(found, "99001", SOON)]


def test_what_is_overdue_names_the_desk_of_who_processes() -> None:
    (overdue,) = oddities(mandate("MANDATE_AWAITING", overdue=True), "99001", SOON)

    assert "desk" == overdue.contact


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (mandate(), "ACTIVE"),
        (mandate("SERVICE_NOTE"), "ACTIVE"),
        (mandate("SIGNING_OPEN"), "ACTIVE"),
        (mandate("MANDATE_AWAITING", "ENDPOINT_MISSING"), "MANDATE_AWAITING"),
        (mandate("ENDPOINT_MISSING", status="PLANNED"), "PLANNED"),
    ],
)
def test_a_state_is_what_lacks_first(found: pb.Mandate, state: str) -> None:
    assert state == state_of(found)


def school(closed: str = "", *, of_one: str = "", successor: str = "") -> school_pb2.School:
    locations = [
        school_pb2.Location(vestiging="99XA00", closed_date=closed),
        school_pb2.Location(vestiging="99XA02", closed_date=of_one or closed, successor=successor),
    ]
    return school_pb2.School(brin="99XA", closed_date=closed, locations=locations)


@pytest.mark.parametrize(
    ("known", "end", "odd"),
    [
        (school(), "", []),
        (school("2026-10-31"), "", ["SCHOOL_CLOSES"]),
        (school("2026-11-01"), "", []),
        (school("2026-10-31"), "2026-10-31", []),
        (school("2026-10-31"), "2026-11-01", ["SCHOOL_CLOSES"]),
        (school(of_one="2026-10-01"), "", ["VESTIGING_CLOSES"]),
        (school(of_one="2026-08-31"), "", []),
        (None, "", ["SCHOOL_CLOSED"]),
    ],
)
def test_a_school_that_closes_before_its_mandate_ends_is_odd(
    known: school_pb2.School | None, end: str, odd: list[str]
) -> None:
    given = mandate(brin="99XA", end_date=end)

    assert odd == [each.reason for each in closings(given, known, "2026-09-01", SOON)]


def test_where_a_vestiging_goes_on_is_said() -> None:
    known = school(of_one="2026-10-01", successor="99XB01")

    (found,) = closings(mandate(brin="99XA"), known, "2026-09-01", SOON)

    assert "Vestiging 99XA02 closes on 2026-10-01. It goes on at 99XB01." == found.text


def test_a_samenwerkingsverband_has_no_school_that_closes() -> None:
    assert [] == list(closings(mandate(swv="PO9901"), None, "2026-09-01", SOON))
