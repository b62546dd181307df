"""Registering schools that no file has, in a real register (R1)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.builders.duo_files import board_file, board_line, po_file, po_line
from support.builders.school_imports import import_file, read, transaction
from support.worlds.stores import open_register
from wissel.routing.facts import Board, School
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Brin, Vestiging
from wissel.server.registry.ports import Register
from wissel.server.registry.schools.registration import NewLocation, RegisterSchool, register_school

TEST_SCHOOL = RegisterSchool(
    brin=Brin("99YY"),
    board=BoardNumber("99009"),
    board_name="Test board",
    locations=(NewLocation(vestiging=Vestiging("99YY00"), name="Test school"),),
)


@pytest.fixture
async def register(tmp_path: Path) -> AsyncIterator[Register]:
    """An empty register."""
    async with open_register(tmp_path) as opened:
        yield opened


async def test_an_operator_registers_a_school_that_no_file_has(register: Register) -> None:
    school = await transaction(register, lambda writing: register_school(writing, TEST_SCHOOL))

    board = await read(register, lambda snapshot: snapshot.get(Board, "99009"))
    assert await read(register, lambda snapshot: snapshot.get(School, "99YY")) == school
    assert (school.source, school.name) == ("OPERATOR", "Test school")
    assert board == Board(number=BoardNumber("99009"), name="Test board")


async def test_an_import_leaves_what_an_operator_registered(register: Register) -> None:
    school = await transaction(register, lambda writing: register_school(writing, TEST_SCHOOL))

    await import_file(register, po_file(po_line()))

    assert await read(register, lambda snapshot: snapshot.get(School, "99YY")) == school


async def test_a_school_is_registered_once(register: Register) -> None:
    await import_file(register, po_file(po_line("99YY00")))

    with pytest.raises(Refused) as caught:
        await transaction(register, lambda writing: register_school(writing, TEST_SCHOOL))

    assert caught.value.reason == Reason.ALREADY_REGISTERED


async def test_a_board_keeps_the_name_it_has(register: Register) -> None:
    await import_file(register, board_file(board_line("99009", "Another name")))

    with pytest.raises(Refused) as caught:
        await transaction(register, lambda writing: register_school(writing, TEST_SCHOOL))

    assert (caught.value.reason, caught.value.field) == (Reason.FIELD_INVALID, "board_name")


async def test_a_known_board_needs_no_name(register: Register) -> None:
    await import_file(register, board_file(board_line("99009", "Another name")))

    await transaction(
        register, lambda writing: register_school(writing, replace(TEST_SCHOOL, board_name=""))
    )

    board = await read(register, lambda snapshot: snapshot.get(Board, "99009"))
    assert board is not None
    assert board.name == "Another name"


async def test_places_are_kept_as_files_tell_them(register: Register) -> None:
    place = NewLocation(
        vestiging=Vestiging("99YY00"),
        name=" One ",
        postcode="1234 AB",
        city="Ee",
        municipality="50",
    )

    school = await transaction(
        register, lambda writing: register_school(writing, replace(TEST_SCHOOL, locations=(place,)))
    )

    kept = school.locations[0]
    assert (kept.name, kept.postcode, kept.municipality) == ("One", "1234AB", "0050")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "a\0b"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"city": "two\nlines"}, "city"),
        ({"postcode": "1234ab"}, "postcode"),
        ({"postcode": "0234 AB"}, "postcode"),
        ({"municipality": "12345"}, "municipality_code"),
        ({"municipality": "Ede"}, "municipality_code"),
    ],
)
async def test_texts_of_a_location_have_a_form(
    register: Register, wrong: dict[str, str], field: str
) -> None:
    place = NewLocation(**({"vestiging": Vestiging("99YY00"), "name": "One"} | wrong))  # type: ignore[arg-type]

    with pytest.raises(Refused) as caught:
        await transaction(
            register,
            lambda writing: register_school(writing, replace(TEST_SCHOOL, locations=(place,))),
        )

    assert caught.value.reason == Reason.FIELD_INVALID
    assert caught.value.field == f"school.locations.{field}"


async def test_the_name_of_a_board_is_a_line(register: Register) -> None:
    command = replace(TEST_SCHOOL, board_name="two\nlines")

    with pytest.raises(Refused) as caught:
        await transaction(register, lambda writing: register_school(writing, command))

    assert (caught.value.reason, caught.value.field) == (Reason.FIELD_INVALID, "board_name")


@pytest.mark.parametrize(
    ("locations", "reason"),
    [
        ([], Reason.FIELD_REQUIRED),
        ([("99YY00", "")], Reason.FIELD_REQUIRED),
        ([("99XA00", "Elsewhere")], Reason.FIELD_INVALID),
        ([("99YY00", "One"), ("99YY00", "Two")], Reason.FIELD_INVALID),
    ],
)
async def test_a_school_needs_locations_of_its_own(
    register: Register, locations: list[tuple[str, str]], reason: Reason
) -> None:
    rows = tuple(NewLocation(vestiging=Vestiging(key), name=name) for key, name in locations)

    with pytest.raises(Refused) as caught:
        await transaction(
            register, lambda writing: register_school(writing, replace(TEST_SCHOOL, locations=rows))
        )

    assert caught.value.reason == reason
    assert await read(register, lambda snapshot: snapshot.find(Board)) == []
