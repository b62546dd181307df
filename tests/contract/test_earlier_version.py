"""A database that an earlier version made is served after `migrate`, and lacks nothing."""

import datetime as dt
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import select

from support.builders.orders import DONE, NOW, order
from support.builders.register_builders import actor, board
from support.worlds.earlier.database import REVISION, earlier_database
from support.worlds.stores import register_at
from wissel.routing.exchange.delivery import Delivery, State, Wanted
from wissel.routing.facts import Board, Endpoint, Fact, Mandate, Party, Revocation
from wissel.routing.facts.keys import key_of
from wissel.routing.values.identifiers import Oin
from wissel.server.settings import StartError
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.journal.journal import SqlJournal
from wissel.server.store.migrate import migrate
from wissel.server.store.register.register import SqlRegister
from wissel.server.store.register.tables import EVENT, PERSON
from wissel.server.store.schema import require_schema

LATER: Final = NOW + dt.timedelta(days=1)
OPERATOR: Final = Oin("00000003999900000000")
ME: Final = Oin("00000003990000010000")
RECEIVER: Final = Oin("00000003990000020000")
OTHER: Final = Oin("00000003990000050000")
"""Those who act in the dumps: parties of that version's tests, not of today's cast."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = earlier_database(tmp_path)
    migrate(url)
    return url


@pytest.fixture
async def register(url: str) -> AsyncIterator[SqlRegister]:
    async with register_at(url, lambda: LATER) as opened:
        yield opened


@pytest.fixture
async def journal(url: str) -> AsyncIterator[SqlJournal]:
    opened = SqlJournal.open(url, lambda: REVISION, lambda: LATER)
    yield opened
    await opened.close()


async def test_its_facts_are_read_as_they_were(register: SqlRegister) -> None:
    async with register.snapshot() as snapshot:
        (board,) = await snapshot.find(Board)
        (mandate,) = await snapshot.find(Mandate, organisation="99XA")
        (endpoint,) = await snapshot.find(Endpoint, routing_key="0000000700099XA00001")
        names = [party.name for party in await snapshot.find(Party, role="VENDOR")]
        (revocation,) = await snapshot.find(Revocation)

    assert REVISION == snapshot.revision
    assert "Bestuur Één" == board.name
    assert mandate.mandate_id == endpoint.mandate_id
    assert "https://las.noord.example:8443" == endpoint.url
    assert ["Noord", "Zuid"] == names
    assert "ab" * 32 == revocation.value


def latest(facts: Iterable[Fact]) -> dict[tuple[type[Fact], str], Fact]:
    """The last of each fact, by kind and key."""
    return {(type(fact), key_of(fact)): fact for fact in facts}


async def test_its_log_leads_to_its_facts(register: SqlRegister) -> None:
    current = await register.load(lambda _revision, facts: latest(facts))
    log = await register.events_after(0)

    assert REVISION == log.revision
    assert current == latest(log.facts())
    assert 16 == len(current)


async def test_its_register_is_gone_on_with(register: SqlRegister) -> None:
    async with register.transaction(actor()) as transaction:
        await transaction.put(board(5))

    assert REVISION + 1 == await register.head_revision()


async def test_a_request_that_it_answered_gets_the_same_answer(register: SqlRegister) -> None:
    async with register.transaction(actor(OPERATOR, request_id=str(UUID(int=9)))) as transaction:
        answer = transaction.answer

    assert b"\x00answer" == answer


async def test_its_messages_are_listed_and_found(journal: SqlJournal) -> None:
    listed = await journal.page(Wanted(), after=None, limit=10)
    rest = await journal.page(Wanted(), after=listed[1].position, limit=10)
    delivered = await journal.find(ME, UUID(int=1))

    assert [4, 3, 2, 1] == [each.order.message_id.int for each in listed]
    assert listed[2:] == rest
    assert isinstance(delivered, Delivery)
    assert DONE == delivered.result
    assert order(sender_oin=ME, receiver_oin=RECEIVER) == delivered.order


async def test_its_messages_are_settled_and_tried_again(journal: SqlJournal) -> None:
    (overdue,) = await journal.overdue(10)
    expired = await journal.expire(ME, overdue.order.message_id)
    uncertain = await journal.uncertain(NOW - dt.timedelta(days=30), None, 10)
    settled = await journal.settle(ME, UUID(int=2), 1, DONE)
    again, _ = await journal.claim(
        order(
            message_id=UUID(int=4),
            sender_oin=ME,
            receiver_oin=RECEIVER,
            lease_until=LATER + dt.timedelta(minutes=2),
        )
    )
    refused = await journal.find(OTHER, UUID(int=3))

    assert expired is not None
    assert {2, 4} == {each.order.message_id.int for each in uncertain}
    assert settled is not None
    assert State.DELIVERED is settled.state
    assert (State.ACCEPTED, 3, True) == (again.state, again.attempt, again.bound)
    assert isinstance(refused, Delivery)
    assert State.REFUSED is refused.state


def test_it_is_migrated_before_it_is_served(tmp_path: Path) -> None:
    """The register has columns more, and a table."""
    url = earlier_database(tmp_path)

    with pytest.raises(StartError, match="run: wissel-server migrate"):
        require_schema(url)


async def test_the_accounts_in_its_log_became_persons(register: SqlRegister, url: str) -> None:
    with BlockingDatabase.open(url) as database, database.reading() as connection:
        persons = connection.execute(select(PERSON)).all()
        named = set(connection.scalars(select(EVENT.c.person)))

    assert {f"{OPERATOR}:medewerker"} == {person.subject for person in persons}
    assert named - {""} == {person.person_id for person in persons}
    assert dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC) <= persons[0].last_act


async def test_its_mandates_wait_for_nobody(register: SqlRegister) -> None:
    async with register.snapshot() as snapshot:
        (mandate,) = await snapshot.find(Mandate, processing="NOT_REQUIRED")

    assert (None, "", None) == (mandate.processed, mandate.rejection, mandate.waiting_since)


async def test_its_messages_are_listed_before_it_is_migrated(tmp_path: Path) -> None:
    journal = SqlJournal.open(earlier_database(tmp_path), lambda: REVISION, lambda: LATER)

    listed = await journal.page(Wanted(), after=None, limit=10)

    await journal.close()
    assert [4, 3, 2, 1] == [each.order.message_id.int for each in listed]
