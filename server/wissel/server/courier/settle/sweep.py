"""The sweeper: it ends and settles the deliveries that a process left open (design.md#states).

It runs beside forwarding in every process, on the same journal, and changes
nothing of a delivery whose lease still runs:

1. A delivery that is ACCEPTED past its lease becomes UNCERTAIN.
2. The receiver of an UNCERTAIN one is asked what it holds. A final answer
   settles the delivery; after any other one the receiver is asked again later.

Two sweepers that do the same at once do it once: each move names the state and
the attempt that it changes.
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
from wissel.server.courier.log_fields import delivery_fields
from wissel.server.courier.ports import Clock, Journal, Tables
from wissel.server.courier.settle.backoff import Backoff
from wissel.server.courier.settle.receipt_query import (
    ReceiptQuery,
    ReceiverAddress,
    receiver_address_of,
)

_LOG: Final = structlog.get_logger("wissel.sweep")

_TOLD: Final = ("problem", "code", "receiver_reason", "http_status")
"""What the log tells of why a receiver gave no final answer."""

_Message = tuple[Oin, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSchedule:
    """When and how much the sweeper asks; times are in seconds, `usual_schedule` gives a hub's.

    There is a sweep `every` so many seconds, which reads at most `page`
    deliveries of each kind. A message or receiver without an answer is asked
    again after `first`, then after twice as long each time, up to `most`. A
    question takes at most `question`, and `questions` receivers are asked at
    once. Tests replace `monotonic` and `chance` (0 to 1).
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
    """Return the schedule of a hub that serves and sweeps `every` so many seconds."""
    return SweepSchedule(every=every, first=2 * every)


def ignore_answer(_reason: str) -> None:
    """Do nothing with what came of a question."""


class Sweeper:
    """Ends deliveries whose lease has run out, and settles uncertain ones.

    `answered` is called for each uncertain message that was due: with the
    reason why its receiver gave no final answer, or with "" if it gave one.
    """

    def __init__(
        self,
        schedule: SweepSchedule,
        journal: Journal,
        tables: Tables,
        query: ReceiptQuery,
        clock: Clock,
        answered: Callable[[str], None] = ignore_answer,
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
        self._answered = answered
        self._counted = 0
        self.uncertain = 0
        """How many messages were UNCERTAIN when the sweeper had last seen all of them."""

    async def run(self) -> None:
        """Sweep until cancelled; an error is logged and does not end it."""
        async with asyncio.TaskGroup() as questions:
            while True:
                # 0.5 to 1.5 times `every`: processes must not sweep at the same moment.
                await asyncio.sleep(self._schedule.every * (0.5 + self._schedule.chance()))
                try:
                    await self._expire()
                    await self._settle(questions)
                except Refused as refused:
                    _LOG.warning("sweep_failed", reason=refused.reason)
                except Exception as error:  # noqa: BLE001 - a sweeper that ends is not started again
                    _LOG.error("sweep_failed", exc_info=error)

    async def _expire(self) -> None:
        """End the attempts whose lease has run out; those of one page in one commit."""
        while lost := await self._journal.overdue(self._schedule.page):
            ends = [
                self._journal.expire(each.order.sender_oin, each.order.message_id) for each in lost
            ]
            for ended in await asyncio.gather(*ends):
                if ended is not None:
                    _LOG.warning("lease_ended", **delivery_fields(ended), owner=ended.order.owner)
            if len(lost) < self._schedule.page:
                return

    async def _settle(self, questions: asyncio.TaskGroup) -> None:
        """Read the next page of uncertain deliveries, and ask each receiver in a task."""
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
                self._retry_later(None, delivery, Refused(Reason.ENDPOINT_NOT_FOUND))
            elif address not in self._asking and self._receivers.due(address, now):
                asked[address].append(delivery)
        for address, deliveries in asked.items():
            self._asking.add(address)
            questions.create_task(self._ask_receiver(address, deliveries), name="ask a receiver")

    def _due(self, delivery: Delivery, now: float) -> bool:
        """Whether it is time to ask about a delivery.

        One that is new to this sweeper waits first: its sender may be repeating
        it, and the receiver may still be storing it.
        """
        message = _message_of(delivery)
        if not self._messages.known(message):
            self._messages.failed(message, now)
        return self._messages.due(message, now)

    async def _ask_receiver(self, address: ReceiverAddress, deliveries: list[Delivery]) -> None:
        """Ask one receiver about its messages, one after the other, for as long as it answers."""
        try:
            async with self._slots:
                for delivery in deliveries:
                    if not await self._ask(address, delivery):
                        return
        finally:
            self._asking.discard(address)

    async def _ask(self, address: ReceiverAddress, delivery: Delivery) -> bool:
        """Ask about one message and settle it; return whether the receiver can be asked more."""
        message, began = _message_of(delivery), self._schedule.monotonic()
        try:
            result = await self._query.ask(address, delivery)
            settled = await self._journal.settle(*message, delivery.attempt, result)
        except Refused as refused:
            self._retry_later(address, delivery, refused, self._schedule.monotonic() - began)
            return not CATALOGUE[refused.reason].receiver_absent
        except Exception as error:  # noqa: BLE001 - one message must not end the sweeper
            self._messages.failed(message, self._schedule.monotonic())
            _LOG.error("sweep_failed", **delivery_fields(delivery), exc_info=error)
            return True
        self._answered("")
        self._receivers.succeeded(address)
        self._messages.succeeded(message)
        if settled is not None:
            took = self._schedule.monotonic() - began
            _LOG.info("delivery_settled", **delivery_fields(settled, took))
        return True

    def _retry_later(
        self,
        address: ReceiverAddress | None,
        delivery: Delivery,
        refused: Refused,
        took: float | None = None,
    ) -> None:
        """Ask again later; `took` is how many seconds a question without an answer took."""
        now = self._schedule.monotonic()
        self._answered(refused.reason)
        self._messages.failed(_message_of(delivery), now)
        if address is not None and CATALOGUE[refused.reason].receiver_absent:
            self._receivers.failed(address, now)
        elif address is not None:
            self._receivers.succeeded(address)
        # A receipt that proves nothing is the receiver's fault, and no matter of time.
        log = _LOG.warning if refused.reason is Reason.RECEIPT_INVALID else _LOG.info
        fields = delivery_fields(delivery, took, refused.reason)
        said = {name: refused.metadata[name] for name in _TOLD if name in refused.metadata}
        log("delivery_uncertain", **fields, **said)


def _message_of(delivery: Delivery) -> _Message:
    return delivery.order.sender_oin, delivery.order.message_id
