"""What a board's yearly check takes for odd."""

from typing import Any

import pytest

from wissel.clients.cli.mandating.holdings import state_of
from wissel.clients.cli.mandating.review import oddities
from wissel.mandate.v1 import mandate_service_pb2 as pb

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
