"""What an operator corrects of boards and samenwerkingsverbanden, and logins by KvK number."""

import datetime as dt
from dataclasses import replace
from typing import Final

import pytest

from support.builders.duo_files import board_file, board_line
from support.worlds.register_world import BOARD, OTHER_BOARD, SCHOOL, SECOND_SCHOOL, World, refused
from wissel.clients.testing.cast import SWV
from wissel.routing.facts import Board, Samenwerkingsverband
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, KvkNumber, Swv
from wissel.server.registry.persons import Person, scope_of
from wissel.server.registry.schools.boards import UpdateBoard, update_board
from wissel.server.registry.schools.duo.parsing import parse
from wissel.server.registry.schools.file_import import ImportSchools, import_schools
from wissel.server.registry.schools.swv import UpdateSwv, update_swv
from wissel.server.registry.scope import Scope

KVK: Final = KvkNumber("90000001")
SOMEBODY: Final = Person(
    issuer="eherkenning",
    subject="eherkenning:pseudonym",
    boards=None,
    brins=None,
    kvk=KVK,
    level="loa3",
    authenticated=None,
    expires=dt.datetime(2026, 9, 1, tzinfo=dt.UTC),
    signs=False,
)


async def update(world: World, command: UpdateBoard) -> Board:
    return await world.run(lambda transaction: update_board(transaction, command))


async def change_swv(world: World, command: UpdateSwv) -> Samenwerkingsverband:
    return await world.run(lambda transaction: update_swv(transaction, command))


async def scope(world: World, person: Person = SOMEBODY) -> Scope:
    async with world.register.snapshot() as snapshot:
        return await scope_of(snapshot, person)


async def test_a_boards_number_is_corrected_and_its_logins_follow(world: World) -> None:
    with refused(Reason.KVK_UNKNOWN):
        await scope(world)
    updated = await update(world, UpdateBoard(number=BOARD, kvk=KVK))
    found = await scope(world)
    renamed = await update(world, UpdateBoard(number=BOARD, name=" Bestuur Nieuw "))
    gone = await update(world, UpdateBoard(number=BOARD, kvk=""))

    assert ("Bestuur Een", KVK) == (updated.name, updated.kvk)
    assert ({SCHOOL, SECOND_SCHOOL}, {BOARD}) == (set(found.organisations), set(found.signatories))
    assert ("Bestuur Nieuw", KVK) == (renamed.name, renamed.kvk)
    assert "" == gone.kvk
    with refused(Reason.KVK_UNKNOWN):
        await scope(world)


async def test_a_number_of_two_organisations_is_nobodys(world: World) -> None:
    await update(world, UpdateBoard(number=BOARD, kvk=KVK))
    await change_swv(world, UpdateSwv(code=SWV, kvk=KVK))
    with refused(Reason.KVK_AMBIGUOUS):
        await scope(world)

    await update(world, UpdateBoard(number=BOARD, kvk=""))

    found = await scope(world)
    assert (frozenset({SWV}), frozenset({SWV})) == (found.organisations, found.signatories)


async def test_a_samenwerkingsverband_is_corrected(world: World) -> None:
    changed = await change_swv(world, UpdateSwv(code=SWV, name="SWV Anders"))

    assert ("SWV Anders", "") == (changed.name, changed.kvk)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (UpdateBoard(number=BoardNumber("99099"), kvk=KVK), Reason.BOARD_NOT_FOUND),
        (UpdateBoard(number=BOARD, kvk=KVK, etag="0" * 16), Reason.ETAG_MISMATCH),
        (UpdateBoard(number=BOARD, name=" "), Reason.FIELD_REQUIRED),
        (UpdateBoard(number=BOARD, name="x" * 201), Reason.FIELD_INVALID),
        (UpdateBoard(number=BOARD, name="van 111222333"), Reason.PERSON_NUMBER_IN_TEXT),
    ],
)
async def test_a_correction_that_cannot_be(
    world: World, command: UpdateBoard, reason: Reason
) -> None:
    before = await world.revision()

    with refused(reason):
        await update(world, command)

    assert before == await world.revision()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (UpdateSwv(code=Swv("PO9999"), kvk=KVK), Reason.SWV_NOT_FOUND),
        (UpdateSwv(code=SWV, etag="0" * 16), Reason.ETAG_MISMATCH),
        (UpdateSwv(code=SWV, name=""), Reason.FIELD_REQUIRED),
    ],
)
async def test_a_correction_of_a_samenwerkingsverband_that_cannot_be(
    world: World, command: UpdateSwv, reason: Reason
) -> None:
    with refused(reason):
        await change_swv(world, command)


async def test_who_read_the_board_as_it_is_changes_it(world: World) -> None:
    async with world.register.snapshot() as snapshot:
        board = await snapshot.get(Board, BOARD)
    assert board is not None

    changed = await update(world, UpdateBoard(number=BOARD, kvk=KVK, etag=etag_of(board)))

    assert replace(board, kvk=KVK) == changed


async def test_a_file_brings_numbers_and_an_empty_cell_takes_none_away(world: World) -> None:
    await update(world, UpdateBoard(number=OTHER_BOARD, kvk="90000009"))
    lines = (
        board_line(BOARD, kvk_nummer="90000001"),
        board_line(OTHER_BOARD, kvk_nummer=""),
    )
    file = parse(board_file(*lines), "kvk.csv")

    await world.run(lambda transaction: import_schools(transaction, ImportSchools(file=file)))

    async with world.register.snapshot() as snapshot:
        first, second = [await snapshot.get(Board, each) for each in (BOARD, OTHER_BOARD)]
    assert first is not None
    assert second is not None
    assert ("90000001", "90000009") == (first.kvk, second.kvk)
