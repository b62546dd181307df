"""Notifications and links, on every database."""

import asyncio
import datetime as dt
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from support.builders.orders import NOW
from support.sessions import SESSION, TERMS
from support.worlds.journals import JournalWorld
from wissel.clients.testing.cast import NOORD, SWV, ZUID
from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.links import link_digest, twelve_months_after
from wissel.routing.exchange.fetching.notifications import (
    KEY_SHOWN,
    LEASE,
    MOST_A_DAY,
    MOST_PENDING,
    Announcement,
    Notification,
    NotificationState,
    announce,
)
from wissel.routing.exchange.fetching.quotas import DAY
from wissel.routing.exchange.fetching.transfers import TransferResult
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Brin, Oin, RoutingKey, Swv
from wissel.server.courier.notify.ports import Position
from wissel.server.store.journal.journal import SqlJournal

SAID = Announcement(
    notification_id=UUID(int=1),
    source_oin=Oin(NOORD.oin),
    source_routing_key=RoutingKey("0000000700099XA00001"),
    terms=replace(TERMS, requester=Swv(SWV), kind=Kind.SWV),
    initiator="an-account",
)


def made(number: int, now: dt.datetime = NOW, **changes: object) -> Notification:
    said = replace(SAID, notification_id=UUID(int=number), **changes)  # type: ignore[arg-type]
    return announce(said, Oin(ZUID.oin), now, uuid4)


async def test_they_come_back_as_they_were_kept(journal: SqlJournal) -> None:
    notifications = journal.notifications
    of_link = made(1)
    of_session = made(2, terms=TERMS, session_id=SESSION.session_id)
    await notifications.announce(of_link)
    await notifications.announce(of_session)

    assert await notifications.find(SAID.source_oin, UUID(int=1)) == of_link
    assert await notifications.find(SAID.source_oin, UUID(int=2)) == of_session
    assert await notifications.find(Oin(ZUID.oin), UUID(int=1)) is None
    assert await notifications.link(of_link.link_sha256) == of_link.link
    assert await notifications.link(link_digest(UUID(int=9))) is None


async def test_of_the_same_at_once_one_is_kept(journal: SqlJournal, journals: JournalWorld) -> None:
    other = journals.open()
    first, second = made(1), made(1)

    kept = await asyncio.gather(
        journal.notifications.announce(first), other.notifications.announce(second)
    )
    links = [await journal.notifications.link(each.link_sha256) for each in (first, second)]
    await other.close()

    assert kept[0] == kept[1]
    assert len([link for link in links if link is not None]) == 1
    with pytest.raises(Refused, match="NOTIFICATION_ID_REUSED"):
        await journal.notifications.announce(made(1, initiator="another"))


async def test_one_process_tells_at_a_time(journal: SqlJournal, journals: JournalWorld) -> None:
    other = journals.open()
    new = await journal.notifications.announce(made(1))

    claims = await asyncio.gather(
        journal.notifications.claim(new, "a"), other.notifications.claim(new, "b")
    )
    (claimed,) = [each for each in claims if each is not None]
    assert await journal.notifications.due(None, 9) == []
    journals.now += LEASE
    assert [each.attempt for each in await journal.notifications.due(None, 9)] == [1]
    again = await other.notifications.claim(claimed, "c")
    assert again is not None
    late = await journal.notifications.end(claimed, told=False, chance=0.0)
    ended = await other.notifications.end(again, told=True, chance=0.0)
    found = await journal.notifications.find(SAID.source_oin, SAID.notification_id)
    await other.close()

    assert late is None
    assert ended == found
    assert found is not None
    assert (found.state, found.attempt) == (NotificationState.NOTIFIED, 2)


async def test_what_is_due_comes_in_order_and_page_by_page(journal: SqlJournal) -> None:
    for number in range(5):
        moment = NOW - dt.timedelta(seconds=number // 2)
        await journal.notifications.announce(made(number, moment))
    await journal.notifications.announce(made(9, NOW + dt.timedelta(seconds=1)))

    seen: list[int] = []
    after = None
    while page := await journal.notifications.due(after, 2):
        seen += [each.announcement.notification_id.int for each in page]
        after = Position.of(page[-1])

    assert seen == [4, 2, 3, 0, 1]


async def test_the_key_goes_and_the_digest_stays(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    notifications = journal.notifications
    told = await notifications.announce(made(1))
    waits = await notifications.announce(made(2))
    claimed = await notifications.claim(told, "a")
    assert claimed is not None
    await notifications.end(claimed, told=True, chance=0.0)

    assert await notifications.wipe_link_keys(9) == 0
    journals.now += KEY_SHOWN
    assert await notifications.wipe_link_keys(9) == 1
    assert await notifications.wipe_link_keys(9) == 0
    found = [
        await notifications.find(SAID.source_oin, each.announcement.notification_id)
        for each in (told, waits)
    ]

    assert [each and each.link_key for each in found] == [None, waits.link_key]
    assert [each and each.link_sha256 for each in found] == [told.link_sha256, waits.link_sha256]


async def test_one_source_does_not_announce_without_end(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    for number in range(MOST_A_DAY):
        await journal.notifications.announce(made(number, journals.now))

    with pytest.raises(Refused, match="NOTIFICATIONS_EXCEEDED") as refused:
        await journal.notifications.announce(made(MOST_A_DAY))
    assert refused.value.retry_after == DAY.total_seconds()
    await journal.notifications.announce(made(1))  # a repeat is none more
    elsewhere = replace(SAID.terms, requester=Swv("PO9902"))
    await journal.notifications.announce(made(MOST_A_DAY + 1, terms=elsewhere))
    await journal.notifications.announce(made(1, source_oin=Oin(ZUID.oin)))
    journals.now += DAY
    await journal.notifications.announce(made(MOST_A_DAY, journals.now))


async def test_not_too_many_wait_at_once(journal: SqlJournal) -> None:
    for number in range(MOST_PENDING):
        terms = replace(SAID.terms, requester=Swv(f"PO{9000 + number // 100}"))
        await journal.notifications.announce(made(number, terms=terms))
    other = replace(SAID.terms, requester=Swv("VO9901"))

    with pytest.raises(Refused, match="NOTIFICATIONS_WAITING"):
        await journal.notifications.announce(made(MOST_PENDING, terms=other))
    told = await journal.notifications.find(SAID.source_oin, UUID(int=1))
    assert told is not None
    claimed = await journal.notifications.claim(told, "a")
    assert claimed is not None
    await journal.notifications.end(claimed, told=True, chance=0.0)
    await journal.notifications.announce(made(MOST_PENDING, terms=other))


@pytest.mark.parametrize("used", [True, False])
async def test_a_link_lasts_from_the_last_session_in_which_it_was_used(
    journal: SqlJournal, journals: JournalWorld, used: bool
) -> None:
    new = await journal.notifications.announce(made(1))
    journals.now += dt.timedelta(days=100)
    terms = replace(SAID.terms, source=Brin("99XA"))
    session = replace(
        SESSION, terms=terms, started=journals.now, expires=journals.now + dt.timedelta(days=1)
    )
    await journal.start_transfer(session)
    if used:
        await journal.use_transfer_key(session, SAID.source_routing_key, new.link_sha256)
    end = journals.now + dt.timedelta(hours=1)
    await journal.sign_off_transfer(session.session_id, ZUID.oin, TransferResult.NOT_READY, end)

    link = await journal.notifications.link(new.link_sha256)
    assert link is not None
    assert link.expires == twelve_months_after(end if used else NOW)


async def test_what_is_old_is_forgotten(journal: SqlJournal, journals: JournalWorld) -> None:
    old = await journal.notifications.announce(made(1))
    journals.now += dt.timedelta(days=366)
    young = await journal.notifications.announce(made(2, journals.now))
    before = journals.now - dt.timedelta(days=365)

    assert await journal.notifications.forget_notifications(before, 9) == 1
    assert await journal.notifications.find(SAID.source_oin, UUID(int=1)) is None
    assert await journal.notifications.link(old.link_sha256) is None
    assert await journal.notifications.link(young.link_sha256) == young.link
