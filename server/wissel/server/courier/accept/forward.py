"""Forwarding a signed envelope (design.md#forwarding): who may, where to, and the proof.

The nine steps:

1. limits and shape
2. signature, signer's path, signer's OIN = sender's OIN = TLS peer's OIN
3. what is known of this message: a stored answer goes before everything else
4. this hub, freshness, rules of kinds, decision
5. one durable write is claim and record; without it the receiver is never called
6. dial; send the header and a signed stamp
7. pipe the payload, hashing; half-close only when size and digest are right
8. verify the receiver's receipt
9. record DELIVERED with both receipts; answer

From step 5 a delivery is a task of the process: the caller may go, it goes on.
"""

import asyncio
from functools import partial
from typing import Final

import structlog

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.deciding.decision import Route
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import ENVELOPE_HEADER, verify
from wissel.server.courier.accept.admission import HubRules, judge, require_size
from wissel.server.courier.bounds import Limits, Slots, deadline_of
from wissel.server.courier.deliver.delivery import Carrier, Forwarded, Message, SendingParty
from wissel.server.courier.log_fields import told
from wissel.server.courier.ports import Clock, PeerTrust, Tables
from wissel.server.courier.streams.request_stream import Requests, RequestStream
from wissel.server.courier.timeline import Step, Timeline
from wissel.server.courier.wire import digest_of, header_in, value_of

_LOG: Final = structlog.get_logger("wissel.forward")


class Courier:
    """Forwards envelopes, with everything that it needs given to it."""

    def __init__(
        self,
        rules: HubRules,
        limits: Limits,
        trust: PeerTrust,
        tables: Tables,
        carrier: Carrier,
        clock: Clock,
    ) -> None:
        self._rules = rules
        self._limits = limits
        self._trust = trust
        self._tables = tables
        self._carrier = carrier
        self._clock = clock
        self._slots = Slots(limits)
        self._under_way: set[asyncio.Task[Forwarded]] = set()

    async def forward(
        self, caller: SendingParty, requests: Requests, remaining: float | None, timeline: Timeline
    ) -> Forwarded:
        """Deliver one message and return its proof, or raise `Refused`.

        `remaining` are the seconds that the call has left, None without a
        deadline. Whatever is raised, the journal tells what became of the
        message, and `timeline` where the time went. Cancelling this only tells
        the delivery that its sender has gone: that ends it if the payload is not
        complete yet.
        """
        seconds = deadline_of(remaining, self._limits) - self._limits.shave
        stream = RequestStream(requests, self._limits)
        task = asyncio.create_task(
            self._forward(caller, stream, seconds, timeline), name="delivery"
        )
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        task.add_done_callback(lambda _: timeline.end())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            stream.interrupt(_why_gone(caller))
            task.add_done_callback(partial(_tell_end, timeline))
            raise
        finally:
            del task  # what it raises refers to this frame: see `_ended`

    @property
    def under_way(self) -> int:
        """How many deliveries have begun and not ended."""
        return len(self._under_way)

    async def drain(self, grace: float) -> None:
        """Wait, for at most `grace` seconds, until nothing is under way any more."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=grace)

    async def _forward(
        self, caller: SendingParty, stream: RequestStream, seconds: float, timeline: Timeline
    ) -> Forwarded:
        until = asyncio.get_running_loop().time() + seconds
        with self._slots.taken(caller.asker.oin):
            try:
                return await self._answer(caller, stream, until, timeline)
            finally:
                timeline.end()
                await stream.run_out(until)

    async def _answer(
        self, caller: SendingParty, stream: RequestStream, until: float, timeline: Timeline
    ) -> Forwarded:
        """Take all steps; the answer may be there before the sender has sent everything."""
        timeline.begin(Step.HEADER)
        signed = await stream.header()
        timeline.begin(Step.VERIFY)
        message = self._accept(caller, signed, stream, timeline)
        try:
            route = self._judge(message)
        except Refused:
            # Step 3 goes before step 4, and costs a read only when it changes the answer.
            known = await self._carrier.known(message)
            if known is not None:
                return known
            raise
        return await self._carrier.carry(message, route, self._judge, until)

    def _accept(
        self,
        caller: SendingParty,
        signed: dossier_pb2.Signed,
        stream: RequestStream,
        timeline: Timeline,
    ) -> Message:
        """Take steps 1 and 2."""
        paths = self._trust.checking(self._tables.table.revoked)
        verified = verify(value_of(signed), ENVELOPE_HEADER, paths, self._clock())
        header = header_in(verified.payload)
        sender = header.context.sender_oin
        if not verified.signer == sender == caller.asker.oin:
            raise Refused(
                Reason.SIGNER_MISMATCH, signer_oin=verified.signer, expected_oin=caller.asker.oin
            )
        timeline.header = header
        require_size(header, self._rules.max_payload)
        return Message(
            caller=caller,
            path=verified.path,
            header=header,
            digest=digest_of(verified.payload),
            signed=signed,
            stream=stream,
            timeline=timeline,
        )

    def _judge(self, message: Message) -> Route:
        """Take step 4, on the facts of this moment."""
        table, asker = self._tables.table, message.caller.asker
        return judge(self._rules, table, asker, message.header, self._clock())

    def _ended(self, task: asyncio.Task[Forwarded]) -> None:
        """Forget a delivery, and let go of what it held."""
        self._under_way.discard(task)
        if not task.cancelled():
            error = task.exception()  # the caller may have gone: then nobody else takes it
            if isinstance(error, Refused):
                error.forget()


def _tell_end(timeline: Timeline, task: asyncio.Task[Forwarded]) -> None:
    """Log how an accepted delivery ended that nobody waited for: the line of its call cannot."""
    if timeline.delivery is None or task.cancelled():
        return
    error, seconds = task.exception(), sum(timeline.seconds.values())
    if error is None or isinstance(error, Refused):
        reason = error.reason if isinstance(error, Refused) else ""
        _LOG.info("delivery_ended", **told(timeline.delivery, seconds, reason))
    else:
        _LOG.error("delivery_ended", **told(timeline.delivery, seconds), exc_info=error)


def _why_gone(caller: SendingParty) -> Refused:
    """Return why a call was broken off: the caller is let in no longer, or has gone by itself."""
    try:
        caller.recheck()
    except Refused as refused:
        return refused
    return Refused(Reason.SENDER_GONE)
