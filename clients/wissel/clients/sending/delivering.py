"""Sends an entry of the outbox until it has its outcome."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Final

from wissel.clients.errors import DossierUnusable, Refused, StorageError, Unreachable, WisselError
from wissel.clients.identity import Identity
from wissel.clients.sending.compose import measure
from wissel.clients.sending.entry import Entry
from wissel.clients.sending.outbox import Outbox
from wissel.clients.sending.receipts import DeliveryReceipt, check_receipts, record_of
from wissel.clients.sending.repeats import context_of
from wissel.clients.sending.transfer import Progress, settles, transfer
from wissel.clients.transport.connection import Connection
from wissel.clients.transport.retry import Patience
from wissel.clients.transport.spans import Kind
from wissel.routing.refusals.reasons import Reason
from wissel.traffic.v1 import traffic_service_pb2 as pb

_FILE_CHANGED: Final = "FILE_CHANGED"  # an outcome of the outbox, not a reason of a hub
_OPEN: Final = frozenset({"ACCEPTED", "UNCERTAIN"})  # states that may still become DELIVERED
_FORWARD: Final = "wissel.traffic.v1.TrafficService/ForwardEnvelope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """The outcome of resuming one entry of the outbox: a receipt, or the error it failed with."""

    entry: Entry
    receipt: DeliveryReceipt | None = None
    error: WisselError | None = None


class SentElsewhere(StorageError):
    """Another process or thread is sending the entry."""


class _Ended(DossierUnusable):
    """An entry can never be delivered: its file is not there to send, and the hub has nothing."""


class Delivering:
    """Delivers entries over `link` as `identity`.

    `patience` says how long to retry, `deadline` how long one attempt may take
    (see `transfer`). `now` returns an aware instant; `find` returns what the hub
    knows of a message id.
    """

    def __init__(
        self,
        link: Connection,
        identity: Identity,
        *,
        patience: Patience,
        deadline: dt.timedelta | None,
        now: Callable[[], dt.datetime],
        find: Callable[[str], Awaitable[pb.GetDeliveryResponse]],
    ) -> None:
        self._link = link
        self._identity = identity
        self._patience = patience
        self._deadline = deadline
        self._now = now
        self._find = find

    async def deliver(
        self, outbox: Outbox, entry: Entry, progress: Progress | None, *, again: bool = False
    ) -> DeliveryReceipt:
        """Claim an entry and send it until it has its outcome, or until the retries end.

        `again` says that it may have been sent before. Raises `Refused`,
        `Unreachable`, `DossierUnusable`, `ReceiptUntrusted`, `StorageError`, and
        `SentElsewhere`.
        """
        with outbox.claim(entry) as mine, self._link.tracer.span("send") as span:
            if not mine:
                message = f"{entry.message_id} is being sent by another process"
                raise SentElsewhere(message)
            span.note(message_id=str(entry.message_id), bytes=entry.payload_size)
            try:
                response = await (self._resend if again else self._transfer)(entry, progress)
            except Refused as refused:
                if settles(refused) and not await self._may_be_delivered(entry):
                    reason = {"reason": refused.reason, "text": refused.text}
                    await asyncio.to_thread(outbox.settle, entry, "refused", reason)
                raise
            except _Ended as ended:
                gone = {"reason": _FILE_CHANGED, "text": str(ended)}
                await asyncio.to_thread(outbox.settle, entry, "refused", gone)
                raise
            receipt = check_receipts(response, entry, self._identity.current(), self._now())
            await asyncio.to_thread(outbox.settle, entry, "sent", record_of(receipt))
            return receipt

    async def _may_be_delivered(self, entry: Entry) -> bool:
        """Whether an earlier attempt at a message that is refused now has no outcome yet.

        The register may have changed after an attempt that ended UNCERTAIN; the hub
        may still settle that one as DELIVERED.
        """
        try:
            found = await self._find(str(entry.message_id))
        except Refused:  # the hub knows of no attempt
            return False
        except Unreachable:
            return True
        return found.delivery.state in _OPEN

    async def _transfer(
        self, entry: Entry, progress: Progress | None, *, again: bool = False
    ) -> pb.ForwardEnvelopeResponse:
        attempts = count(1 if again else 0)

        async def attempt() -> pb.ForwardEnvelopeResponse:
            with self._link.tracer.span(_FORWARD, Kind.CLIENT):
                return await transfer(
                    self._link, entry, progress, again=next(attempts) > 0, within=self._deadline
                )

        return await self._patience.insist(attempt)

    async def _resend(self, entry: Entry, progress: Progress | None) -> pb.ForwardEnvelopeResponse:
        """Send an entry again; if its file is gone or changed, ask for its earlier delivery.

        Raises `DossierUnusable` if it was not delivered either, and `_Ended` if it
        cannot be any more.
        """
        try:
            measured = await asyncio.to_thread(measure, entry.path)
        except DossierUnusable as gone:
            return await self._delivered_before(entry, str(gone), changed=False)
        if measured.sha256.hex() != entry.payload_sha256:
            words = f"{entry.path}: the file is not what was signed"
            return await self._delivered_before(entry, words, changed=True)
        return await self._transfer(entry, progress, again=True)

    async def _delivered_before(
        self, entry: Entry, words: str, *, changed: bool
    ) -> pb.ForwardEnvelopeResponse:
        """Return the receipts of an entry that cannot be sent; `words` say why it cannot."""
        try:
            found = await self._find(str(entry.message_id))
        except Refused as refused:
            if refused.reason != Reason.DELIVERY_NOT_FOUND:
                raise
            found = pb.GetDeliveryResponse()
        if found.HasField("hub_receipt"):
            return pb.ForwardEnvelopeResponse(
                message_id=found.delivery.message_id,
                hub_receipt=found.hub_receipt,
                receiver_receipt=found.receiver_receipt,
                routing_key=found.delivery.routing_key,
                replayed=True,
            )
        if found.delivery.state in _OPEN:
            message = f"{words}; whether it was delivered the hub does not know yet: resume later"
        elif changed or context_of(entry).expires <= self._now():
            message = f"{words}, and it was not delivered; its entry has ended: send the file anew"
            raise _Ended(message)
        else:
            drop = f"`wissel outbox drop {entry.message_id}`"
            message = f"{words}; put the file back, or end it with {drop}"
        raise DossierUnusable(message)
