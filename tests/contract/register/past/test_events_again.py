"""Events are read again by what they are about, part by part, on every database."""

import datetime as dt
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, insert, select, text

from support.builders.register_builders import actor, board, system
from support.worlds.small_world import BOARD_1, BOARD_2, XA, XB, school
from support.worlds.stores import register_at
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.facts import Board, Fact, School, System
from wissel.server.registry.events import (
    WHENEVER,
    OfAnything,
    OfFact,
    OfKind,
    OfSubject,
    Position,
    Slice,
    Span,
)
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.register.past.events import at, positions_of
from wissel.server.store.register.projection import BY_ENTITY
from wissel.server.store.register.register import SqlRegister
from wissel.server.store.register.tables import EVENT, SUBJECT

BEGAN: Final = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
MINUTE: Final = dt.timedelta(minutes=1)
ANY: Final = settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
"""One register takes all examples."""


class Minutes:
    """A clock that goes on by a minute with each change."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> dt.datetime:
        return BEGAN + self.count * MINUTE


@pytest.fixture
def clock() -> Minutes:
    return Minutes()


@pytest.fixture
async def register(registry_url: str, clock: Minutes) -> AsyncIterator[SqlRegister]:
    """Eight revisions: a board with two schools, of which one moves, and systems beside them."""
    async with register_at(registry_url, clock) as opened:
        for facts in (
            [board(1), board(2)],
            [school(XA, BOARD_1), school(XB, BOARD_1)],
            [system("las-noord", NOORD.oin)],
            [school(XA, BOARD_2)],
            [system("las-zuid", ZUID.oin), board(1, "Een")],
            [board(2, "Twee")],
            [board(1, "Een en een")],
            [
                school(
                    XA,
                    BOARD_2,
                ),
                school(XA, BOARD_1),
            ],
        ):
            clock.count += 1
            await put(opened, *facts)
        yield opened


async def put(register: SqlRegister, *facts: Fact) -> None:
    async with register.transaction(actor(reason="by letter")) as transaction:
        await transaction.put(*facts)


BOARD: Final = OfFact(kind=Board, key=BOARD_1)
OF_BOARD: Final = OfSubject(subject=f"board:{BOARD_1}")
OF_SCHOOL: Final = OfSubject(subject=f"organisation:{XA}")


def of_system(system_id: str) -> OfFact:
    return OfFact(kind=System, key=system_id)


@pytest.mark.parametrize(
    ("slices", "expected"),
    [
        ([BOARD], [(1, 1), (5, 2), (7, 1)]),
        ([OfFact(kind=School, key=XA)], [(2, 1), (4, 1), (8, 1)]),
        ([OF_BOARD], [(1, 1), (2, 1), (2, 2), (4, 1), (5, 2), (7, 1), (8, 1)]),
        ([BOARD, OF_BOARD], [(1, 1), (2, 1), (2, 2), (4, 1), (5, 2), (7, 1), (8, 1)]),
        (
            [OfSubject(subject=f"organisation:{XA}", spans=[Span(1, 2), Span(5, 8)])],
            [(2, 1), (8, 1)],
        ),
        ([OfSubject(subject=f"board:{BOARD_1}", also=[f"organisation:{XB}"])], [(2, 2)]),
        ([OfSubject(subject=f"board:{BOARD_1}", also=[])], []),
        (
            [OfFact(kind=System, key="las-noord"), OfFact(kind=System, key="las-zuid")],
            [(3, 1), (5, 1)],
        ),
        ([OfFact(kind=System, key="las-west")], []),
        ([], []),
    ],
)
async def test_events_are_found_by_what_they_are_about(
    register: SqlRegister, slices: list[Slice], expected: list[tuple[int, int]]
) -> None:
    async with register.snapshot() as snapshot:
        oldest = await snapshot.positions(slices, limit=100, oldest_first=True)
        newest = await snapshot.positions(slices, limit=100)

    assert expected == oldest
    assert expected[::-1] == newest


@ANY
@given(
    size=st.integers(1, 4),
    within=st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda each: Span(*each)),
    oldest_first=st.booleans(),
)
async def test_parts_follow_each_other(
    register: SqlRegister, size: int, within: Span, oldest_first: bool
) -> None:
    slices = [OF_BOARD, OfSubject(subject=f"board:{BOARD_2}")]
    async with register.snapshot() as snapshot:
        whole = await snapshot.positions(
            slices, limit=100, within=within, oldest_first=oldest_first
        )
        read: list[Position] = []
        while some := await snapshot.positions(
            slices,
            limit=size,
            after=read[-1] if read else None,
            within=within,
            oldest_first=oldest_first,
        ):
            read += some

    assert whole == read
    assert all(within.first <= each.revision <= within.last for each in whole)


async def test_more_slices_than_a_statement_takes_are_read(register: SqlRegister) -> None:
    slices = [OfFact(kind=Board, key=f"{number:05d}") for number in range(90_000, 90_700)]

    async with register.snapshot() as snapshot:
        found = await snapshot.positions([*slices, BOARD], limit=2)

    assert [(7, 1), (5, 2)] == found


async def test_an_event_is_read_as_it_was_written(register: SqlRegister) -> None:
    async with register.snapshot() as snapshot:
        (event, first) = await snapshot.events([Position(7, 1), Position(1, 1)])

    assert (board(1, "Een"), board(1, "Een en een")) == (event.before, event.after)
    assert (BEGAN + 7 * MINUTE, "by letter") == (event.recorded, event.reason)
    assert (None, board(1)) == (first.before, first.after)


@pytest.mark.parametrize(
    ("minutes", "revision"), [(-1, 0), (0, 0), (1, 1), (4.5, 4), (5, 5), (7.99, 7), (8, 8), (99, 8)]
)
async def test_a_moment_is_of_the_last_revision_that_was_recorded(
    register: SqlRegister, minutes: float, revision: int
) -> None:
    async with register.snapshot() as snapshot:
        found = await snapshot.revision_at(BEGAN + minutes * MINUTE)

    assert revision == found


async def test_nothing_was_recorded_in_an_empty_register(registry_url: str) -> None:
    async with register_at(registry_url) as empty, empty.snapshot() as snapshot:
        assert 0 == await snapshot.revision_at(BEGAN)


@pytest.mark.parametrize(
    ("part", "index"),
    [
        (BOARD, "ix_registry_event_entity_entity_id_revision"),
        (OF_BOARD, "event_subject"),
        (replace(OF_BOARD, spans=[Span(3, 5), Span(9, 12)], also=["system:x"]), "event_subject"),
        (OfKind(kind=School), "ix_registry_event_entity_entity_id_revision"),
    ],
)
@pytest.mark.parametrize("after", [None, Position(7, 1)])
@pytest.mark.parametrize("oldest_first", [True, False])
def test_an_index_leads_to_them(
    long_log: str, part: Slice, index: str, after: Position | None, oldest_first: bool
) -> None:
    query = positions_of(part, 100, after, WHENEVER, oldest_first=oldest_first)

    plan = plan_of(long_log, query)

    assert index in plan
    assert "pk_registry_event" not in plan
    assert not re.search("SCAN|Seq Scan", plan)


def test_what_came_last_is_found_without_what_came_before(long_log: str) -> None:
    query = positions_of(OfAnything(), 100, Position(7, 1), Span(last=900), oldest_first=True)

    plan = plan_of(long_log, query)

    assert not re.search("SCAN|Seq Scan|SORT|Sort", plan)


def test_an_index_leads_to_each_of_them(long_log: str) -> None:
    plan = plan_of(long_log, select(EVENT).where(at([Position(n, 1) for n in range(5, 50)])))

    assert "registry_event" in plan
    assert not re.search("SCAN|Seq Scan", plan)


def plan_of(url: str, query: Select[Any]) -> str:
    """How the engine runs a query."""
    with BlockingDatabase.open(url) as database, database.reading() as connection:
        statement = query.compile(
            dialect=connection.dialect, compile_kwargs={"literal_binds": True}
        )
        explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        rows = connection.exec_driver_sql(f"{explain} {statement}").all()
    return "\n".join(str(row[-1]) for row in rows)


@pytest.fixture
def long_log(registry_url: str) -> str:
    """The URL of a register with so many events that an engine reads none of them in vain."""
    kinds = sorted(BY_ENTITY)
    events = [
        {
            "revision": number,
            "seq": 1,
            "recorded_time": BEGAN,
            "actor": NOORD.oin,
            "person": "",
            "reason": "",
            "method": "",
            "entity": kinds[number % len(kinds)],
            "entity_id": f"{number % 1000:05d}",
            "after": "{}",
            "request_id": "",
        }
        for number in range(1, 20_001)
    ]
    subjects = [
        {"subject": f"board:{each['entity_id']}", "revision": each["revision"], "seq": 1}
        for each in events
    ]
    with BlockingDatabase.open(registry_url) as database:
        with database.writing() as connection:
            connection.execute(insert(EVENT), events)
            connection.execute(insert(SUBJECT), subjects)
        with database.writing() as connection:
            connection.execute(text("ANALYZE"))
    return registry_url
