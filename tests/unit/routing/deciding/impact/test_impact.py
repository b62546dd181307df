"""How an impact counts, what it shows first, and to whom (design.md#impact)."""

import dataclasses

import pytest

from support.worlds import small_world as w
from wissel.clients.testing.cast import NOORD, SWV, ZUID
from wissel.routing.deciding.impact.differences import Change
from wissel.routing.deciding.impact.impact import EXAMPLES, Counts, Impact, Tally, Viewer
from wissel.routing.deciding.impact.telling import impact
from wissel.routing.facts import AgreementKind, Fact, Party
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import ONE_DAY
from wissel.routing.values.identifiers import Brin

NOORDS = Viewer(systems=frozenset({w.LAS_NOORD}))
ZUIDS = Viewer(systems=frozenset({w.LAS_ZUID}))
BOARD = Viewer(organisations=frozenset({w.XB}))
MOVING = (
    dataclasses.replace(w.endpoint(w.B_NOORD, 1, vestiging="00"), stopped=True),
    w.endpoint(w.B_ZUID, 3, vestiging="00"),
)
"""Of 99XB location 00 goes from Noord to Zuid."""


def told(*facts: Fact, viewer: Viewer | None = None) -> Impact:
    before = w.table()
    shown = {"viewer": viewer} if viewer else {}
    return impact(before, before.supposing(facts), w.TODAY, **shown)


def changes(found: Impact) -> list[tuple[Change, str | None, str | None]]:
    return [
        (
            each.change,
            each.was.system_id if each.was else None,
            each.becomes.system_id if each.becomes else None,
        )
        for each in found.examples
    ]


def test_a_vendor_that_stops_is_counted_by_whom_it_serves() -> None:
    found = told(w.agreement(NOORD.oin, AgreementKind.VENDOR_OSO, end=w.TODAY))

    lost = Tally(routes=Counts(lost=3), senders=Counts(lost=3))
    assert lost == found.total
    assert {NOORD.oin: lost} == found.by_vendor
    assert {Reason.VENDOR_AGREEMENT_MISSING: lost} == found.by_reason
    assert {w.TODAY + ONE_DAY: lost} == found.by_day
    assert {w.BOARD_1, w.BOARD_2} == found.by_signatory.keys()
    assert {w.OSO_OV, w.OSO_SWV} == found.by_service.keys()


def test_a_route_that_moves_is_lost_to_one_vendor_and_gained_by_another() -> None:
    found = told(*MOVING)

    assert Counts(moved=1) == found.total.routes
    assert Counts(lost=1) == found.by_vendor[NOORD.oin].routes
    assert Counts(gained=1) == found.by_vendor[ZUID.oin].routes
    assert [(Change.MOVED, w.LAS_NOORD, w.LAS_ZUID)] == changes(found)


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        (NOORDS, [(Change.LOST, w.LAS_NOORD, None)]),
        (ZUIDS, [(Change.GAINED, None, w.LAS_ZUID)]),
        (BOARD, [(Change.MOVED, w.LAS_NOORD, w.LAS_ZUID)]),
        (Viewer(services=frozenset({w.OSO_OV})), [(Change.MOVED, w.LAS_NOORD, w.LAS_ZUID)]),
        (Viewer(services=frozenset({w.OSO_SWV})), []),
        (Viewer(organisations=frozenset({w.XA, SWV})), []),
        (Viewer(), []),
    ],
)
def test_each_reads_of_its_own(
    viewer: Viewer, expected: list[tuple[Change, str | None, str | None]]
) -> None:
    found = told(*MOVING, viewer=viewer)

    assert expected == changes(found)
    assert len(expected) == found.total.size == found.by_service[w.OSO_OV].size


def test_a_vendor_is_not_told_why_a_school_of_two_vendors_is_lost() -> None:
    """What is missing there afterwards may be of the other one's system."""
    stopped = MOVING[0]

    full = {viewer: told(stopped, viewer=viewer).by_reason.keys() for viewer in (BOARD, NOORDS)}

    assert {BOARD: {Reason.ENDPOINT_MISSING}, NOORDS: {Reason.RECEIVER_NOT_CONNECTED}} == full


def test_of_many_the_first_are_shown() -> None:
    """Lost before gained, early before late."""
    schools = [Brin(f"{number:02}{letter}Z") for letter in "ABCDEFGHIJKLM" for number in range(100)]
    gained: list[Fact] = []
    for brin in schools:
        made = w.mandate(brin, w.LAS_ZUID)
        gained += [w.school(brin, w.BOARD_2), made, w.endpoint(made, 1)]
    stopped = dataclasses.replace(w.C_ZUID, stopped=True)

    found = told(*gained, stopped)

    assert len(schools) == found.total.senders.gained
    assert EXAMPLES == len(found.examples)
    assert [Change.LOST] * 3 + [Change.GAINED] * 47 == [each.change for each in found.examples]
    assert ["00AZ", "00AZ", "00BZ"] == [each.subject.organisation for each in found.examples[3:6]]


def test_what_no_decision_reads_changes_nothing() -> None:
    known = w.table().party(NOORD.oin)
    assert isinstance(known, Party)

    found = told(dataclasses.replace(known, contact="desk@noord.example"))

    assert Tally() == found.total
    assert {} == found.by_vendor
