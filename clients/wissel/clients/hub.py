"""The hub for asynchronous callers; `wissel.clients.blocking` has the synchronous one."""

import asyncio
import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final, Self, Unpack
from uuid import UUID, uuid4

from wissel.clients.errors import DossierUnusable, Refused, StorageError, WisselError
from wissel.clients.identity import AnyPath, Identity
from wissel.clients.register import AsyncRegister
from wissel.clients.sending.compose import Envelope, SendOptions, compose, measure
from wissel.clients.sending.outbox import Entry, Outbox
from wissel.clients.sending.receipts import DeliveryReceipt, check_receipts, record_of
from wissel.clients.sending.transfer import Progress, settles, transfer
from wissel.clients.transport.connection import Connection
from wissel.clients.transport.retry import Patience
from wissel.clients.transport.spans import Kind, Tracer
from wissel.clients.transport.status_errors import from_rule
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.values.identifiers import Oin
from wissel.traffic.v1 import traffic_service_pb2 as pb

OUTBOX_VARIABLE: Final = "WISSEL_OUTBOX"
_FORWARD: Final = "wissel.traffic.v1.TrafficService/ForwardEnvelope"


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """The outcome of resuming one entry of the outbox: a receipt, or the error it failed with."""

    entry: Entry
    receipt: DeliveryReceipt | None = None
    error: WisselError | None = None


class AsyncHub(AsyncRegister):
    """A hub at `server` (`host:port`), called as `identity`.

    `hub_oin` is the OIN (20 characters) that must have signed receipts; without
    it, the hub at that address is asked, whose TLS certificate is checked against
    the address. `outbox` is a folder; without it, `$WISSEL_OUTBOX/<OIN>` or
    `~/.local/state/wissel/outbox/<OIN>`. `user`, `language` and `tracer`: see
    `Connection`. `patience` says how long to retry. `deadline` is how long one
    attempt to deliver a message may take (see `transfer`); after a crash of the
    hub, a message can be sent again some seconds after it. `now` returns an aware
    instant, `new_id` the id of a new message.

    Raises `wissel.routing.refusals.errors.Refused(IDENTIFIER_MALFORMED)` for a
    `hub_oin` that is none.
    """

    def __init__(  # noqa: PLR0913 - what a hub is reached with
        self,
        server: str,
        identity: Identity,
        *,
        hub_oin: str = "",
        outbox: AnyPath | None = None,
        user: str = "",
        language: str = "en",
        patience: Patience | None = None,
        deadline: dt.timedelta | None = None,
        tracer: Tracer | None = None,
        now: Callable[[], dt.datetime] = _utc_now,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        super().__init__(
            Connection(server, identity, user=user, language=language, tracer=tracer),
            patience or Patience(),
        )
        self._identity = identity
        self._hub_oin = Oin.parse(hub_oin, "hub_oin") if hub_oin else None
        self._folder = Path(outbox) if outbox else default_outbox(identity.oin)
        self._outbox: Outbox | None = None
        self._deadline = deadline
        self._now = now
        self._new_id = new_id

    async def send(
        self,
        path: AnyPath,
        *,
        sender: str,
        receiver: str,
        service: str,
        progress: Progress | None = None,
        composed: Callable[[Envelope], None] = lambda envelope: None,
        **options: Unpack[SendOptions],
    ) -> DeliveryReceipt:
        """Send the file at `path`; return its receipt once it has been delivered.

        `sender` and `receiver` are written as `99XA`, `99XA02` or `PO9901`,
        `service` is a code such as `OSO_OV`; for `options` see `SendOptions`.
        `progress` gets the bytes sent and the bytes in all. `composed` gets the
        signed message before it is sent, with a note of what was assumed.

        Raises `Refused` if the hub or the receiver refuses it; `Unreachable` if
        there is no answer in time: the message is then in the outbox, and
        `resume` sends the same one. Raises `DossierUnusable` for the file,
        `ReceiptUntrusted` for the receipts, `StorageError` for the outbox, and
        `UsedAfterFork`, like each method.
        """
        self.link.require_usable()
        hub_oin = await self.hub_oin()
        try:
            envelope = await asyncio.to_thread(
                compose,
                Path(path),
                sender=sender,
                receiver=receiver,
                service=service,
                options=options,
                hub_oin=hub_oin,
                material=self._identity.current(),
                message_id=self._new_id(),
                now=self._now(),
            )
        except RuleRefused as refused:
            raise from_rule(refused, self.link.language) from None
        outbox = await self._opened_outbox()
        await asyncio.to_thread(outbox.add, envelope.entry)
        composed(envelope)
        return await self._deliver(outbox, envelope.entry, progress)

    async def resume(self, progress: Progress | None = None) -> list[Resumed]:
        """Send the messages of the outbox that have no answer yet, byte for byte the same.

        They are sent in order of message id, except those that another process is
        sending now. One that fails stays in the outbox, and its `Resumed` holds
        the error. Raises `Refused` or `Unreachable` if the hub does not tell its
        OIN, and `StorageError`.
        """
        self.link.require_usable()
        hub_oin = await self.hub_oin()
        outbox = await self._opened_outbox()
        results = []
        for entry in await asyncio.to_thread(outbox.pending):
            if entry.hub_oin == hub_oin:
                try:
                    receipt = await self._deliver(outbox, entry, progress, again=True)
                    results.append(Resumed(entry=entry, receipt=receipt))
                except _Elsewhere:
                    continue
                except WisselError as error:
                    results.append(Resumed(entry=entry, error=error))
        return results

    async def hub_oin(self) -> Oin:
        """Return the OIN of the hub, as given or else as the hub answers.

        Raises `Refused`, also if the answer is no OIN, or `Unreachable`.
        """
        if self._hub_oin is None:
            said = (await self.whoami()).hub_oin
            try:
                self._hub_oin = Oin.parse(said, "hub_oin")
            except RuleRefused as refused:
                raise from_rule(refused, self.link.language) from None
        return self._hub_oin

    async def close(self) -> None:
        """Close the connection."""
        await self.link.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _opened_outbox(self) -> Outbox:
        if self._outbox is None:
            self._outbox = await asyncio.to_thread(Outbox, self._folder)
        return self._outbox

    async def _deliver(
        self, outbox: Outbox, entry: Entry, progress: Progress | None, *, again: bool = False
    ) -> DeliveryReceipt:
        """Claim an entry and send it until it has its outcome, or until the retries end."""
        with outbox.claim(entry) as mine, self.link.tracer.span("send") as span:
            if not mine:
                message = f"{entry.message_id} is being sent by another process"
                raise _Elsewhere(message)
            span.note(message_id=str(entry.message_id), bytes=entry.payload_size)
            try:
                response = await (self._resend if again else self._transfer)(entry, progress)
            except Refused as refused:
                if settles(refused):
                    reason = {"reason": refused.reason, "text": refused.text}
                    await asyncio.to_thread(outbox.settle, entry, "refused", reason)
                raise
            receipt = check_receipts(response, entry, self._identity.current(), self._now())
            await asyncio.to_thread(outbox.settle, entry, "sent", record_of(receipt))
            return receipt

    async def _transfer(
        self, entry: Entry, progress: Progress | None, *, again: bool = False
    ) -> pb.ForwardEnvelopeResponse:
        attempts = count(1 if again else 0)

        async def attempt() -> pb.ForwardEnvelopeResponse:
            with self.link.tracer.span(_FORWARD, Kind.CLIENT):
                return await transfer(
                    self.link, entry, progress, again=next(attempts) > 0, within=self._deadline
                )

        return await self.patience.insist(attempt)

    async def _resend(self, entry: Entry, progress: Progress | None) -> pb.ForwardEnvelopeResponse:
        """Send an entry again; if its file is gone or changed, ask for its earlier delivery.

        Raises `DossierUnusable` if it was not delivered either.
        """
        try:
            measured = await asyncio.to_thread(measure, entry.path)
            if measured.sha256.hex() != entry.payload_sha256:
                message = f"{entry.path}: the file is not what was signed"
                raise DossierUnusable(message)
        except DossierUnusable:
            found = await self.delivery(str(entry.message_id))
            if not found.HasField("hub_receipt"):
                raise
            return pb.ForwardEnvelopeResponse(
                message_id=found.delivery.message_id,
                hub_receipt=found.hub_receipt,
                receiver_receipt=found.receiver_receipt,
                routing_key=found.delivery.routing_key,
                replayed=True,
            )
        return await self._transfer(entry, progress, again=True)


class _Elsewhere(StorageError):
    """Another process is sending the entry."""


def default_outbox(oin: str) -> Path:
    """Return the folder of the outbox of an OIN, for the account of this process."""
    if folder := os.environ.get(OUTBOX_VARIABLE):
        return Path(folder) / oin
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "wissel" / "outbox" / oin
