"""Dialling for a claim (step 6), and making sure that its decision still holds."""

import asyncio
from contextlib import AbstractContextManager

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
from wissel.server.courier.receivers.line import Line
from wissel.server.courier.timeline import Step


class Connector:
    """Connects to receivers."""

    def __init__(self, dialer: Dialer, tables: Tables, revalidation: Revalidation) -> None:
        self._dialer = dialer
        self._tables = tables
        self._revalidation = revalidation

    async def connect(self, message: Message, claim: Claim) -> tuple[Line, Route]:
        """Return a line to the receiver, on which the message may be sent at this moment.

        The route is that of the claim, on newer facts if there are any. Raises
        `Refused`: what `Dialer.line` and `Revalidation.at_start` raise,
        CONTENTION for a route that keeps moving, RECEIVER_TIMEOUT at the deadline.
        """
        message.timeline.begin(Step.DIAL)
        try:
            async with asyncio.timeout_at(message.deadline):
                return await self._connect(message, claim)
        except TimeoutError:
            raise Refused(Reason.RECEIVER_TIMEOUT, state=State.FAILED.value) from None

    def using(self, line: Line) -> AbstractContextManager[grpc.aio.Channel]:
        """Yield the channel of a line; a time-out of its receiver is its last (`Dialer.using`)."""
        return self._dialer.using(line)

    async def _connect(self, message: Message, claim: Claim) -> tuple[Line, Route]:
        route = claim.route
        for _ in range(MOVES):
            revoked = self._tables.table.revoked
            line = await self._dialer.line(route.url, route.receiver_oin, revoked)
            current = await self._revalidation.at_start(message, route, claim.head_read)
            if current is route:
                return line, route
            route = current  # its URL or the revocations may be new: the line is asked for again
        raise Refused(Reason.CONTENTION, retry_after=1.0)
