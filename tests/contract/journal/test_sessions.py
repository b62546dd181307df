"""Sessions of prepare and fetch, on every database."""

import asyncio
import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from support.builders.orders import DONE, UNCERTAIN, order
from support.sessions import NOW, SESSION, TERMS
from support.worlds.journals import ID, ME, JournalWorld
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.exchange.delivery import Delivery, State
from wissel.routing.exchange.fetching.transfers import (
    LIFETIME,
    MOST_A_DAY,
    MOST_NOT_FOUND,
    Transfer,
    TransferResult,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Brin, RoutingKey, Swv
from wissel.server.store.journal.journal import SqlJournal


def another(number: int, **changes: object) -> Transfer:
    return replace(SESSION, session_id=UUID(int=number), **changes)  # type: ignore[arg-type]


async def test_a_session_comes_back_as_it_was_kept(journal: SqlJournal) -> None:
    to_swv = another(2, terms=replace(TERMS, requester=Swv("PO9901")))
    await journal.start_transfer(SESSION)
    await journal.start_transfer(to_swv)

    assert await journal.find_transfer(SESSION.session_id) == SESSION
    assert await journal.find_transfer(to_swv.session_id) == to_swv
    assert await journal.find_transfer(UUID(int=9)) is None


async def test_of_two_ends_at_once_one_stands(journal: SqlJournal, journals: JournalWorld) -> None:
    await journal.start_transfer(SESSION)
    other = journals.open()

    async def end(at: SqlJournal, result: TransferResult) -> TransferResult | None:
        try:
            return (await at.sign_off_transfer(SESSION.session_id, ZUID.oin, result, NOW)).result
        except Refused as refused:
            assert refused.reason == "SESSION_SIGNED_OFF"  # noqa: PT017 - the other was first
            return None

    ends = await asyncio.gather(
        end(journal, TransferResult.NOT_READY), end(other, TransferResult.TRANSFERRED)
    )
    found = await journal.find_transfer(SESSION.session_id)
    await other.close()

    assert found is not None
    assert [each for each in ends if each] == [found.result]


async def test_one_requester_does_not_ask_a_school_without_end(journal: SqlJournal) -> None:
    for number in range(MOST_A_DAY):
        await journal.start_transfer(another(number))

    with pytest.raises(Refused, match="TRANSFERS_EXCEEDED") as refused:
        await journal.start_transfer(another(1000))

    assert refused.value.retry_after == LIFETIME.total_seconds()
    await journal.start_transfer(another(1001, requester_oin=NOORD.oin))
    await journal.start_transfer(another(1002, terms=replace(TERMS, source=Brin("99XB"))))
    await journal.start_transfer(another(1003, started=NOW + LIFETIME))


async def test_old_sessions_are_forgotten_a_few_at_a_time(journal: SqlJournal) -> None:
    for number in range(5):
        await journal.start_transfer(another(number, started=NOW + dt.timedelta(days=number)))

    before = NOW + dt.timedelta(days=3)

    assert await journal.forget_transfers(before, 2) == 2
    assert await journal.forget_transfers(before, 2) == 1
    assert await journal.find_transfer(UUID(int=2)) is None
    assert await journal.find_transfer(UUID(int=3)) is not None


async def test_a_delivery_point_has_one_key_in_a_session(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    begun, journals.now = SESSION, NOW
    await journal.start_transfer(begun)
    key, other = RoutingKey("0000000700099XA00001"), RoutingKey("0000000700099XA00002")
    second = journals.open()

    async def use(at: SqlJournal, digest: bytes) -> bool:
        try:
            await at.use_transfer_key(begun, key, digest)
        except Refused as refused:
            assert refused.reason == "SESSION_DEVIATES"  # noqa: PT017 - the other was first
            return False
        return True

    used = await asyncio.gather(use(journal, bytes(32)), use(second, b"x" * 32))
    first = bytes(32) if used[0] else b"x" * 32
    await second.close()

    assert sorted(used) == [False, True]
    assert await use(journal, first)
    await journal.use_transfer_key(begun, other, b"y" * 32)


async def test_keys_go_with_their_session(journal: SqlJournal, journals: JournalWorld) -> None:
    begun, key, journals.now = SESSION, RoutingKey("0000000700099XA00001"), NOW
    await journal.start_transfer(begun)
    await journal.use_transfer_key(begun, key, bytes(32))
    await journal.sign_off_transfer(begun.session_id, ZUID.oin, TransferResult.FAILED, NOW)

    with pytest.raises(Refused) as caught:
        await journal.use_transfer_key(begun, key, bytes(32))
    assert caught.value.reason == "SESSION_SIGNED_OFF"
    assert await journal.wipe_transfer_keys(10) == 0


async def test_keys_of_expired_sessions_are_wiped(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    begun, key, journals.now = SESSION, RoutingKey("0000000700099XA00001"), NOW
    await journal.start_transfer(begun)
    await journal.use_transfer_key(begun, key, bytes(32))
    assert await journal.wipe_transfer_keys(10) == 0

    journals.now = begun.expires

    assert await journal.wipe_transfer_keys(10) == 1
    with pytest.raises(Refused) as caught:
        await journal.use_transfer_key(begun, key, bytes(32))
    assert caught.value.reason == "SESSION_EXPIRED"


async def test_who_finds_nothing_too_often_waits(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    key, journals.now = RoutingKey("0000000700099XA00001"), NOW
    sessions = [another(number + 1) for number in range(MOST_NOT_FOUND + 1)]
    elsewhere = another(99, terms=replace(TERMS, source=Brin("99XB")))
    for each in (*sessions, elsewhere):
        await journal.start_transfer(each)
    *missed, last = sessions
    for each in missed:
        await journal.use_transfer_key(each, key, bytes(32))
        await journal.miss_transfer(each, key)
        await journal.miss_transfer(each, key)  # the same key once more tells nothing new

    with pytest.raises(Refused) as caught:
        await journal.use_transfer_key(last, key, bytes(32))
    await journal.use_transfer_key(elsewhere, key, bytes(32))

    assert caught.value.reason == "NOT_FOUND_EXCEEDED"
    assert caught.value.retry_after == LIFETIME.total_seconds()
    assert await journal.transfer_misses(last) == MOST_NOT_FOUND
    assert await journal.transfer_misses(elsewhere) == 0
    journals.now = NOW + LIFETIME
    await journal.wipe_transfer_keys(100)
    assert await journal.transfer_misses(last) == 0


async def test_a_receipt_ends_its_session_with_its_delivery(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    journals.now = NOW
    await journal.start_transfer(SESSION)
    await journal.claim(order())

    early = await journal.sign_for(SESSION, ME, ID, 1, DONE)
    still_open = await journal.find_transfer(SESSION.session_id)
    await journal.finish(ME, ID, 1, UNCERTAIN)
    settled = await journal.sign_for(SESSION, ME, ID, 1, DONE)
    ended = await journal.find_transfer(SESSION.session_id)

    assert (early, still_open) == (None, SESSION)
    assert settled is not None
    assert settled.state is State.DELIVERED
    assert ended is not None
    assert ended.result is TransferResult.TRANSFERRED


async def test_a_receipt_that_comes_after_another_end_of_its_session_counts(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    journals.now = NOW
    await journal.start_transfer(SESSION)
    await journal.claim(order())
    await journal.finish(ME, ID, 1, UNCERTAIN)
    await journal.sign_off_transfer(SESSION.session_id, ZUID.oin, TransferResult.FAILED, NOW)

    with pytest.raises(Refused) as caught:
        await journal.sign_for(SESSION, ME, ID, 1, DONE)
    found = await journal.find(ME, ID)

    assert caught.value.reason == "SESSION_SIGNED_OFF"
    assert isinstance(found, Delivery)
    assert found.state is State.DELIVERED


async def test_a_session_that_ended_elsewhere_is_noticed_in_what_is_written(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    key, journals.now = RoutingKey("0000000700099XA00001"), NOW
    await journal.start_transfer(SESSION)
    other = journals.open()
    await other.sign_off_transfer(SESSION.session_id, ZUID.oin, TransferResult.FAILED, NOW)
    await other.close()

    known = await journal.open_transfer(SESSION.session_id)
    assert known == SESSION
    with pytest.raises(Refused) as caught:
        await journal.use_transfer_key(known, key, bytes(32))

    assert caught.value.reason == "SESSION_SIGNED_OFF"
    assert await journal.find_transfer(SESSION.session_id) != SESSION
    assert await journal.open_transfer(SESSION.session_id) == await journal.find_transfer(
        SESSION.session_id
    )
