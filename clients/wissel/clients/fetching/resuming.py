"""Goes on with what a crash, or a hub that was away, left between accepting and signing off."""

import asyncio
import logging
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from wissel.clients.errors import DossierUnusable, StorageError, Unreachable, WisselError
from wissel.clients.fetching.keeping import Accept, Held, Keeping, refusal_of
from wissel.clients.fetching.results import FetchResumed
from wissel.clients.fetching.signing_off import SigningOff
from wissel.clients.las.inbox_thread import InboxThread
from wissel.clients.las.opening import Accepted, judged_before
from wissel.clients.received.fetched import Claim, FetchedMessages, Unfinished
from wissel.clients.received.messages import MessageState
from wissel.clients.sending.compose import measure
from wissel.clients.sending.receipts import DeliveryReceipt
from wissel.las.v1 import las_service_pb2 as las_pb
from wissel.routing.exchange.fetching.transfers import TransferResult

MOST_LEFT: Final = 20
"""Messages of earlier fetches that are signed off before a fetch begins."""
_LOG: Final = logging.getLogger("wissel.fetching")


class Resuming:
    """Ends what is unfinished in `store`, which is used in `thread`."""

    def __init__(
        self,
        store: FetchedMessages,
        thread: InboxThread,
        keeping: Keeping,
        signing_off: SigningOff,
    ) -> None:
        self._store = store
        self._thread = thread
        self._keeping = keeping
        self._signing_off = signing_off

    async def unfinished(self) -> list[Unfinished]:
        """Return what is unfinished. Raises `StorageError`."""
        return await self._thread.run(self._store.unfinished)

    async def sign_off_left(self) -> None:
        """Sign off what was accepted before, as far as the hub takes it now.

        Of `MOST_LEFT` messages, and none any more once the hub is not there: the fetch
        that comes next tells that itself. Raises `StorageError`.
        """
        left = [each for each in await self.unfinished() if each.state is MessageState.RECEIVED]
        for each in left[:MOST_LEFT]:
            done = await self.resume(each, None)
            if done is not None and isinstance(done.error, Unreachable):
                return

    async def resume(self, each: Unfinished, accept: Accept | None) -> FetchResumed | None:
        """Go on with one message; None if another process is at work on it, or nothing is to do.

        One that was accepted is signed off with the receipt that it had. One whose
        `accept` was interrupted is accepted now, from the payload that is here; if that
        is not whole any more the message is lost, and its session is signed off as
        FAILED. Without `accept` such a one is left.
        """
        accepting = each.state is MessageState.ACCEPTING
        if accepting and accept is None:
            return None
        try:
            opening = las_pb.Opening.FromString(each.opening)
            accepted = judged_before(opening)
            with ExitStack() as held:
                if accepting and accept is not None:
                    claim = held.enter_context(self._store.take(each.claim_id))
                    if claim is None and self._store.is_locked(each.claim_id):
                        return None
                    if claim is None or not await asyncio.to_thread(_whole, claim.path, accepted):
                        return await self._lost(each, claim)
                    kept = await self._keeping.keep(
                        claim, opening, accepted, each.session_id, accept
                    )
                else:
                    kept = await self._keeping.again(accepted)
            return await self._signed_off(each, accepted, kept)
        except WisselError as error:
            return _resumed(each, error=error)

    async def _signed_off(self, each: Unfinished, accepted: Accepted, kept: Held) -> FetchResumed:
        if kept.receipt is None:
            await self._fail(each)
            return _resumed(each, error=refusal_of(kept))
        receipt = await self._signing_off.with_receipt(each.session_id, accepted, kept.receipt)
        await self._keeping.ended(each.key)
        return _resumed(each, receipt=receipt)

    async def _lost(self, each: Unfinished, claim: Claim | None) -> FetchResumed:
        if claim is not None:
            claim.kept = False
        await self._keeping.ended(each.key)
        await self._fail(each)
        error = StorageError(f"the payload of {each.key.message_id} is gone; fetch it anew")
        return _resumed(each, error=error, lost=True)

    async def _fail(self, each: Unfinished) -> None:
        try:
            await self._signing_off.without(each.session_id, TransferResult.FAILED)
        except WisselError as error:  # it expires by itself
            _LOG.warning("session %s is not signed off: %s", each.session_id, error)


def _resumed(
    each: Unfinished,
    receipt: DeliveryReceipt | None = None,
    error: WisselError | None = None,
    *,
    lost: bool = False,
) -> FetchResumed:
    return FetchResumed(
        message_id=each.key.message_id,
        sender_oin=each.key.sender_oin,
        session_id=each.session_id,
        receipt=receipt,
        error=error,
        lost=lost,
    )


def _whole(path: Path, accepted: Accepted) -> bool:
    try:
        measured = measure(path)
    except DossierUnusable:
        return False
    header = accepted.header
    return (measured.size, measured.sha256) == (header.payload_size, header.payload_sha256)
