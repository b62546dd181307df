"""Correcting schools by hand, in a real register (R1)."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from support.builders.duo_files import po_file, po_line
from support.builders.school_imports import import_file, read, transaction
from support.worlds.stores import open_register
from wissel.routing.facts import OPERATOR_SOURCE, Board, School
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Brin, Vestiging
from wissel.server.registry.ports import Register
from wissel.server.registry.schools.registration import NewLocation, RegisterSchool, register_school
from wissel.server.registry.schools.updating import UpdateLocation, UpdateSchool, update_school

TODAY = dt.date(2026, 9, 1)
YESTERDAY = TODAY - dt.timedelta(days=1)
OURS, FILED, CLOSED = Brin("99YY"), Brin("99XA"), Brin("99XB")
REGISTRATION = RegisterSchool(
    brin=OURS,
    board=BoardNumber("99009"),
    board_name="Besturen",
    locations=tuple(
        NewLocation(vestiging=Vestiging(f"99YY0{number}"), name=f"School {number}")
        for number in range(2)
    ),
)


@pytest.fixture
async def register(tmp_path: Path) -> AsyncIterator[Register]:
    """A school that an operator registered, one of a file, and one that a file closed."""
    noon = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
    async with open_register(tmp_path, lambda: noon) as opened:
        await transaction(opened, lambda writing: register_school(writing, REGISTRATION))
        await import_file(opened, po_file(po_line("99XA00"), po_line("99XB00")), as_of=YESTERDAY)
        await import_file(opened, po_file(po_line("99XA00")), max_closed_share=1)
        yield opened


def location(vestiging: str, **changes: Any) -> UpdateLocation:
    return UpdateLocation(vestiging=Vestiging(vestiging), **changes)


async def update(
    register: Register, brin: Brin, *locations: UpdateLocation, **changes: Any
) -> School:
    command = UpdateSchool(brin=brin, locations=locations, **changes)
    return await transaction(register, lambda writing: update_school(writing, command))


async def test_a_closed_school_goes_on_at_another(register: Register) -> None:
    changed = await update(register, CLOSED, location("99XB00", successor=FILED))

    assert FILED == changed.successor
    assert changed == await read(register, lambda snapshot: snapshot.get(School, CLOSED))


async def test_an_import_keeps_the_successor_until_the_school_opens_again(
    register: Register,
) -> None:
    await update(register, CLOSED, location("99XB00", successor=Vestiging("99YY01")))

    kept = await import_file(register, po_file(po_line("99XA00")))
    opened = await import_file(register, po_file(po_line("99XA00"), po_line("99XB00")))

    school = await read(register, lambda snapshot: snapshot.get(School, CLOSED))
    assert ({}, {"SCHOOL_REOPENED": 1, "LOCATION_REOPENED": 1}) == (kept.counts, opened.counts)
    assert school is not None
    assert (None, None) == (school.successor, school.locations[0].successor)


async def test_what_an_operator_registered_is_renamed_closed_and_moved(register: Register) -> None:
    changed = await update(
        register,
        OURS,
        location("99YY00", name=" Nieuw "),
        location("99YY01", closed=YESTERDAY, successor=Vestiging("99YY00")),
        board=BoardNumber("99010"),
        board_name="Ander",
    )

    first, second = changed.locations
    assert ("Nieuw", None) == (first.name, first.closed)
    assert (YESTERDAY, "99YY00", OPERATOR_SOURCE) == (
        second.closed,
        second.successor,
        second.source,
    )
    board = await read(register, lambda snapshot: snapshot.get(Board, "99010"))
    assert Board(number=BoardNumber("99010"), name="Ander") == board


async def test_what_is_opened_again_has_no_successor(register: Register) -> None:
    await update(register, OURS, location("99YY01", closed=TODAY, successor=FILED))

    changed = await update(register, OURS, location("99YY01", closed=None))

    assert (None, None) == (changed.locations[1].closed, changed.locations[1].successor)


async def test_what_stays_the_same_is_no_change(register: Register) -> None:
    before = await read(register, lambda snapshot: snapshot.get(School, FILED))
    assert before is not None
    same = location("99XA00", name=before.name, closed=None, successor=None)

    assert before == await update(register, FILED, same, board=before.board, etag=etag_of(before))


@pytest.mark.parametrize(
    ("brin", "changes", "reason"),
    [
        (Brin("99ZZ"), {}, Reason.SCHOOL_NOT_FOUND),
        (FILED, {"etag": "0" * 16}, Reason.ETAG_MISMATCH),
        (FILED, {"board": BoardNumber("99009")}, Reason.KEPT_BY_RIO),
        (
            OURS,
            {"board": BoardNumber("99001"), "board_name": "van 111222333"},
            Reason.PERSON_NUMBER_IN_TEXT,
        ),
    ],
)
async def test_a_school_that_cannot_be_corrected(
    register: Register, brin: Brin, changes: dict[str, Any], reason: Reason
) -> None:
    with pytest.raises(Refused) as caught:
        await update(register, brin, **changes)

    assert reason is caught.value.reason


@pytest.mark.parametrize(
    ("update_of", "reason", "field"),
    [
        (location("99XA00", name="Ander"), Reason.KEPT_BY_RIO, "name"),
        (location("99XA00", closed=TODAY), Reason.KEPT_BY_RIO, "closed_date"),
        (location("99XA00", successor=CLOSED), Reason.FIELD_INVALID, "successor"),
        (location("99XA01"), Reason.VESTIGING_NOT_FOUND, "vestiging"),
        (location("99XB00", closed=None), Reason.KEPT_BY_RIO, "closed_date"),
        (location("99XB00", successor=CLOSED), Reason.FIELD_INVALID, "successor"),
        (location("99XB00", successor=Vestiging("99XB00")), Reason.FIELD_INVALID, "successor"),
        (location("99XB00", successor=Brin("99ZZ")), Reason.SCHOOL_NOT_FOUND, "successor"),
        (
            location("99XB00", successor=Vestiging("99XA09")),
            Reason.VESTIGING_NOT_FOUND,
            "successor",
        ),
        (location("99YY00", name=""), Reason.FIELD_REQUIRED, "name"),
        (location("99YY00", name="a\0"), Reason.FIELD_INVALID, "name"),
        (
            location("99YY00", closed=TODAY + dt.timedelta(days=1)),
            Reason.FIELD_INVALID,
            "closed_date",
        ),
        (location("99YY00", closed=None, successor=FILED), Reason.FIELD_INVALID, "successor"),
    ],
)
async def test_a_location_that_cannot_be_corrected(
    register: Register, update_of: UpdateLocation, reason: Reason, field: str
) -> None:
    brin = update_of.vestiging.brin
    before = await read(register, lambda snapshot: snapshot.get(School, brin))

    with pytest.raises(Refused) as caught:
        await update(register, brin, update_of)

    assert (reason, f"locations.{field}") == (caught.value.reason, caught.value.field)
    assert before == await read(register, lambda snapshot: snapshot.get(School, brin))


async def test_a_location_is_named_once(register: Register) -> None:
    with pytest.raises(Refused) as caught:
        await update(register, OURS, location("99YY00"), location("99YY00", name="Twee"))

    assert Reason.FIELD_INVALID is caught.value.reason
