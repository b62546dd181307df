"""Registers of every schema there was are migrated, read and served; no event is written anew."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from support.builders.register_builders import actor, board
from support.worlds.earlier.database import SCHEMAS, earlier_register
from support.worlds.earlier.whole import whole, write_register
from support.worlds.small_world import BOARD_1, BOARD_2, XA
from support.worlds.stores import register_at, utc_now
from wissel.routing.deciding.may_act import may_act
from wissel.routing.facts import Fact, Mandate, School
from wissel.routing.facts.keys import key_of
from wissel.routing.facts.plain import FACT_KINDS, from_plain, to_plain
from wissel.routing.table import Table
from wissel.server.registry.events import Concerned, OfFact, OfSubject
from wissel.server.registry.history.audience import Reader
from wissel.server.registry.history.reading import AboutBoard, Wanted, read_history
from wissel.server.store.migrate import migrate
from wissel.server.store.register.register import SqlRegister
from wissel.server.store.schema import OLDEST_SERVED, History, require_schema

REVISIONS = 5
WRITTEN = "SELECT revision, seq, entity, before, after FROM registry_event ORDER BY 1, 2"
Facts = dict[tuple[type[Fact], str], Fact]


@pytest.fixture(params=[*SCHEMAS, "today"])
def url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a register of each schema, and of one as this version writes it."""
    if request.param == "today":
        return write_register(tmp_path)
    return earlier_register(tmp_path, request.param)


@pytest.fixture
async def register(url: str) -> AsyncIterator[SqlRegister]:
    migrate(url)
    async with register_at(url, utc_now) as opened:
        yield opened


def test_every_schema_before_has_its_register() -> None:
    """Before a migration is added, `python -m support.worlds.earlier` keeps what is written now.

    The first schema has `registry.sql`.
    """
    latest = int(OLDEST_SERVED[History.REGISTRY])

    assert {f"{number:04d}" for number in range(2, latest)} <= set(SCHEMAS)


def test_a_register_is_written_with_every_field_there_is() -> None:
    for kind in FACT_KINDS:
        filled = whole(kind)

        assert filled == from_plain(kind, to_plain(filled))
        assert to_plain(filled).keys() == {each.name for each in fields(kind)}


def test_migrating_leaves_each_event_as_it_was_written(url: str) -> None:
    def written() -> list[Any]:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return connection.execute(WRITTEN).fetchall()

    before = written()
    migrate(url)

    assert before == written()
    require_schema(url)


async def test_the_events_lead_to_the_facts(register: SqlRegister) -> None:
    current: Facts = await register.load(
        lambda _, facts: {(type(fact), key_of(fact)): fact for fact in facts}
    )
    log = await register.events_after(0)

    assert REVISIONS == log.revision
    assert current == {(type(fact), key_of(fact)): fact for fact in log.facts()}


async def test_the_history_of_each_fact_is_read(register: SqlRegister) -> None:
    current: list[Fact] = await register.load(lambda _, facts: list(facts))

    async with register.snapshot() as snapshot:
        for fact in current:
            part = OfFact(kind=type(fact), key=key_of(fact))
            events = await snapshot.events(await snapshot.positions([part], limit=100))
            assert fact == events[0].after
            assert events[-1].before is None


async def test_a_school_that_moved_is_in_the_history_of_its_board(register: SqlRegister) -> None:
    async with register.snapshot() as snapshot:
        about, reader = AboutBoard(BOARD_1), Reader(boards=frozenset({BOARD_1}))
        found = await read_history(snapshot, about, reader, Wanted(limit=1000), ())

    moves = [each.event for each in found.seen if each.event.position.revision == 3]
    assert [School] == [type(each.after) for each in moves]
    assert [BOARD_2, BOARD_1] == [each.board for each in moves[0].facts if isinstance(each, School)]


async def test_what_was_known_then_is_decided_on(register: SqlRegister) -> None:
    async with register.snapshot() as snapshot:
        xa = OfSubject(subject=f"organisation:{XA}")
        first, *_ = await snapshot.events(
            await snapshot.positions([xa], limit=10, oldest_first=True)
        )
        read = await snapshot.facts_at(1, Concerned(organisations=frozenset({XA})))
    table = Table.load(1, read())
    given = next(each for each in read() if isinstance(each, Mandate))

    found = may_act(table, XA, given.service, given.system_id, given.period.start)

    assert 1 == first.position.revision
    assert given.mandate_id == found.mandate_id  # type: ignore[union-attr]  # it is no refusal


async def test_it_is_gone_on_with(register: SqlRegister) -> None:
    async with register.transaction(actor()) as transaction:
        await transaction.put(board(5))

    assert REVISIONS + 1 == await register.head_revision()
