"""Recording how an attempt ended (step 9), with patience for a receipt in hand."""

import asyncio
from typing import Final

from wissel.routing.exchange.delivery import LEASE_MARGIN, Delivery, Result
from wissel.routing.refusals.errors import Refused
from wissel.server.courier.message import Message
from wissel.server.courier.ports import Clock, Journal
from wissel.server.courier.timeline import Step

_TRIES: Final = 6
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 1.6


class Recorder:
    """Writes results to the journal."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def end(self, message: Message, claimed: Delivery, result: Result) -> Delivery | None:
        """Record how the attempt of a claim ended; return the delivery as it stands now.

        None if another process has ended it meanwhile: then the result was
        discarded. A journal that cannot be written is tried six times, and with
        a receipt in hand until the lease is about to end: a database that fails
        over is back in that time. Raises what the last try raised,
        `Refused(RECORD_UNAVAILABLE)`; then the lease runs out.
        """
        message.timeline.begin(Step.RECORD)
        order, pause, tries = claimed.order, _FIRST_PAUSE, 0
        has_receipt = bool(result.hub_receipt)
        while True:
            tries += 1
            try:
                recorded = await self._journal.finish(
                    order.sender_oin, order.message_id, claimed.attempt, result
                )
            except Refused:
                lease_ends = self._clock() >= order.lease_until - LEASE_MARGIN
                if tries >= _TRIES and (lease_ends or not has_receipt):
                    raise
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                message.timeline.delivery = recorded or claimed
                return recorded
