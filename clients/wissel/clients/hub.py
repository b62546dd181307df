"""The hub for asynchronous callers; `wissel.clients.blocking` has the synchronous one."""

import asyncio
import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self, Unpack
from uuid import UUID, uuid4

from wissel.clients.connecting.auto_connect import AutoConnect, Connected, ConnectSettings
from wissel.clients.connecting.place import default_place
from wissel.clients.connecting.plan import KeyOf
from wissel.clients.errors import WisselError
from wissel.clients.fetching.client import FetchingClient
from wissel.clients.identity import AnyPath, Identity
from wissel.clients.sending.compose import Envelope, SendOptions, compose
from wissel.clients.sending.delivering import Delivering, Resumed, SentElsewhere
from wissel.clients.sending.outbox import Kept, Outbox
from wissel.clients.sending.receipts import DeliveryReceipt, kept_receipt
from wissel.clients.sending.repeats import begin
from wissel.clients.sending.transfer import Progress
from wissel.clients.storage.state import folder_of
from wissel.clients.transport.connection import Connection
from wissel.clients.transport.retry import Patience
from wissel.clients.transport.spans import Tracer
from wissel.clients.transport.status_errors import from_rule
from wissel.clients.transport.tokens import Token
from wissel.routing.exchange.envelope import parse_message_id
from wissel.routing.refusals.errors import Refused as RuleRefused

OUTBOX_VARIABLE: Final = "WISSEL_OUTBOX"


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class AsyncHub(FetchingClient):
    """A hub at `server` (`host:port`), called as `identity`.

    `hub_oin` is the OIN (20 characters) that must have signed receipts; without
    it, the hub at that address is asked, whose TLS certificate is checked against
    the address. `outbox` is a folder; without it, `$WISSEL_OUTBOX/<OIN>` or
    `~/.local/state/wissel/outbox/<OIN>`; `fetched` remembers what was fetched: see
    `FetchingClient`. `user`, `language`, `tracer` and `token`:
    see `Connection`. `patience` says how long to retry. `deadline` is how long one
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
        fetched: AnyPath | None = None,
        user: str = "",
        language: str = "en",
        patience: Patience | None = None,
        deadline: dt.timedelta | None = None,
        tracer: Tracer | None = None,
        token: str | Token = "",
        now: Callable[[], dt.datetime] = _utc_now,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        super().__init__(
            Connection(server, identity, user=user, language=language, tracer=tracer, token=token),
            patience or Patience(),
            identity,
            hub_oin=hub_oin,
            fetched=fetched,
            deadline=deadline,
            now=now,
        )
        self._folder = Path(outbox) if outbox else default_outbox(identity.oin)
        self._outbox: Outbox | None = None
        self._new_id = new_id
        self._delivering = Delivering(
            self.link,
            identity,
            patience=self.patience,
            deadline=deadline,
            now=now,
            find=self.delivery,
        )

    async def send(  # noqa: PLR0913 - what to send, and how to begin it
        self,
        path: AnyPath,
        *,
        sender: str,
        receiver: str,
        service: str,
        progress: Progress | None = None,
        composed: Callable[[Envelope], None] = lambda envelope: None,
        message_id: UUID | str | None = None,
        new: bool = False,
        **options: Unpack[SendOptions],
    ) -> DeliveryReceipt:
        """Send the file at `path`; return its receipt once it has been delivered.

        With a `message_id` of your own, a repeat is the same message: it gets the
        receipt of its delivery, or is sent again as it was. Without one, a message of
        the same file, sender, receiver and service that has no receipt yet is
        continued, and the log (`wissel.sending`) says so; unless it is to be `new`.

        `sender` and `receiver` are written as `99XA`, `99XA02` or `PO9901`,
        `service` is a code such as `OSO_OV`; for `options` see `SendOptions`.
        `progress` gets the bytes sent and the bytes in all. `composed` gets the
        signed message before it is sent, with a note of what was assumed.

        Raises `Refused` if the hub or the receiver refuses it, or with
        MESSAGE_ID_REUSED if the id is that of another message; `Unreachable` if
        there is no answer in time: the message is then in the outbox, and `resume`
        sends the same one. Raises `DossierUnusable` for the file, `ReceiptUntrusted`
        for the receipts, `StorageError` for the outbox, also if another process is
        sending the message, and `UsedAfterFork`, like each method.
        """
        self.link.require_usable()
        hub_oin = await self.hub_oin()
        outbox = await self._opened_outbox()
        now = self._now()
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
                message_id=_given(message_id) or self._new_id(),
                now=now,
            )
            begun = await asyncio.to_thread(
                begin, outbox, envelope.entry, identified=message_id is not None, new=new, now=now
            )
        except RuleRefused as refused:
            raise from_rule(refused, self.link.language) from None
        if begun.receipt is not None:
            return begun.receipt
        composed(dataclasses.replace(envelope, entry=begun.entry))
        try:
            return await self._delivering.deliver(outbox, begun.entry, progress, again=begun.again)
        except SentElsewhere:
            kept = await asyncio.to_thread(outbox.find, begun.entry.message_id)
            if kept is None or kept.entry is None or kept.state != "sent":
                raise
            return kept_receipt(kept.entry, kept.record)  # it was sent just now

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
                    receipt = await self._delivering.deliver(outbox, entry, progress, again=True)
                    results.append(Resumed(entry=entry, receipt=receipt))
                except SentElsewhere:
                    continue
                except WisselError as error:
                    results.append(Resumed(entry=entry, error=error))
        return results

    async def pending(self) -> list[Kept]:
        """Return the entries of the outbox that have no receipt and no refusal yet.

        One whose file is damaged has no `entry`. Raises `StorageError`.
        """
        outbox = await self._opened_outbox()
        return await asyncio.to_thread(outbox.listed)

    async def drop(self, message_id: UUID | str) -> Kept:
        """End a pending entry, so that it is not sent again; return it.

        An earlier attempt may have been delivered: `delivery` tells. It is kept in
        the folder `refused`. Raises `StorageError` if there is none, or if a process
        is sending it.
        """
        outbox = await self._opened_outbox()
        return await asyncio.to_thread(outbox.drop, str(message_id))

    async def auto_connect(
        self,
        service: str,
        url: str,
        key_of: KeyOf,
        *,
        place: AnyPath | None = None,
        told: Callable[[Connected], None] = lambda done: None,
        once: bool = False,
    ) -> int:
        """Register endpoints for our mandates by itself, and end those that lose theirs.

        Each mandate for `service` (a code such as `OSO_OV`) gets an endpoint at `url`
        (`https://host[:port]`), now and whenever one is given, until the task is cancelled;
        with `once` only now. `key_of` gets a mandate and returns its routing key, or the
        `DeliveryPoint`s of its vestigingen, or None to leave it out. `told` is called with each
        thing that was done, and with what was refused: that is tried again on the next day.
        How far it is, it keeps in the file `place`; without it, in
        `~/.local/state/wissel/connect/<OIN>/<service>.json`. Returns how many mandates wait.

        An endpoint that exists is left as it is, whatever its URL. One that you end by hand is
        registered again when all is looked at: suspend it instead.

        Raises `Refused` for what is not worth repeating, and `StorageError` for the place.
        """
        settings = ConnectSettings(
            hub=await self.hub_oin(),
            service=service,
            url=url,
            key_of=key_of,
            place=Path(place) if place else default_place(self._identity.oin, service),
            told=told,
            now=self._now,
        )
        connecting = AutoConnect(self, settings)
        if not once:
            await connecting.run()
        return await connecting.once()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _opened_outbox(self) -> Outbox:
        if self._outbox is None:
            self._outbox = await asyncio.to_thread(Outbox, self._folder)
        return self._outbox


def _given(message_id: UUID | str | None) -> UUID | None:
    if isinstance(message_id, str):
        return parse_message_id(message_id.lower(), "message_id")
    return message_id


def default_outbox(oin: str) -> Path:
    """Return the folder of the outbox of an OIN, for the account of this process.

    Raises `StorageError` for an account without a home folder.
    """
    return folder_of(OUTBOX_VARIABLE, "outbox", oin)
