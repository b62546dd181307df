"""Fetching a dossier for a requester (design.md#fetching).

The steps, of which the caller takes the first and the third:

1. the session is the caller's, open, and not expired
2. both ends are decided, with the requester as receiver: `plan.both_ends`
3. the key is the one that this session used first at this delivery point
4. the source is dialled, and given an order that the hub signs
5. what it gives begins with a header, signed by it and made for this session,
   that is fresh, of an allowed kind, and has a route
6. one durable write is claim and record, as in a forward
7. the decision still holds; header, signed stamp and payload go to the requester, the
   final chunk only if size and digest are right
8. from then on the delivery is UNCERTAIN, until the requester signs off with its receipt
   or is asked for it
"""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator
from functools import partial

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.deciding.decision import Route
from wissel.routing.exchange.delivery import Delivery, Result, State
from wissel.routing.exchange.fetching.provided import check_provided
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import ENVELOPE_HEADER, verify
from wissel.routing.values.days import day_of
from wissel.server.courier.accept.admission import HubRules, admitted_route
from wissel.server.courier.bounds import Limits
from wissel.server.courier.deliver.claim import Claims
from wissel.server.courier.deliver.receipts import ReceiptIssuer
from wissel.server.courier.deliver.record import Recorder
from wissel.server.courier.deliver.revalidate import Revalidation
from wissel.server.courier.fetch.faults import reuse_blamed, source_blamed
from wissel.server.courier.fetch.plan import Fetch, Plan, both_ends, order_of
from wissel.server.courier.fetch.relay import Relay, Write
from wissel.server.courier.fetch.source import Sources
from wissel.server.courier.message import Incoming, Message
from wissel.server.courier.ports import Clock, Journal, PeerTrust, Tables
from wissel.server.courier.receivers.line import key_of
from wissel.server.courier.sharing.gate import ReceiverGate
from wissel.server.courier.streams.chunk_framing import ProvidedPart
from wissel.server.courier.timeline import Step, Timeline
from wissel.server.courier.wire import digest_of, header_in, signed_value


class Fetcher:
    """Takes step 2, and 4 to 8."""

    def __init__(  # noqa: PLR0913 - its parts
        self,
        *,
        limits: Limits,
        rules: HubRules,
        trust: PeerTrust,
        tables: Tables,
        journal: Journal,
        clock: Clock,
        owner: str,
        sources: Sources,
        gate: ReceiverGate,
        receipts: ReceiptIssuer,
        recorder: Recorder,
    ) -> None:
        self._limits = limits
        self._rules = rules
        self._trust = trust
        self._tables = tables
        self._journal = journal
        self._clock = clock
        self._owner = owner
        self._sources = sources
        self._gate = gate
        self._receipts = receipts
        self._recorder = recorder

    def plan(self, fetch: Fetch, seconds: float) -> Plan:
        """Take step 2 for a fetch that may last so long; raises `Refused` as `both_ends`."""
        table, now = self._tables.table, self._clock()
        ends = both_ends(fetch, table, now)
        expires = now + dt.timedelta(seconds=seconds)
        return Plan(
            fetch=fetch,
            table=table,
            ends=ends,
            deadline=asyncio.get_running_loop().time() + seconds,
            source=key_of(ends.point.url, ends.source.oin),
            order=order_of(fetch, ends, self._rules.hub_oin, now, expires),
        )

    def parts(self, planned: Plan, timeline: Timeline) -> AsyncGenerator[ProvidedPart]:
        """Return what the source of a plan provides: see `Sources.parts`."""
        return self._sources.parts(planned.source, planned.order, planned.deadline, timeline)

    async def fetch(self, planned: Plan, incoming: Incoming, write: Write) -> Delivery:
        """Give a dossier to its requester, and return its delivery, UNCERTAIN.

        `incoming` is what the source provides. Raises `Refused`: of the source what
        `source_blamed` makes of it, DOSSIER_UNCHANGED for a message that was
        delivered before, and what `Claims.claim` and `Relay.pipe` raise. From step 6
        on, however it ends, that is recorded too.
        """
        # 4. and 5.
        message, route = await self._provided(planned, incoming)
        # 6.
        decide = partial(self._route, planned)
        revalidation = Revalidation(self._trust, self._tables, self._clock, decide)
        claims = Claims(self._journal, self._recorder, revalidation, self._clock, self._owner)
        with reuse_blamed():
            claim = await claims.claim(message, route)
        if isinstance(claim, Delivery):
            raise Refused(Reason.DOSSIER_UNCHANGED, message_id=str(claim.order.message_id))
        relay = Relay(self._limits, write)
        try:
            # 7.
            current = await revalidation.at_start(message, claim.route, claim.head_read)
            stamp = self._receipts.stamp(claim.delivery, current)
            await relay.pipe(message, stamp)
        except Exception as error:
            await self._recorder.end(message, claim.delivery, relay.ended_by(error))
            raise
        # 8.
        unsigned = Result(state=State.UNCERTAIN, reason=Reason.DELIVERY_UNCERTAIN)
        return await self._recorder.end(message, claim.delivery, unsigned) or claim.delivery

    async def _provided(self, planned: Plan, incoming: Incoming) -> tuple[Message, Route]:
        """Return what the source begins to provide, and the route that it has."""
        stream, slot = incoming.stream, incoming.slot
        with source_blamed(stream):
            self._gate.enter(slot, planned.source)
            signed = await self._first(incoming)
            incoming.timeline.begin(Step.VERIFY)
            paths = self._trust.checking(self._tables.table.revoked)
            verified = verify(signed_value(signed), ENVELOPE_HEADER, paths, self._clock())
            header = header_in(verified.payload)
            check_provided(planned.order, verified.signer, header.context)
        incoming.timeline.header = header
        message = Message(
            sender=incoming.sender,
            signed=signed,
            header=header,
            digest=digest_of(verified.payload),
            path=verified.path,
            stream=stream,
            timeline=incoming.timeline,
            slot=slot,
            deadline=incoming.deadline,
        )
        return message, self._route(planned, message)

    async def _first(self, incoming: Incoming) -> dossier_pb2.Signed:
        """Return the signed header, for which the source is dialled and waited for."""
        slot, clock = incoming.slot, asyncio.get_running_loop().time
        slot.begin_wait(clock())
        try:
            async with slot.until(incoming.deadline):
                signed = await incoming.stream.header()
        except TimeoutError:
            raise Refused(Reason.SENDER_TOO_SLOW) from None
        slot.end_wait(clock())
        slot.begin_stage()
        return signed

    def _route(self, planned: Plan, message: Message) -> Route:
        """Return the route of a message at this moment, with the source as its sender."""
        table, now = self._tables.table, self._clock()
        same = table is planned.table and day_of(now) == day_of(planned.order.issued)
        ends = planned.ends if same else both_ends(planned.fetch, table, now)
        return admitted_route(self._rules, table, ends.source, message.header, now)
