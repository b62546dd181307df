"""What the port to a storage engine promises, on each engine there is."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from support.builders.orders import order
from support.worlds.stores import sqlite_url
from wissel.routing.exchange.delivery import Delivery, State
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.store.database import BlockingDatabase, engine_at
from wissel.server.store.journal.codec import delivery_row
from wissel.server.store.journal.tables import DELIVERY
from wissel.server.store.register.tables import HEAD

REVISION: Final = select(HEAD.c.revision)
NEXT: Final = update(HEAD).values(revision=HEAD.c.revision + 1)


@pytest.fixture
def database(registry_url: str) -> Iterator[BlockingDatabase]:
    with BlockingDatabase.open(registry_url) as opened:
        yield opened


@pytest.fixture
def other(registry_url: str) -> Iterator[BlockingDatabase]:
    """The same database, as another process has it."""
    with BlockingDatabase.open(registry_url) as opened:
        yield opened


def test_an_engine_of_today_is_fit(registry_url: str) -> None:
    engine_at(registry_url).require_fit()


def test_a_reader_sees_one_state(database: BlockingDatabase, other: BlockingDatabase) -> None:
    with database.reading() as reader:
        before = reader.scalar(REVISION)
        with other.writing() as writer:
            writer.execute(NEXT)
        during = reader.scalar(REVISION)
    with database.reading() as reader:
        after = reader.scalar(REVISION)

    assert (0, 0, 1) == (before, during, after)


def test_a_writer_waits_for_another_and_sees_what_it_wrote(
    database: BlockingDatabase, other: BlockingDatabase
) -> None:
    def write() -> int:
        with other.writing() as writer:
            writer.execute(NEXT)
            return int(writer.scalar(REVISION) or 0)

    with ThreadPoolExecutor(1) as thread:
        with database.writing() as writer:
            writer.execute(NEXT)
            waiting = thread.submit(write)
        seen = waiting.result()

    assert 2 == seen


def test_a_writer_that_waits_too_long_is_told_of_contention(
    database: BlockingDatabase, other: BlockingDatabase
) -> None:
    with database.writing() as writer:
        writer.execute(NEXT)
        with pytest.raises(Refused) as refused, other.writing() as late:
            late.execute(NEXT)

    assert Reason.CONTENTION is refused.value.reason


def test_a_fault_of_ours_is_no_refusal(database: BlockingDatabase) -> None:
    with pytest.raises(IntegrityError), database.writing() as writer:
        writer.execute(update(HEAD).values(id=2))


def test_what_is_copied_with_its_numbers_is_counted_on_from(registry_url: str) -> None:
    row = delivery_row(
        Delivery(
            order=order(),
            attempt=1,
            state=State.ACCEPTED,
            accepted=order().lease_until,
            updated=order().lease_until,
        )
    )
    with (
        BlockingDatabase.open(engine_at(registry_url).journal_url) as journal,
        journal.writing() as writer,
    ):
        writer.execute(insert(DELIVERY).values(**row, number=41))
        journal.storage.continue_numbering(writer, DELIVERY)
        writer.execute(insert(DELIVERY).values(**row | {"message_id": "another"}))
        numbers = list(writer.scalars(select(DELIVERY.c.number).order_by(DELIVERY.c.number)))

    assert [41, 42] == numbers


def test_one_turn_at_a_time_is_had(registry_url: str) -> None:
    """Where the database itself orders writers, every turn is free."""
    engine = engine_at(engine_at(registry_url).journal_url)
    turn, other = engine.open_turn(), engine.open_turn()
    refused = pytest.raises(Refused, match="RECORD_UNAVAILABLE")
    expected: AbstractContextManager[object] = nullcontext() if engine.sql.row_lock else refused

    with turn.taken(), expected, other.taken():
        pass
    with other.taken():
        pass

    for each in (turn, other):
        each.close()
        each.close()


def test_looking_for_a_database_makes_none(tmp_path: Path) -> None:
    engine = engine_at(sqlite_url(tmp_path / "data"))

    engine.require_fit()

    assert engine.is_absent()
    assert engine_at(engine.journal_url).is_absent()
    assert [] == list(tmp_path.iterdir())


def test_a_database_that_is_there_is_not_absent(registry_url: str) -> None:
    engine = engine_at(registry_url)

    assert not engine.is_absent()
    assert not engine_at(engine.journal_url).is_absent()
