"""Dialling for a claim (step 6), and making sure that its decision still holds."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import grpc

from wissel.routing.deciding.decision import Route
from wissel.routing.exchange.delivery import State
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.deliver.claim import MOVES, Claim
from wissel.server.courier.deliver.revalidate import Revalidation
from wissel.server.courier.message import Message
from wissel.server.courier.ports import Tables
from wissel.server.courier.receivers.dial import Dialer
from wissel.server.courier.receivers.line import Line, key_of
from wissel.server.courier.sharing.gate import ReceiverGate
from wissel.server.courier.sharing.slot import Slot
from wissel.server.courier.timeline import Step


class Connector:
    """Connects to receivers."""

    def __init__(
        self, dialer: Dialer, gate: ReceiverGate, tables: Tables, revalidation: Revalidation
    ) -> None:
        self._dialer = dialer
        self._gate = gate
        self._tables = tables
        self._revalidation = revalidation

    async def connect(self, message: Message, claim: Claim) -> tuple[Line, Route]:
        """Return a line to the receiver, on which the message may be sent at this moment.

        The route is that of the claim, on newer facts if there are any. Raises
        `Refused`: what `Dialer.line`, `ReceiverGate.enter` and
        `Revalidation.at_start` raise, CONTENTION for a route that keeps moving,
        RECEIVER_TIMEOUT at the deadline.
        """
        message.timeline.begin(Step.DIAL)
        try:
            async with message.slot.until(message.deadline):
                return await self._connect(message, claim)
        except TimeoutError:
            raise Refused(Reason.RECEIVER_TIMEOUT, state=State.FAILED.value) from None

    @contextmanager
    def using(self, line: Line, slot: Slot) -> Iterator[grpc.aio.Channel]:
        """Yield the channel of a line for a transfer; how the block ends judges the receiver.

        A time-out is the line's last one (`Dialer.using`), and counts against its
        receiver if that had time enough (`Breakers.watching`).
        """
        with self._gate.watching(slot), self._dialer.using(line) as channel:
            yield channel

    async def _connect(self, message: Message, claim: Claim) -> tuple[Line, Route]:
        route, slot = claim.route, message.slot
        clock = asyncio.get_running_loop().time
        for _ in range(MOVES):
            key = key_of(route.url, route.receiver_oin)
            if key != slot.receiver:
                self._gate.enter(slot, key)
            slot.begin_wait(clock())
            line = await self._dialer.line(key, self._tables.table.revoked)
            slot.begin_stage()
            current = await self._revalidation.at_start(message, route, claim.head_read)
            if current is route:
                return line, route
            route = current  # its URL or the revocations may be new: the line is asked for again
        raise Refused(Reason.CONTENTION, retry_after=1.0)
