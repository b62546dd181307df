"""Forwarding a signed envelope (design.md#forwarding), and fetching one (`fetch.fetcher`).

The nine steps of a forward, of which `accept` takes 1 to 4 and `deliver` 5 to 9:

1. the stream begins with a signed header of at most 16 KiB
2. its signature holds; signer, sender and TLS peer are one OIN
3. it is for this hub, in time, of an allowed kind, there is a route, and its receiver answers
4. if not, an answer that is stored for it goes before the refusal
5. one durable write is claim and record; without it the receiver is never called
6. a line to the receiver, the decision still valid, a signed stamp
7. header, stamp and payload, hashed; the final chunk only if size and digest are right
8. the receiver's receipt, verified
9. DELIVERED is recorded with both receipts, and answered

All of them run in a task of the process: when the caller goes, a message whose
payload is complete is still delivered and recorded.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from functools import partial
from typing import Any, Final, TypeVar

import structlog

from wissel.routing.exchange.delivery import Delivery
from wissel.routing.exchange.fetching.transfers import Transfer
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.accept.acceptance import Acceptance
from wissel.server.courier.bounds import Limits, allowed_seconds
from wissel.server.courier.deliver.delivery import Deliverer
from wissel.server.courier.fetch.fetcher import Fetcher
from wissel.server.courier.fetch.plan import Fetch, Plan
from wissel.server.courier.fetch.relay import Write
from wissel.server.courier.fetch.signing_off import Signed, SignOff
from wissel.server.courier.log_fields import delivery_fields
from wissel.server.courier.message import Forwarded, Incoming, SendingParty
from wissel.server.courier.sharing.breakers import Breakers
from wissel.server.courier.sharing.slots import Slots
from wissel.server.courier.streams.request_stream import Requests, RequestStream
from wissel.server.courier.timeline import Timeline

_LOG: Final = structlog.get_logger("wissel.forward")

T = TypeVar("T")


class Courier:
    """Forwards envelopes, and fetches them."""

    def __init__(  # noqa: PLR0913 - its parts
        self,
        limits: Limits,
        slots: Slots,
        breakers: Breakers,
        acceptance: Acceptance,
        deliverer: Deliverer,
        *,
        fetcher: Fetcher,
        sign_off: SignOff,
    ) -> None:
        self._limits = limits
        self._slots = slots
        self._breakers = breakers
        self._acceptance = acceptance
        self._deliverer = deliverer
        self._fetcher = fetcher
        self._sign_off = sign_off
        self._under_way: set[asyncio.Task[Any]] = set()

    async def forward(
        self, sender: SendingParty, requests: Requests, remaining: float | None, timeline: Timeline
    ) -> Forwarded:
        """Deliver one message and return its receipts, or raise `Refused`.

        `remaining` are the seconds that the call has left, None without a
        deadline. Whatever is raised, the journal tells what became of the
        message, and `timeline` where the time went. Cancelling this interrupts
        the sender's stream, which ends the delivery only if the payload is not
        complete yet.
        """
        seconds = allowed_seconds(remaining, self._limits) - self._limits.shave
        stream = RequestStream(requests, self._limits)
        forwarding = self._forward(sender, stream, timeline, seconds)
        return await self._in_task(forwarding, stream, timeline, partial(_why_gone, sender))

    def plan(self, fetch: Fetch, remaining: float | None) -> Plan:
        """Decide on a fetch, before its source is called: see `plan.both_ends`.

        `remaining` is as in `forward`.
        """
        seconds = allowed_seconds(remaining, self._limits) - self._limits.shave
        return self._fetcher.plan(fetch, seconds)

    async def fetch(self, planned: Plan, write: Write, timeline: Timeline) -> Delivery:
        """Give a requester the dossier that it asks for; return its delivery, UNCERTAIN.

        `write` gives it a part. Cancelling this is as in `forward`, and what is
        refused as in `Fetcher.fetch`.
        """
        parts = self._fetcher.parts(planned, timeline)
        stream = RequestStream(parts, self._limits)
        gone = partial(_why_gone, planned.fetch.requester, Reason.REQUESTER_GONE)

        async def fetching() -> Delivery:
            async with aclosing(parts):
                return await self._fetch(planned, stream, write, timeline)

        return await self._in_task(fetching(), stream, timeline, gone)

    async def sign_off(self, session: Transfer, signed: Signed) -> Delivery:
        """Take the receipt for what was fetched in a session: see `SignOff.deliver`."""
        return await self._sign_off.deliver(session, signed)

    @property
    def under_way(self) -> int:
        """How many deliveries have begun and not ended."""
        return len(self._under_way)

    @property
    def waiting(self) -> int:
        """How many of them wait for their receiver (design.md#bounds)."""
        return self._slots.waiting

    @property
    def unavailable(self) -> int:
        """How many receivers are left alone, as they answered nobody in time."""
        return self._breakers.open

    async def drain(self, grace: float) -> None:
        """Wait, for at most `grace` seconds, until no delivery is under way any more."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=grace)

    async def _in_task(
        self,
        work: Coroutine[Any, Any, T],
        stream: RequestStream,
        timeline: Timeline,
        gone: Callable[[], Refused],
    ) -> T:
        """Do the work of a delivery in a task of the process.

        When its caller goes the stream is interrupted by what `gone` says, and the
        task ends by itself.
        """
        task = asyncio.create_task(work, name="delivery")
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        task.add_done_callback(lambda _: timeline.end())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            stream.interrupt(gone())
            task.add_done_callback(partial(_log_end, timeline))
            raise
        finally:
            del task  # what it raises refers to this frame: see `_ended`

    async def _forward(
        self, sender: SendingParty, stream: RequestStream, timeline: Timeline, seconds: float
    ) -> Forwarded:
        """Take all steps, in a slot; the answer may be there before all has been sent."""
        deadline = asyncio.get_running_loop().time() + seconds
        with self._slots.taken(sender.asker.oin) as slot:
            incoming = Incoming(
                sender=sender, stream=stream, timeline=timeline, slot=slot, deadline=deadline
            )
            try:
                # 1. to 4.
                accepted = await self._acceptance.accept(incoming)
                if isinstance(accepted, Forwarded):
                    return accepted
                # 5. to 9.
                return await self._deliverer.deliver(accepted)
            finally:
                self._breakers.release(slot)
                timeline.end()
                await stream.discard_rest(deadline)

    async def _fetch(
        self, planned: Plan, stream: RequestStream, write: Write, timeline: Timeline
    ) -> Delivery:
        """Take all steps of a fetch, in a slot of its requester."""
        requester, deadline = planned.fetch.requester, planned.deadline
        with self._slots.taken(requester.asker.oin) as slot:
            incoming = Incoming(
                sender=requester, stream=stream, timeline=timeline, slot=slot, deadline=deadline
            )
            try:
                return await self._fetcher.fetch(planned, incoming, write)
            finally:
                self._breakers.release(slot)
                timeline.end()
                await stream.discard_rest(deadline)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """Forget a delivery, and let go of what it held."""
        self._under_way.discard(task)
        if not task.cancelled():
            error = task.exception()  # the caller may have gone: then nobody else takes it
            if isinstance(error, Refused):
                error.forget()


def _log_end(timeline: Timeline, task: asyncio.Task[Any]) -> None:
    """Log how an accepted delivery ended whose caller has gone: its call has a line no more."""
    if timeline.delivery is None or task.cancelled():
        return
    error, seconds = task.exception(), sum(timeline.seconds.values())
    if error is None or isinstance(error, Refused):
        reason = error.reason if isinstance(error, Refused) else ""
        _LOG.info("delivery_ended", **delivery_fields(timeline.delivery, seconds, reason))
    else:
        fields = delivery_fields(timeline.delivery, seconds)
        _LOG.error("delivery_ended", **fields, exc_info=error)


def _why_gone(sender: SendingParty, reason: Reason = Reason.SENDER_GONE) -> Refused:
    """Return why a call was broken off: its caller is let in no longer, or has gone by itself."""
    try:
        sender.recheck()
    except Refused as refused:
        return refused
    return Refused(reason)
