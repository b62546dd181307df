"""Deliveries are reduced to what is kept for good, after a time (design.md#retention)."""

import datetime as dt
from typing import Final

from wissel.routing.exchange.delivery import Delivery, ReducedDelivery
from wissel.routing.exchange.delivery_moves import reduced
from wissel.server.courier.ports import Clock, Journal
from wissel.server.courier.wire import receipt_digest
from wissel.server.retention import Progress

BATCH: Final = 64
"""The most deliveries that one step reduces."""


class DeliveryReduction:
    """Reduces the deliveries whose last attempt was owned until longer than `kept` ago."""

    def __init__(self, journal: Journal, clock: Clock, kept: dt.timedelta) -> None:
        self._journal = journal
        self._clock = clock
        self._kept = kept

    async def step(self) -> Progress:
        """Reduce up to `BATCH` deliveries. Raises `Refused(RECORD_UNAVAILABLE)`."""
        due = await self._journal.ended_before(self._clock() - self._kept, BATCH)
        if not due:
            return Progress(0, more=False)
        reduction = await self._journal.reduce([_reduced(each) for each in due])
        return Progress(reduction.messages, more=any(reduction))


class TransferForgetting:
    """Forgets the sessions of prepare and fetch that were started longer than `kept` ago.

    What is known of their keys goes as soon as they have expired.
    """

    def __init__(self, journal: Journal, clock: Clock, kept: dt.timedelta) -> None:
        self._journal = journal
        self._clock = clock
        self._kept = kept

    async def step(self) -> Progress:
        """Forget up to `BATCH` sessions and keys. Raises `Refused(RECORD_UNAVAILABLE)`."""
        keys = await self._journal.wipe_transfer_keys(BATCH)
        done = await self._journal.forget_transfers(self._clock() - self._kept, BATCH)
        return Progress(done, more=BATCH in (done, keys))


def _reduced(delivery: Delivery) -> ReducedDelivery:
    result = delivery.result
    return reduced(
        delivery,
        receipt_digest(result.hub_receipt if result else b""),
        receipt_digest(result.receiver_receipt if result else b""),
    )
