"""Lists of schools, boards and samenwerkingsverbanden, in a real register."""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.worlds.stores import open_register
from wissel.routing.facts import Board, Location, Samenwerkingsverband, School
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Brin, Oin, Swv, Vestiging
from wissel.server.registry.listing import Part
from wissel.server.registry.ports import Actor, Register
from wissel.server.registry.schools.lists import (
    SchoolFilter,
    count_schools,
    list_boards,
    list_schools,
)
from wissel.server.registry.schools.swv import RegisterSwv, register_swv

ACTOR = Actor(caller=Oin("00000003999900090000"), method="test")
SWV = RegisterSwv(code=Swv("PO9901"), name="SWV Wissel", oin=Oin("00000001999900010000"))


def school(brin: str, name: str, board: str = "99001", closed: dt.date | None = None) -> School:
    location = Location(vestiging=Vestiging(f"{brin}00"), name=name, source="X", closed=closed)
    return School(brin=Brin(brin), board=BoardNumber(board), source="X", locations=(location,))


@pytest.fixture
async def register(tmp_path: Path) -> AsyncIterator[Register]:
    """A register with five schools of two boards; 99XD has closed, 99003 has no school."""
    async with open_register(tmp_path) as opened:
        async with opened.transaction(ACTOR) as transaction:
            await transaction.put(
                Board(number=BoardNumber("99001"), name="Stichting Één"),
                Board(number=BoardNumber("99002")),
                Board(number=BoardNumber("99003"), name="Vereniging Drie"),
                school("99XA", "De Wissel"),
                school("99XB", "De Brug"),
                school("99XC", "Het Sein", "99002"),
                school("99XD", "De Dode Wissel", closed=dt.date(2026, 8, 31)),
                school("99XE", "WISSELDORP"),
            )
        yield opened


async def brins(register: Register, wanted: SchoolFilter, limit: int = 100) -> list[list[str]]:
    """Return the BRINs of all pages of a list."""
    pages, after = [], ""
    async with register.snapshot() as snapshot:
        while True:
            part = Part(after=after, limit=limit, pinned=snapshot.revision)
            page = await list_schools(snapshot, wanted, part)
            pages.append([str(each.brin) for each in page.items])
            if not page.last:
                return pages
            after = page.last


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (SchoolFilter(), ["99XA", "99XB", "99XC", "99XE"]),
        (SchoolFilter(include_closed=True), ["99XA", "99XB", "99XC", "99XD", "99XE"]),
        (SchoolFilter(board=BoardNumber("99002")), ["99XC"]),
        (SchoolFilter(name_contains="wissel"), ["99XA", "99XE"]),
        (SchoolFilter(name_contains="WISSEL", board=BoardNumber("99002")), []),
        (SchoolFilter(name_contains="%"), []),
    ],
)
async def test_conditions_add_up(
    register: Register, wanted: SchoolFilter, expected: list[str]
) -> None:
    assert await brins(register, wanted) == [expected]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, [["99XA"], ["99XB"], ["99XC"], ["99XE"]]),
        (3, [["99XA", "99XB", "99XC"], ["99XE"]]),
        (4, [["99XA", "99XB", "99XC", "99XE"]]),
    ],
)
async def test_pages_hold_what_fits_and_only_that(
    register: Register, limit: int, expected: list[list[str]]
) -> None:
    assert await brins(register, SchoolFilter(), limit) == expected


async def test_boards_by_name(register: Register) -> None:
    async with register.snapshot() as snapshot:
        part = Part(after="", limit=10, pinned=snapshot.revision)
        page = await list_boards(snapshot, "één", part)

    assert [board.number for board in page.items] == ["99001"]


async def test_open_schools_are_counted_per_board(register: Register) -> None:
    numbers = [BoardNumber("99001"), BoardNumber("99002"), BoardNumber("99003")]

    async with register.snapshot() as snapshot:
        counts = await count_schools(snapshot, *numbers)

    assert counts == {"99001": 3, "99002": 1, "99003": 0}


async def test_a_samenwerkingsverband_is_registered_with_its_own_oin(register: Register) -> None:
    async with register.transaction(ACTOR) as transaction:
        registered = await register_swv(transaction, SWV)

    async with register.snapshot() as snapshot:
        assert await snapshot.get(Samenwerkingsverband, "PO9901") == registered


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (SWV, Reason.ALREADY_REGISTERED),
        (replace(SWV, code=Swv("PO9902")), Reason.ALREADY_REGISTERED),
        (
            replace(SWV, code=Swv("PO9902"), oin=Oin("00000001999900010001")),
            Reason.ALREADY_REGISTERED,
        ),
        (
            replace(SWV, code=Swv("PO9902"), oin=Oin("0000000700099XA00000")),
            Reason.FIELD_INVALID,
        ),
        (replace(SWV, code=Swv("PO9902"), name=""), Reason.FIELD_REQUIRED),
    ],
)
async def test_a_samenwerkingsverband_is_refused(
    register: Register, second: RegisterSwv, reason: Reason
) -> None:
    async with register.transaction(ACTOR) as transaction:
        await register_swv(transaction, SWV)

    with pytest.raises(Refused) as caught:
        async with register.transaction(ACTOR) as transaction:
            await register_swv(transaction, second)

    assert caught.value.reason == reason
