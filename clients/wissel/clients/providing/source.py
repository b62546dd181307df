"""Provides dossiers: what `LasService.Provide` answers to the hub's orders (ADR 42)."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Final, TypeVar
from uuid import UUID, uuid4

from wissel.clients.errors import StorageError, WisselError
from wissel.clients.identity import Identity, Material
from wissel.clients.providing.finding import Choice, Wanted, find, secret_of
from wissel.clients.providing.headers import header_for
from wissel.clients.providing.hub_calls import Declined, HubCalls, HubPort
from wissel.clients.providing.preparing import Prepared
from wissel.clients.providing.rules import Asked, remembered_until
from wissel.clients.providing.storing.records import STATE_OF, RememberedRequest
from wissel.clients.providing.telling import tell
from wissel.clients.statements.system_keys import KeyFolder, OwnKey
from wissel.clients.transport.spans import Kind as SpanKind
from wissel.clients.transport.spans import Sent, Span, Tracer
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as pb
from wissel.routing.exchange.envelope import Kind, parse_message_id
from wissel.routing.exchange.fetching.orders import ProvideOrder, verify_order
from wissel.routing.exchange.fetching.search_keys import KeyOf
from wissel.routing.exchange.fetching.system_keys import KeyStatement
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Oin

Result = TypeVar("Result")
AT_ONCE: Final = 64
"""Orders that are worked on at the same time; a hub has as many transfers under way."""
CHUNK: Final = 512 * 1024
_THREADS: Final = 4
_LOOKS: Final = 3
"""How often a dossier is looked up anew when it was replaced just then."""
_AGAIN_SECONDS: Final = 30.0
_PROVIDE: Final = "wissel.las.v1.LasService/Provide"
_LOG: Final = logging.getLogger("wissel.las")


@dataclass(frozen=True, slots=True, kw_only=True)
class Providing:
    """What a LAS gives: the dossiers in `prepared`, which has its keys; `hub` is who is asked.

    `new_id` returns the id of a message.
    """

    prepared: Prepared
    hub: HubPort
    new_id: Callable[[], UUID] = uuid4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    own: OwnKey
    theirs: KeyStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    header: dossier_pb2.Signed
    file: IO[bytes]


class Source:
    """Answers the orders of one hub."""

    def __init__(
        self,
        providing: Providing,
        identity: Identity,
        hub_oin: Oin,
        now: Callable[[], dt.datetime],
        tracer: Tracer | None = None,
    ) -> None:
        if providing.prepared.keys is None:
            message = "a LAS provides with its own keys: give `Prepared` their folder"
            raise WisselError(message)
        self._prepared = providing.prepared
        self._keys: KeyFolder = providing.prepared.keys
        self._hub = providing.hub
        self._calls = HubCalls(providing.hub)
        self._new_id = providing.new_id
        self._identity = identity
        self._hub_oin = hub_oin
        self._now = now
        self._tracer = tracer or Tracer()
        self._under_way = 0
        self._threads = ThreadPoolExecutor(_THREADS, "wissel-providing")

    async def provide(
        self, signed: dossier_pb2.Signed, sent: Sent = ()
    ) -> AsyncGenerator[pb.ProvideResponse]:
        """Yield a header and the chunks of a dossier, or one refusal; `sent` is what came along.

        1. Not too many orders are under way: OVERLOADED.
        2. The order holds: see `orders.verify_order`.
        3. The hub knows it as a session (CheckTransfer), else its reason is the refusal.
        4. Of a search key both keys are there: one's own by its id, and the requester's as
           the requester signed it. Else the refusal is SYSTEM_KEY_INVALID.
        5. A dossier is found, and given to this requester: see `rules.refusal_of`. A
           request in vain is remembered.
        6. The header of this session is made, or is there, and the file is read.

        Raises `Refused`; SOURCE_FAILED for what may pass.
        """
        # 1.
        if self._under_way >= AT_ONCE:
            raise Refused(Reason.OVERLOADED)
        self._under_way += 1
        try:
            with self._tracer.span(_PROVIDE, SpanKind.SERVER, sent) as span:
                async for part in self._parts(signed, span):
                    yield part
        except (StorageError, OSError):
            _LOG.exception("prepared dossiers cannot be read")
            problem = "its storage cannot be used"
            raise Refused(
                Reason.SOURCE_FAILED, retry_after=_AGAIN_SECONDS, problem=problem
            ) from None
        finally:
            self._under_way -= 1

    async def tend(self, seconds: float) -> None:
        """Forget whose day is over, and tell whose request is answered, every `seconds`."""
        while True:
            try:
                await self._run(self._prepared.forget)
                await self._run(self._prepared.match)
                await tell(self._prepared, self._hub)
            except Exception:  # noqa: BLE001 - whatever it is, it is tried again
                _LOG.exception("prepared dossiers cannot be looked after")
            await asyncio.sleep(seconds)

    def close(self) -> None:
        """Wait for what is being read, and end the threads."""
        self._threads.shutdown()

    async def _parts(
        self, signed: dossier_pb2.Signed, span: Span
    ) -> AsyncGenerator[pb.ProvideResponse]:
        """Do the steps of `provide` from the second on."""
        material, now = self._identity.current(), self._now()
        # 2.
        order = verify_order(
            signed_of(signed),
            dossier_pb2.ProvideOrder,
            material.paths,
            hub_oin=self._hub_oin,
            source_oin=material.oin,
            now=now,
        )
        span.note(session_id=str(order.session_id))
        # 3. and 4.
        try:
            keys = await self._checked(order, material, now)
        except Declined as declined:
            _LOG.info("session %s: %s", order.session_id, declined.reason)
            span.note(reason=str(declined.reason))
            yield _refusal(declined.reason)
            return
        # 5. and 6.
        with ExitStack() as held:
            looking = asyncio.wrap_future(
                self._threads.submit(self._given, order, keys, material, now)
            )
            try:
                given = await asyncio.shield(looking)
            except asyncio.CancelledError:
                looking.add_done_callback(_let_go)
                raise
            if isinstance(given, Reason):
                _LOG.info("session %s: %s", order.session_id, given)
                span.note(reason=str(given))
                yield _refusal(given)
                return
            held.enter_context(given.file)
            yield pb.ProvideResponse(header=given.header)
            while data := await self._run(given.file.read, CHUNK):
                yield pb.ProvideResponse(chunk=dossier_pb2.Chunk(data=data))
            _LOG.info(
                "session %s: a dossier was given to %s", order.session_id, order.requester.place
            )

    async def _checked(
        self, order: ProvideOrder, material: Material, now: dt.datetime
    ) -> _Keys | None:
        """Return the keys that the search key was made with; None for a link key."""
        if isinstance(order.wish.key, UUID):
            await self._calls.check(order)
            return None
        own = await self._run(self._own_key, order.wish.source_key_id)
        _, theirs = await asyncio.gather(
            self._calls.check(order), self._calls.requester_key(order, material, now)
        )
        return _Keys(own=own, theirs=theirs)

    def _own_key(self, text: str) -> OwnKey:
        try:
            key = self._keys.get(parse_message_id(text, "source_key_id"))
        except (Refused, StorageError):
            raise Declined(Reason.SYSTEM_KEY_INVALID) from None
        if key.said.hub_oin != self._hub_oin:
            raise Declined(Reason.SYSTEM_KEY_INVALID)
        return key

    def _given(
        self, order: ProvideOrder, keys: _Keys | None, material: Material, now: dt.datetime
    ) -> _Given | Reason:
        """Return the dossier that is given, its file open, or why none is."""
        store, asked = self._prepared.store, _asked(order)
        wanted = _wanted(order, keys)
        for _ in range(_LOOKS):
            choice = find(store, wanted, asked, day_of(now))
            if choice.refusal in STATE_OF and keys is not None:
                self._remember(order, keys, choice, now)
                # What was prepared meanwhile has not seen this request.
                choice = find(store, wanted, asked, day_of(now))
            dossier = choice.dossier
            if choice.refusal is not None or dossier is None:
                return choice.refusal or Reason.DOSSIER_NOT_FOUND
            file = store.opened(dossier)
            if file is None:
                continue
            header = header_for(store.database, order, dossier, material, self._new_id(), now)
            if header is None:
                file.close()
                continue
            self._prepared.remembered.over(dossier, order)
            return _Given(header=header, file=file)
        raise Refused(Reason.SOURCE_FAILED, problem="the dossier is being replaced")

    def _remember(self, order: ProvideOrder, keys: _Keys, choice: Choice, now: dt.datetime) -> None:
        if order.kind is Kind.SWV or choice.refusal is None or isinstance(order.wish.key, UUID):
            return
        self._prepared.remembered.remember(
            RememberedRequest(
                session_id=order.session_id,
                source=order.source,
                requester_oin=order.requester_oin,
                requester=order.requester,
                kind=order.kind,
                asked=now,
                until=remembered_until(day_of(now)),
                state=STATE_OF[choice.refusal],
                search_key=order.wish.key,
                source_key_id=keys.own.said.key_id,
                requester_key_id=keys.theirs.key_id,
                requester_system=keys.theirs.system_id,
                requester_public_key=keys.theirs.public_key,
            )
        )

    async def _run(self, work: Callable[..., Result], *arguments: object) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, work, *arguments)


def _asked(order: ProvideOrder) -> Asked:
    return Asked(
        requester=order.requester,
        if_collected_after=order.wish.if_collected_after,
        accepted_versions=order.wish.accepted_versions,
    )


def _wanted(order: ProvideOrder, keys: _Keys | None) -> Wanted:
    secret = b""
    if keys is not None:
        theirs = KeyOf(system_id=keys.theirs.system_id, key_id=keys.theirs.key_id)
        secret = secret_of(keys.own, order.session_id, theirs, keys.theirs.public_key)
    return Wanted(source=order.source, kind=order.kind, key=order.wish.key, secret=secret)


def _refusal(reason: str) -> pb.ProvideResponse:
    return pb.ProvideResponse(refusal=pb.Refusal(reason=reason))


def _let_go(looking: "asyncio.Future[_Given | Reason]") -> None:
    """Close the file that was opened for a call that had gone by then."""
    if not looking.cancelled() and looking.exception() is None:
        given = looking.result()
        if isinstance(given, _Given):
            given.file.close()
