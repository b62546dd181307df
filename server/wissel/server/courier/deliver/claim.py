"""Claiming a message for one attempt (step 5), on the newest facts."""

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import Final

from wissel.routing.deciding.decision import Route
from wissel.routing.exchange.delivery import LEASE_MARGIN, Delivery, Order, Result, State
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.deliver.record import Recorder
from wissel.server.courier.deliver.revalidate import Revalidation
from wissel.server.courier.message import Message
from wissel.server.courier.ports import Clock, Journal
from wissel.server.courier.timeline import Step

MOVES: Final = 3
"""How often the route of a message may move before its sender must come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An attempt that this process owns: the recorded delivery, ACCEPTED, and its route.

    The route was decided on the register's newest facts at `head_read`, in
    seconds on the event loop's clock.
    """

    delivery: Delivery
    route: Route
    head_read: float


class Claims:
    """Claims messages for this process, which the journal knows as `owner`."""

    def __init__(
        self,
        journal: Journal,
        recorder: Recorder,
        revalidation: Revalidation,
        clock: Clock,
        owner: str,
    ) -> None:
        self._journal = journal
        self._recorder = recorder
        self._revalidation = revalidation
        self._clock = clock
        self._owner = owner

    async def claim(self, message: Message, route: Route) -> Claim | Delivery:
        """Return the claim of a message, or its delivery if it is DELIVERED already.

        1. The sender is still there.
        2. One durable write claims and records the message, and returns the
           revision of the register's head.
        3. If the register has changed since the decision, it is decided again.
           A message that may not travel any more is let go, FAILED.
        4. One that goes another way is let go too, and claimed for that way.

        Raises `Refused`: what `delivery.claim` and `Revalidation.after_claim`
        raise, SENDER_GONE, RECORD_UNAVAILABLE, or CONTENTION for a route that
        keeps moving. The receiver has not been called then.
        """
        for _ in range(MOVES):
            # 1.
            message.stream.raise_if_interrupted()
            # 2.
            head_read = asyncio.get_running_loop().time()
            message.timeline.begin(Step.CLAIM)
            claimed, head = await self._journal.claim(self._order(message, route))
            message.timeline.delivery = claimed
            if claimed.state is State.DELIVERED:
                return claimed
            # 3.
            newest = await self._newest(message, claimed, route, head)
            if newest.unchanged_since(route):
                return Claim(delivery=claimed, route=newest, head_read=head_read)
            # 4.
            moved = Result(state=State.FAILED, reason=Reason.CONTENTION)
            await self._recorder.end(message, claimed, moved)
            route = newest
        raise Refused(Reason.CONTENTION, retry_after=1.0)

    async def _newest(
        self, message: Message, claimed: Delivery, route: Route, head: int | None
    ) -> Route:
        try:
            return await self._revalidation.after_claim(message, route, head)
        except Refused as refused:
            ended = Result(state=State.FAILED, reason=refused.reason)
            await self._recorder.end(message, claimed, ended)
            raise

    def _order(self, message: Message, route: Route) -> Order:
        context = message.header.context
        left = max(message.deadline - asyncio.get_running_loop().time(), 0)
        return Order(
            sender_oin=context.sender_oin,
            message_id=context.message_id,
            header_digest=message.digest,
            receiver_oin=route.receiver_oin,
            sender=context.sender.place,
            receiver=route.vestiging or context.receiver.place,
            service=route.service,
            kind=context.kind,
            routing_key=route.routing_key,
            endpoint_id=route.endpoint_id,
            sender_mandate_id=route.sender_mandate_id,
            receiver_mandate_id=route.receiver_mandate_id,
            registry_revision=route.revision,
            payload_size=message.header.payload_size,
            payload_sha256=message.header.payload_sha256,
            owner=self._owner,
            lease_until=self._clock() + dt.timedelta(seconds=left) + LEASE_MARGIN,
        )
