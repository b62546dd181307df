"""Hands a dossier that is complete to the LAS, once, and signs for it only after that."""

import asyncio
import datetime as dt
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from wissel.clients.errors import Refused, StorageError
from wissel.clients.identity import Identity
from wissel.clients.las.inbox_thread import InboxThread
from wissel.clients.las.message import Became, IncomingMessage, RefuseMessage
from wissel.clients.las.opening import Accepted, incoming
from wissel.clients.las.receipts import Receipts, receipt_payload
from wissel.clients.received.fetched import Claim, FetchedMessages
from wissel.clients.received.messages import Known, MessageKey, MessageState
from wissel.clients.storage.private import private_opener
from wissel.clients.transport.retry import Patience
from wissel.clients.transport.spans import Tracer
from wissel.clients.transport.status_errors import from_rule
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as las_pb
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason

Accept = Callable[[IncomingMessage], Became | None]
"""Stores a message so that it survives a crash: see `Las.accept`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A message that this LAS has accepted, with its receipt, or refused for good."""

    accepted: Accepted
    receipt: dossier_pb2.Signed | None = None
    became: Became | None = None
    refusal: las_pb.Refusal | None = None


class Keeping:
    """Remembers in `store` what became of messages, and signs for those that were accepted.

    `thread` is the one in which the store is used. `patience` says how long another
    process may be at work on the same message.
    """

    def __init__(
        self,
        store: FetchedMessages,
        thread: InboxThread,
        identity: Identity,
        now: Callable[[], dt.datetime],
        tracer: Tracer,
        patience: Patience,
    ) -> None:
        self._store = store
        self._thread = thread
        self._now = now
        self._tracer = tracer
        self._patience = patience
        self._receipts = Receipts(identity, store, thread)

    async def keep(
        self,
        claim: Claim,
        opening: las_pb.Opening,
        accepted: Accepted,
        session: UUID,
        accept: Accept,
    ) -> Held:
        """Return what became of a message whose complete payload is in the place of `claim`.

        1. The payload is on the disk.
        2. One that is known has the answer that it got before.
        3. That `accept` begins is on the disk; then it begins.
        4. After it the outcome is on the disk, and only then is a receipt signed.

        Raises what `accept` raises, except `RefuseMessage`: the payload stays, to be
        resumed. Raises `StorageError`, and `Refused(MESSAGE_IN_PROGRESS)`.
        """
        # 1.
        await asyncio.to_thread(_flush, claim.path)
        key, expires = accepted.key, accepted.header.context.expires

        async def begin() -> Known | bool:
            try:
                begun = await self._thread.run(
                    self._store.begin, key, session, opening.SerializeToString(), claim, expires
                )
            except RuleRefused as refused:
                raise from_rule(refused) from None
            return begun.known or begun.maybe_seen

        # 2. and 3.
        known = await self._patience.insist(begin)
        if isinstance(known, Known):
            return await self.known(accepted, known)
        try:
            with self._tracer.span("accept"):
                await asyncio.to_thread(_give, claim)
                message = incoming(accepted, claim.given, maybe_seen=known)
                became = await asyncio.to_thread(accept, message)
        except RefuseMessage as no:
            await self._thread.run(self._store.refused, key, no.reason, no.text)
            claim.kept = False
            refusal = las_pb.Refusal(reason=no.reason, text=no.text)
            return Held(accepted=accepted, refusal=refusal)
        # 4.
        payload = receipt_payload(accepted, self._now())
        await self._thread.run(self._store.received, key, payload)
        claim.kept = False
        return Held(
            accepted=accepted, receipt=await self._receipts.sign(key, payload), became=became
        )

    async def again(self, accepted: Accepted) -> Held:
        """Return the answer that a message got that was accepted or refused before."""
        known = await self._thread.run(self._store.find, accepted.key)
        if known is None or known.state is MessageState.ACCEPTING:
            message = f"message {accepted.key.message_id} was not accepted"
            raise StorageError(message)
        return await self.known(accepted, known)

    async def known(self, accepted: Accepted, known: Known) -> Held:
        """Return the answer that a message got before."""
        if known.state is MessageState.REFUSED:
            refusal = las_pb.Refusal(reason=known.reason, text=known.text)
            return Held(accepted=accepted, refusal=refusal)
        return Held(accepted=accepted, receipt=await self._receipts.kept(accepted.key, known))

    async def ended(self, key: MessageKey) -> None:
        """Remember that the session of a message was signed off."""
        await self._thread.run(self._store.ended, key)


def refusal_of(held: Held) -> Refused:
    """Return our own refusal of a message as the exception of the SDK."""
    said = held.refusal or las_pb.Refusal()
    return from_rule(
        RuleRefused(Reason.RECEIVER_REFUSED, receiver_reason=said.reason, receiver_text=said.text)
    )


def _give(claim: Claim) -> None:
    """Make the name of the payload that `accept` gets; a copy where files have but one name."""
    try:
        claim.given.unlink(missing_ok=True)
        try:
            claim.given.hardlink_to(claim.path)
        except OSError:
            with (
                claim.path.open("rb") as source,
                open(claim.given, "xb", opener=private_opener) as file,
            ):
                shutil.copyfileobj(source, file)
    except OSError as error:
        message = f"{claim.given}: {error.strerror}"
        raise StorageError(message) from None


def _flush(path: Path) -> None:
    try:
        with path.open("r+b") as file:
            os.fsync(file.fileno())
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise StorageError(message) from None
