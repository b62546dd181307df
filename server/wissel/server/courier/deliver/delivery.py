"""From the claim to the proof: steps 3 and 5 to 9 of forwarding (see `forward`)."""

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.deciding.decision import Route
from wissel.routing.deciding.query import Asker
from wissel.routing.exchange.delivery import LEASE_MARGIN, Delivery, Order, Result, State, admit
from wissel.routing.exchange.envelope import EnvelopeHeader
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.trusted_path import TrustedPath
from wissel.server.courier.bounds import Limits
from wissel.server.courier.deliver.attempt import Attempt, Parcel, refusal_result
from wissel.server.courier.deliver.receipts import ReceiptIssuer
from wissel.server.courier.deliver.revalidate import standing
from wissel.server.courier.ports import Journal, PeerTrust, Tables
from wissel.server.courier.receivers.dial import Dialer, Line
from wissel.server.courier.streams.request_stream import RequestStream
from wissel.server.courier.timeline import Step, Timeline

_DECISIONS: Final = 3
"""How often a route may move under a message before its sender must come back."""
_RECORD_TRIES: Final = 6
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 1.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A delivered message with its receipts; `replayed` if it had been delivered before."""

    delivery: Delivery
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingParty:
    """Who sends: as deciding sees it, and a way to judge its certificate and role again.

    `recheck` raises `Refused` if the caller would not be let in any more.
    """

    asker: Asker
    recheck: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message whose signature has been verified; `digest` is that of its signed header."""

    caller: SendingParty
    path: TrustedPath
    header: EnvelopeHeader
    digest: bytes
    signed: dossier_pb2.Signed
    stream: RequestStream
    timeline: Timeline


Judge = Callable[[Message], Route]
"""Step 4, on the facts of the moment; raises `Refused`."""


class Carrier:
    """Carries messages to their receivers."""

    def __init__(
        self,
        limits: Limits,
        trust: PeerTrust,
        tables: Tables,
        journal: Journal,
        dialer: Dialer,
        receipts: ReceiptIssuer,
    ) -> None:
        self._limits = limits
        self._trust = trust
        self._tables = tables
        self._journal = journal
        self._dialer = dialer
        self._receipts = receipts

    async def known(self, message: Message) -> Forwarded | None:
        """Step 3: return the stored answer, None if the message may be tried, or raise."""
        context = message.header.context
        known = await self._journal.find(context.sender_oin, context.message_id)
        delivered = admit(known, message.digest, self._receipts.clock())
        return None if delivered is None else Forwarded(delivery=delivered, replayed=True)

    async def carry(self, message: Message, route: Route, judge: Judge, until: float) -> Forwarded:
        """Deliver a message that step 4 gave a route; `until` is on the loop's clock."""
        for _ in range(_DECISIONS):
            message.stream.require_sender()
            # 5.
            asked = asyncio.get_running_loop().time()
            message.timeline.begin(Step.CLAIM)
            claimed, head = await self._journal.claim(self._order(message, route, until))
            message.timeline.delivery = claimed
            if claimed.state is State.DELIVERED:
                return Forwarded(delivery=claimed, replayed=True)
            now_route = await self._moved(message, claimed, route, head, judge)
            if now_route is None:
                route = judge(message)
                continue
            task = _Task(claimed, now_route, asked, partial(self._judged_again, message, judge))
            return await self._deliver(message, task, until)
        raise Refused(Reason.CONTENTION, retry_after=1.0)

    async def _moved(
        self, message: Message, claimed: Delivery, route: Route, head: int | None, judge: Judge
    ) -> Route | None:
        """Judge again if the register has changed since, before the receiver is called.

        Returns the route on the newest facts; None if it now leads elsewhere,
        so that the claim was let go and another one is needed.
        """
        if head is not None and head <= route.revision:
            return route
        try:
            if head is None:
                raise Refused(Reason.REGISTRY_STALE, retry_after=1.0)
            await self._tables.reached(head)
            now_route = self._judged_again(message, judge)
        except Refused as refused:
            await self._record(message, claimed, Result(state=State.FAILED, reason=refused.reason))
            raise
        if now_route.unchanged_since(route):
            return now_route
        moved = Result(state=State.FAILED, reason=Reason.CONTENTION)
        await self._record(message, claimed, moved)
        return None

    def _judged_again(self, message: Message, judge: Judge) -> Route:
        """Judge caller, signer and route on the facts in memory, which are newer than before."""
        message.caller.recheck()
        self._trust.check(message.path, self._tables.table.revoked, self._receipts.clock())
        return judge(message)

    async def _deliver(self, message: Message, task: "_Task", until: float) -> Forwarded:
        claimed = task.claimed
        attempt = Attempt(self._limits)
        try:
            result = await self._attempt(message, task, attempt, until)
        except Refused as refused:
            ended = Result(state=attempt.state, reason=refused.reason)
            await self._record(message, claimed, ended)
            raise
        except Exception:
            lost = Result(state=attempt.state, reason=Reason.INTERNAL_ERROR)
            await self._record(message, claimed, lost)
            raise
        # 9.
        recorded = await self._record(message, claimed, result)
        if recorded is None:
            return await self._overtaken(message)
        if recorded.state is State.REFUSED:
            admit(recorded, message.digest, self._receipts.clock())
        return Forwarded(delivery=recorded, replayed=False)

    async def _attempt(
        self, message: Message, task: "_Task", attempt: Attempt, until: float
    ) -> Result:
        receipts = self._receipts
        # 6.
        message.timeline.begin(Step.DIAL)
        try:
            async with asyncio.timeout_at(until):
                line, route = await self._dialled(task)
        except TimeoutError:
            raise Refused(Reason.RECEIVER_TIMEOUT, state=attempt.state.value) from None
        stamp = receipts.stamp(task.claimed, route)
        parcel = Parcel(
            header=message.header,
            signed=message.signed,
            stamp=stamp,
            stream=message.stream,
            timeline=message.timeline,
        )
        # 7.
        message.timeline.begin(Step.TRANSFER)
        response = await attempt.bring(line.channel, parcel, until)
        if response.WhichOneof("outcome") == "refusal":
            return refusal_result(response.refusal)
        # 8.
        return receipts.proven(task.claimed.order, stamp, response.receipt, route.revision)

    async def _dialled(self, task: "_Task") -> tuple[Line, Route]:
        """Return a line to the receiver, on which the delivery may begin at this moment."""
        route = task.route
        for _ in range(_DECISIONS):
            revoked = self._tables.table.revoked
            line = await self._dialer.line(route.url, route.receiver_oin, revoked)
            stands = await standing(self._tables, route, task.asked, task.again)
            if stands is route:
                return line, route
            route = stands
        raise Refused(Reason.CONTENTION, retry_after=1.0)

    async def _record(self, message: Message, claimed: Delivery, result: Result) -> Delivery | None:
        """Record how an attempt ended; None if somebody has decided in its place.

        A receipt in hand is worth patience for as long as its sender may wait:
        a database that fails over is back in that time. After that the lease
        runs out.
        """
        order, pause = claimed.order, _FIRST_PAUSE
        message.timeline.begin(Step.RECORD)
        patient = bool(result.hub_receipt)
        tries = 0
        while True:
            tries += 1
            try:
                recorded = await self._journal.finish(
                    order.sender_oin, order.message_id, claimed.attempt, result
                )
            except Refused:
                waited = self._receipts.clock() >= order.lease_until - LEASE_MARGIN
                if tries >= _RECORD_TRIES and (waited or not patient):
                    raise
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                message.timeline.delivery = recorded or claimed
                return recorded

    async def _overtaken(self, message: Message) -> Forwarded:
        known = await self.known(message)
        if known is None:
            raise Refused(
                Reason.DELIVERY_UNCERTAIN, message_id=str(message.header.context.message_id)
            )
        return known

    def _order(self, message: Message, route: Route, until: float) -> Order:
        context = message.header.context
        left = dt.timedelta(seconds=max(until - asyncio.get_running_loop().time(), 0))
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
            owner=self._receipts.owner,
            lease_until=self._receipts.clock() + left + LEASE_MARGIN,
        )


@dataclass(frozen=True, slots=True)
class _Task:
    """What to deliver now: a claim, and the route on facts that were the newest when `asked`."""

    claimed: Delivery
    route: Route
    asked: float
    again: Callable[[], Route]
