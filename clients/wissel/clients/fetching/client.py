"""The part of a hub's client that fetches; `AsyncHub` is one."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, Unpack
from uuid import UUID

from wissel.clients.errors import WisselError
from wissel.clients.fetching.keeping import Accept, Keeping
from wissel.clients.fetching.keys import SearchKeys, own_key
from wissel.clients.fetching.results import Fetched, FetchResumed
from wissel.clients.fetching.resuming import Resuming
from wissel.clients.fetching.session import Parts, Session
from wissel.clients.fetching.signing_off import SigningOff
from wissel.clients.fetching.wanted import FetchOptions, Pupil, Wanted, wanted
from wissel.clients.identity import AnyPath, Identity
from wissel.clients.las.inbox_thread import InboxThread
from wissel.clients.las.server import MAX_PAYLOAD
from wissel.clients.received.fetched import FetchedMessages, default_fetched
from wissel.clients.register import AsyncRegister
from wissel.clients.sending.transfer import Progress
from wissel.clients.statements.outcomes import outcome_request
from wissel.clients.statements.system_keys import KeyFolder
from wissel.clients.transport.connection import Connection
from wissel.clients.transport.retry import Patience
from wissel.clients.transport.status_errors import from_rule
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.values.identifiers import Oin
from wissel.traffic.v1 import traffic_service_pb2 as traffic_pb
from wissel.traffic.v1.traffic_service_pb2_grpc import TrafficServiceStub
from wissel.traffic.v1.transfer_service_pb2_grpc import TransferServiceStub

Result = TypeVar("Result")
_LOG: Final = logging.getLogger("wissel.fetching")


class FetchingClient(AsyncRegister):
    """Fetches over a connection, as `identity`.

    `hub_oin` is the OIN that must have signed stamps and receipts; without it the hub
    is asked. `fetched` is a folder that remembers what was fetched, by default
    `$WISSEL_FETCHED/<OIN>` or `~/.local/state/wissel/fetched/<OIN>`; processes may
    share it. `deadline` is how long one attempt may take. `now` returns an aware instant.
    """

    def __init__(  # noqa: PLR0913 - what a hub is reached with
        self,
        connection: Connection,
        patience: Patience,
        identity: Identity,
        *,
        hub_oin: str,
        fetched: AnyPath | None,
        deadline: dt.timedelta | None,
        now: Callable[[], dt.datetime],
    ) -> None:
        super().__init__(connection, patience)
        self._identity = identity
        self._hub_oin = Oin.parse(hub_oin, "hub_oin") if hub_oin else None
        self._fetched_folder = Path(fetched) if fetched else None
        self._deadline = deadline
        self._now = now
        self._opened: tuple[FetchedMessages, InboxThread] | None = None
        self._under_way: set[asyncio.Task[Any]] = set()

    async def fetch(
        self,
        pupil: Pupil,
        *,
        accept: Accept,
        progress: Progress | None = None,
        **options: Unpack[FetchOptions],
    ) -> Fetched:
        """Fetch the dossier of a pupil from the school that has it; return what came of it.

        `pupil` is a `PupilNumber`, which nobody is told (see `pupil_number`), or the link
        key of an announcement. For `options` see `FetchOptions`. The delivery points of
        the school are asked in order, until one gives the dossier; of each the answer
        is in the result, and without a dossier the best of them is what the session is
        signed off with. `progress` gets the bytes that came and the bytes in all; each
        attempt begins at 0.

        `accept` gets a complete dossier in a thread, as `Las.accept` does: when it has
        returned, a receipt is signed. It may return what became of it, or raise
        `RefuseMessage`. A message is accepted once: after a crash `resume_fetched` goes on
        with it. What was accepted before and not signed off is signed off first. A dossier
        that holds the number of another pupil (see `is_of_another`) is refused for good,
        as `accept` would with `OTHER_PUPIL`, and does not get to it; without lxml (the extra
        `dossier`) nobody looks.

        Raises `Refused` if the hub refuses the session as a whole, such as with
        NOT_FOUND_EXCEEDED; `Unreachable`; `StorageError` for the keys, or the folder in
        which it is remembered; `ReceiptUntrusted`; `UsedAfterFork`; and what `accept`
        raises: then the dossier stays here, for `resume_fetched`.
        """
        self.link.require_usable()
        try:
            asked = wanted(pupil, options)
        except RuleRefused as refused:
            raise from_rule(refused, self.link.language) from None
        parts, resuming = await self._parts()
        await resuming.sign_off_left()
        key = await self._key(asked, options)
        request = asked.start_request()
        started = await self.call(lambda c: TransferServiceStub(c).StartTransfer, request)
        session = Session(
            parts=parts,
            wanted=asked,
            started=started,
            key=key,
            accept=accept,
            progress=progress or (lambda done, total: None),
        )
        with self.link.tracer.span("fetch"):
            fetched = await self._tracked(session.run())
        await self._report(fetched)
        return fetched

    async def resume_fetched(self, accept: Accept) -> list[FetchResumed]:
        """Go on with what was fetched and not signed off; return what came of each message.

        A message whose `accept` was interrupted is given to `accept` again, with
        `maybe_seen`. It is not compared again with the pupil, whose number is not known any
        more: that was done when it had come. Raises `StorageError`, and what `accept` raises.
        """
        self.link.require_usable()
        _, resuming = await self._parts()
        done = [
            await self._tracked(resuming.resume(each, accept))
            for each in await resuming.unfinished()
        ]
        return [each for each in done if each is not None]

    async def report_outcome(
        self, message_id: UUID | str, sender_oin: str, result: str, rules: Sequence[str] = ()
    ) -> traffic_pb.Delivery:
        """Say that a message we received is IMPORTED, REJECTED (for `rules`) or PENDING_PERSON.

        Raises as `outcomes.outcome_request` does, and `Refused`, `Unreachable`.
        """
        found = await self.delivery(str(message_id), sender_oin)
        material, hub_oin = self._identity.current(), await self.hub_oin()
        request = outcome_request(found, result, rules, material, hub_oin, self._now())
        return (await self.call(lambda c: TrafficServiceStub(c).ReportOutcome, request)).delivery

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
        """End the fetches under way, each with its session signed off, and the connection.

        In a fork of the process that opened it, nothing is closed.
        """
        if self.link.elsewhere:
            return
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._opened is not None:
            store, thread = self._opened
            await thread.run(store.close)
            thread.close()
            self._opened = None
        await self.link.close()

    async def _parts(self) -> tuple[Parts, Resuming]:
        hub_oin, (store, thread) = await self.hub_oin(), await self._open()
        signing_off = SigningOff(self, self._identity, self._now)
        keeping = Keeping(store, thread, self._identity, self._now, self.link.tracer, self.patience)
        parts = Parts(
            link=self.link,
            identity=self._identity,
            hub_oin=hub_oin,
            store=store,
            keeping=keeping,
            signing_off=signing_off,
            patience=self.patience,
            limit=MAX_PAYLOAD,
            within=self._deadline,
            now=self._now,
        )
        return parts, Resuming(store, thread, keeping, signing_off)

    async def _open(self) -> tuple[FetchedMessages, InboxThread]:
        if self._opened is None:
            folder = self._fetched_folder or default_fetched(self._identity.oin)
            thread = InboxThread()
            store = await thread.run(FetchedMessages, folder)
            await thread.run(store.forget, self._now())
            self._opened = store, thread
        return self._opened

    async def _key(self, asked: Wanted, options: FetchOptions) -> SearchKeys | UUID:
        """Return the link key, or what makes search keys of the number."""
        if isinstance(asked.pupil, UUID):
            return asked.pupil
        named = options.get("keys")
        folder = KeyFolder(Path(named)) if named else KeyFolder.default(self._identity.oin)
        material, hub_oin = self._identity.current(), await self.hub_oin()
        own = await own_key(
            folder,
            asked.system,
            material,
            hub_oin,
            self._now(),
            lambda request: self.call(lambda c: PartyServiceStub(c).ListSystemKeys, request),
        )
        return SearchKeys(number=asked.pupil, own=own, trust=material.paths, hub_oin=hub_oin)

    async def _tracked(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do the work as a task that `close` waits for."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await task

    async def _report(self, fetched: Fetched) -> None:
        became, receipt = fetched.became, fetched.receipt
        if became is None or receipt is None:
            return
        message_id = receipt.message_id
        try:
            await self.report_outcome(
                message_id, fetched.sender_oin, became.result.value, became.rules
            )
        except WisselError as error:
            _LOG.warning("outcome of %s is not reported; do it by hand: %s", message_id, error)
