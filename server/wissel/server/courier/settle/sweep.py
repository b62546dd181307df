"""The sweeper: no message stays in the air because those who carried it have gone.

It runs beside forwarding in every process, on the same journal, and changes
nothing that forwarding owns (design.md#states):

1. an ACCEPTED past its lease becomes UNCERTAIN
2. the receiver of an UNCERTAIN one is asked what it has, and its final word
   settles it; an answer that is not final leaves it for later

What two sweepers do at once is done once: each move names the state, and the
attempt, that it belongs to.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog

from wissel.routing.exchange.delivery import REMEMBERED, Delivery
from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.log_fields import told
from wissel.server.courier.ports import Clock, Journal, Tables
from wissel.server.courier.settle.backoff import Backoff
from wissel.server.courier.settle.receipt_query import (
    ReceiptQuery,
    ReceiverAddress,
    receiver_address_of,
)

_LOG: Final = structlog.get_logger("wissel.sweep")

_Message = tuple[Oin, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSchedule:
    """How often, how long and how many at once; times in seconds. `usual` is for a hub that serves.

    A sweep comes `every` so often and reads at most `page` deliveries of each
    kind. A message or receiver without an answer is asked again after `first`,
    then twice as long each time, up to `most`. `question` is how long one may
    take, `questions` how many receivers are asked at once. `monotonic` and
    `chance` (0 to 1) are there to be replaced in tests.
    """

    every: float
    first: float
    page: int = 256
    most: float = 3600.0
    question: float = 10.0
    questions: int = 8
    monotonic: Callable[[], float] = field(default=time.monotonic, repr=False)
    chance: Callable[[], float] = field(default=random.random, repr=False)


def usual_schedule(every: float) -> SweepSchedule:
    """Return the schedule of a hub that sweeps every so many seconds."""
    return SweepSchedule(every=every, first=2 * every)


def ignore_answer(_reason: str) -> None:
    """Nobody looks."""


class Sweeper:
    """Ends what nobody owns and settles what nobody knows.

    `asked` is told of each message that a receiver was asked about, or would
    have been: why that was no answer, or an empty text if it was one.
    """

    def __init__(
        self,
        schedule: SweepSchedule,
        journal: Journal,
        tables: Tables,
        query: ReceiptQuery,
        clock: Clock,
        asked: Callable[[str], None] = ignore_answer,
    ) -> None:
        self._schedule = schedule
        self._journal = journal
        self._tables = tables
        self._query = query
        self._clock = clock
        self._messages = Backoff[_Message](schedule.first, schedule.most, schedule.chance)
        self._receivers = Backoff[ReceiverAddress](schedule.first, schedule.most, schedule.chance)
        self._asking: set[ReceiverAddress] = set()
        self._slots = asyncio.Semaphore(schedule.questions)
        self._last: Delivery | None = None
        self._tell = asked
        self._counted = 0
        self.uncertain = 0
        """How many messages were uncertain when all had last been looked at."""

    async def run(self) -> None:
        """Sweep until cancelled; whatever goes wrong, it goes on."""
        async with asyncio.TaskGroup() as rounds:
            while True:
                # Half of the pause is chance: processes must not sweep in step.
                await asyncio.sleep(self._schedule.every * (0.5 + self._schedule.chance()))
                try:
                    await self._expire()
                    await self._settle(rounds)
                except Refused as refused:
                    _LOG.warning("sweep_failed", reason=refused.reason)
                except Exception as error:  # noqa: BLE001 - a sweeper that dies would never recover
                    _LOG.error("sweep_failed", exc_info=error)

    async def _expire(self) -> None:
        """End the attempts that ran out, all of a page in one commit."""
        while lost := await self._journal.overdue(self._schedule.page):
            ends = [
                self._journal.expire(each.order.sender_oin, each.order.message_id) for each in lost
            ]
            for ended in await asyncio.gather(*ends):
                if ended is not None:
                    _LOG.warning("lease_ended", **told(ended), owner=ended.order.owner)
            if len(lost) < self._schedule.page:
                return

    async def _settle(self, rounds: asyncio.TaskGroup) -> None:
        """Take the next page of what is uncertain, and ask each receiver in a task of its own."""
        found = await self._journal.uncertain(
            self._clock() - REMEMBERED, self._last, self._schedule.page
        )
        complete = len(found) < self._schedule.page
        self._last = None if complete else found[-1]
        self._counted += len(found)
        now, table = self._schedule.monotonic(), self._tables.table
        if complete:
            self.uncertain, self._counted = self._counted, 0
            self._messages.forget(now)
            self._receivers.forget(now)
        asked: defaultdict[ReceiverAddress, list[Delivery]] = defaultdict(list)
        for delivery in (each for each in found if self._due(each, now)):
            address = receiver_address_of(table, delivery.order)
            if address is None:
                self._put_off(None, delivery, Refused(Reason.ENDPOINT_NOT_FOUND))
            elif address not in self._asking and self._receivers.due(address, now):
                asked[address].append(delivery)
        for address, deliveries in asked.items():
            self._asking.add(address)
            rounds.create_task(self._round(address, deliveries), name="ask a receiver")

    def _due(self, delivery: Delivery, now: float) -> bool:
        """Whether it is time to ask; a message that is new here waits once.

        For its sender may be at it, and the receiver may still be storing it.
        """
        message = _message_of(delivery)
        if not self._messages.known(message):
            self._messages.failed(message, now)
        return self._messages.due(message, now)

    async def _round(self, address: ReceiverAddress, deliveries: list[Delivery]) -> None:
        """Ask one receiver about its messages, one after the other, while it answers."""
        try:
            async with self._slots:
                for delivery in deliveries:
                    if not await self._asked(address, delivery):
                        return
        finally:
            self._asking.discard(address)

    async def _asked(self, address: ReceiverAddress, delivery: Delivery) -> bool:
        """Ask about one message and settle it; return whether to go on asking there."""
        message, began = _message_of(delivery), self._schedule.monotonic()
        try:
            result = await self._query.ask(address, delivery.order)
            settled = await self._journal.settle(*message, delivery.attempt, result)
        except Refused as refused:
            self._put_off(address, delivery, refused, self._schedule.monotonic() - began)
            return not CATALOGUE[refused.reason].receiver_absent
        except Exception as error:  # noqa: BLE001 - one message must not end the sweeping
            self._messages.failed(message, self._schedule.monotonic())
            _LOG.error("sweep_failed", **told(delivery), exc_info=error)
            return True
        self._tell("")
        self._receivers.worked(address)
        self._messages.worked(message)
        if settled is not None:
            _LOG.info("delivery_settled", **told(settled, self._schedule.monotonic() - began))
        return True

    def _put_off(
        self,
        address: ReceiverAddress | None,
        delivery: Delivery,
        refused: Refused,
        took: float | None = None,
    ) -> None:
        """Ask later; `took` are the seconds of a question that brought no answer."""
        now = self._schedule.monotonic()
        self._tell(refused.reason)
        self._messages.failed(_message_of(delivery), now)
        if address is not None and CATALOGUE[refused.reason].receiver_absent:
            self._receivers.failed(address, now)
        elif address is not None:
            self._receivers.worked(address)
        # A receiver whose word proves nothing is not merely late.
        tell = _LOG.warning if refused.reason is Reason.RECEIPT_INVALID else _LOG.info
        problem = refused.metadata.get("problem", "")
        tell("delivery_uncertain", **told(delivery, took, refused.reason), problem=problem)


def _message_of(delivery: Delivery) -> _Message:
    return delivery.order.sender_oin, delivery.order.message_id
