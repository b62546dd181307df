"""The register's contract: what every database must do alike when facts are written."""

import asyncio
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from support.builders.register_builders import actor, board
from support.builders.strategies.facts import facts
from support.worlds.stores import register_at
from wissel.clients.testing.cast import OPERATOR
from wissel.routing.facts import Board, Fact
from wissel.routing.facts.keys import key_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.store.database import Database
from wissel.server.store.register.codec import encode
from wissel.server.store.register.persons import known_person
from wissel.server.store.register.projection import BY_ENTITY
from wissel.server.store.register.register import SqlRegister
from wissel.server.store.register.tables import EVENT, SUBJECT


async def _events(url: str) -> list[dict[str, Any]]:
    """All events of a database, in order."""
    database = Database.open(url)
    try:
        async with database.reading() as connection:
            rows = await connection.execute(select(EVENT).order_by(EVENT.c.revision, EVENT.c.seq))
            return [dict(row) for row in rows.mappings()]
    finally:
        await database.close()


async def _subjects(url: str) -> set[tuple[str, int, int]]:
    database = Database.open(url)
    try:
        async with database.reading() as connection:
            rows = await connection.execute(select(SUBJECT))
            return {(row.subject, row.revision, row.seq) for row in rows}
    finally:
        await database.close()


async def _person_id(url: str, subject: str) -> str:
    """The id that stands for a subject."""
    database = Database.open(url)
    try:
        async with database.reading() as connection:
            return await known_person(connection, subject)
    finally:
        await database.close()


async def _put(register: SqlRegister, *put: Fact) -> int:
    async with register.transaction(actor()) as transaction:
        await transaction.put(*put)
    return transaction.revision


def _contents(_revision: int, found: Iterable[Fact]) -> dict[tuple[type[Fact], str], Fact]:
    return {(type(fact), key_of(fact)): fact for fact in found}


async def test_an_empty_register_is_at_revision_zero(register: SqlRegister) -> None:
    async with register.snapshot() as snapshot:
        revision, found = snapshot.revision, await snapshot.get(Board, "99001")

    assert revision == 0
    assert found is None


async def test_a_fact_put_is_found_at_the_next_revision(register: SqlRegister) -> None:
    revision = await _put(register, board(1, "Noord"))

    async with register.snapshot() as snapshot:
        assert board(1, "Noord") == await snapshot.get(Board, "99001")
        assert snapshot.revision == revision == 1


async def test_a_change_reads_what_it_has_put(register: SqlRegister) -> None:
    async with register.transaction(actor()) as transaction:
        await transaction.put(board(1, "Noord"))
        found = await transaction.get(Board, "99001")

    assert board(1, "Noord") == found


async def test_a_fact_equal_to_the_stored_one_changes_nothing(
    register: SqlRegister, registry_url: str
) -> None:
    await _put(register, board(1, "Noord"))

    revision = await _put(register, board(1, "Noord"))

    assert revision == 1
    assert await register.head_revision() == 1
    assert len(await _events(registry_url)) == 1


async def test_a_change_that_puts_nothing_makes_no_revision(register: SqlRegister) -> None:
    async with register.transaction(actor()) as transaction:
        await transaction.put()

    assert transaction.changed is False
    assert await register.head_revision() == 0


async def test_all_facts_of_a_change_share_a_revision_and_are_numbered_in_order(
    register: SqlRegister, registry_url: str
) -> None:
    async with register.transaction(actor()) as transaction:
        await transaction.put(board(2), board(1))
        await transaction.put(board(3))

    events = await _events(registry_url)

    assert [(1, 1, "99002"), (1, 2, "99001"), (1, 3, "99003")] == [
        (event["revision"], event["seq"], event["entity_id"]) for event in events
    ]


async def test_an_event_tells_who_did_what_and_why(
    register: SqlRegister, registry_url: str
) -> None:
    await _put(register, board(1, "Noord"))
    told = actor(subject="desk:jansen", reason="renamed", method="m", request_id="r-1")
    async with register.transaction(told) as transaction:
        await transaction.put(board(1, "Zuid"))

    event = (await _events(registry_url))[-1]

    assert event == {
        "revision": 2,
        "seq": 1,
        "recorded_time": transaction.now,
        "actor": OPERATOR.oin,
        "person": await _person_id(registry_url, "desk:jansen"),
        "reason": "renamed",
        "method": "m",
        "entity": "board",
        "entity_id": "99001",
        "before": encode(board(1, "Noord")),
        "after": encode(board(1, "Zuid")),
        "request_id": "r-1",
    }
    assert ("board:99001", 2, 1) in await _subjects(registry_url)


async def test_a_fact_put_twice_in_one_change_is_two_events(
    register: SqlRegister, registry_url: str
) -> None:
    await _put(register, board(1, "one"), board(1, "two"), board(1, "two"))

    events = await _events(registry_url)

    assert [None, encode(board(1, "one"))] == [event["before"] for event in events]
    async with register.snapshot() as snapshot:
        assert board(1, "two") == await snapshot.get(Board, "99001")


async def test_an_exception_leaves_nothing(register: SqlRegister, registry_url: str) -> None:
    async def refuse_after_writing() -> None:
        async with register.transaction(actor(request_id="r-1")) as transaction:
            await transaction.put(board(1))
            transaction.answer_with(b"never")
            raise Refused(Reason.ALREADY_REGISTERED)

    with pytest.raises(Refused, match="ALREADY_REGISTERED"):
        await refuse_after_writing()

    assert await register.head_revision() == 0
    assert await _events(registry_url) == []
    async with register.transaction(actor(request_id="r-1")) as transaction:
        assert transaction.answer is None


async def test_a_discarded_change_leaves_nothing_and_tells_nobody(register: SqlRegister) -> None:
    told: list[int] = []
    register.on_commit(told.append)
    async with register.transaction(actor(request_id="r-1")) as transaction:
        await transaction.put(board(1))
        transaction.answer_with(b"dry run")
        transaction.discard()

    assert transaction.changed is False
    assert await register.head_revision() == 0
    assert told == []
    async with register.transaction(actor(request_id="r-1")) as transaction:
        assert transaction.answer is None


async def test_listeners_hear_of_each_revision_once(register: SqlRegister) -> None:
    told: list[int] = []
    register.on_commit(told.append)

    for name in ("a", "b", "b", "c"):
        await _put(register, board(1, name))

    assert told == [1, 2, 3]


async def test_a_large_import_is_one_revision(register: SqlRegister) -> None:
    everything = [board(number) for number in range(999)]

    revision = await _put(register, *everything)

    assert revision == 1
    async with register.snapshot() as snapshot:
        assert everything == await snapshot.find(Board)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=st.lists(st.lists(facts(), max_size=6), max_size=4))
async def test_the_tables_are_what_the_log_says(
    register: SqlRegister, registry_url: str, batches: list[list[Fact]]
) -> None:
    """Whatever is put: the projection equals the fold of the events, which chain up."""
    for batch in batches:
        await _put(register, *batch)

    folded: dict[tuple[type[Fact], str], str] = {}
    for event in await _events(registry_url):
        at = (BY_ENTITY[event["entity"]].kind, event["entity_id"])
        assert folded.get(at) == event["before"] != event["after"]
        folded[at] = event["after"]
    stored = await register.load(_contents)

    assert folded == {at: encode(fact) for at, fact in stored.items()}
    assert stored == stored | _contents(0, (fact for batch in batches for fact in batch))


async def test_revisions_have_no_gap(register: SqlRegister, registry_url: str) -> None:
    for name in "abcabb":
        await _put(register, board(1, name))

    revisions = [event["revision"] for event in await _events(registry_url)]

    assert revisions == list(range(1, len(revisions) + 1))


async def _drivers_have_stopped(before: set[threading.Thread]) -> None:
    """Wait for the threads of connections that failed: they still report to this loop."""
    for thread in set(threading.enumerate()) - before:
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join)


async def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    async with register_at(f"sqlite:///{tmp_path}/missing/registry.db") as register:
        with pytest.raises(Refused, match="DATABASE_UNAVAILABLE"):
            await register.head_revision()
        with pytest.raises(Refused, match="DATABASE_UNAVAILABLE"):
            async with register.transaction(actor()):
                pass

    await _drivers_have_stopped(before)
