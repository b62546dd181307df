"""One session: its delivery points are asked one after the other, until one gives the dossier."""

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from wissel.clients.errors import Refused, WisselError
from wissel.clients.fetching.download import Asked, Download, Downloaded
from wissel.clients.fetching.keeping import Accept, Held, Keeping, refusal_of
from wissel.clients.fetching.keys import SearchKeys
from wissel.clients.fetching.results import Fetched, PointResult, result_of
from wissel.clients.fetching.same_pupil import holds_another, refuse_other
from wissel.clients.fetching.signing_off import SigningOff
from wissel.clients.fetching.wanted import Wanted
from wissel.clients.identity import Identity
from wissel.clients.received.fetched import Claim, FetchedMessages
from wissel.clients.sending.receipts import DeliveryReceipt
from wissel.clients.sending.transfer import Progress
from wissel.clients.transport.connection import Connection
from wissel.clients.transport.retry import Patience
from wissel.clients.transport.spans import Kind as SpanKind
from wissel.clients.transport.status_errors import from_rule
from wissel.routing.exchange.envelope import Address, parse_message_id
from wissel.routing.exchange.fetching.transfers import TransferResult, best
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, RoutingKey
from wissel.traffic.v1 import transfer_service_pb2 as pb

_FETCH: Final = "wissel.traffic.v1.TransferService/FetchDossier"
_OF_SESSION: Final = frozenset(
    {
        Reason.NOT_FOUND_EXCEEDED.value,
        Reason.SESSION_EXPIRED.value,
        Reason.SESSION_SIGNED_OFF.value,
        Reason.SESSION_UNKNOWN.value,
        Reason.MESSAGE_IN_PROGRESS.value,
    }
)
"""What no other delivery point of the session would answer otherwise."""
_GIVE_UP_SECONDS: Final = 5.0
_LOG: Final = logging.getLogger("wissel.fetching")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a session is fetched with; `limit` is the largest payload in bytes."""

    link: Connection
    identity: Identity
    hub_oin: Oin
    store: FetchedMessages
    keeping: Keeping
    signing_off: SigningOff
    patience: Patience
    limit: int
    within: dt.timedelta | None
    now: Callable[[], dt.datetime]


@dataclass(kw_only=True)
class Session:
    """A session that was started, and what came of it so far.

    `key` is the link key, or makes the search keys of the pupil.
    """

    parts: Parts
    wanted: Wanted
    started: pb.StartTransferResponse
    key: SearchKeys | UUID = field(repr=False)
    accept: Accept
    progress: Progress
    points: list[PointResult] = field(default_factory=list)
    ended: bool = False

    @property
    def session_id(self) -> UUID:
        """The id of the session."""
        return parse_message_id(self.started.session_id, "session_id")

    async def run(self) -> Fetched:
        """Ask each delivery point until one gives the dossier, and sign the session off.

        Whatever is raised, the session is signed off as FAILED if that can be done,
        unless a dossier is here that still has to be accepted or signed for.
        """
        try:
            for point in self.started.delivery_points:
                done = await self._ask(point)
                if done is not None:
                    return done
            return await self._without()
        except BaseException:
            await self._give_up()
            raise

    async def _ask(self, point: pb.DeliveryPoint) -> Fetched | None:
        """Ask one delivery point; return what came of the session if it gave the dossier."""
        try:
            with self.parts.store.claim() as claim:
                downloaded = await self._downloaded(point, claim)
                return await self._owned(self._finish(point, downloaded, claim))
        except RuleRefused as refused:
            error = from_rule(refused, self.parts.link.language)
        except Refused as refused:
            error = refused
        if error.reason in _OF_SESSION:
            raise error
        self._note(point, result_of(error), error)
        return None

    async def _downloaded(self, point: pb.DeliveryPoint, claim: Claim) -> Downloaded:
        parts, request = self.parts, self._request(point)
        download = Download(
            link=parts.link,
            asked=self._asked(point),
            request=request,
            limit=parts.limit,
            within=parts.within,
            now=parts.now,
            progress=self.progress,
        )

        async def once() -> Downloaded:
            claim.path.unlink(missing_ok=True)
            with parts.link.tracer.span(_FETCH, SpanKind.CLIENT) as span:
                done = await download.attempt(claim.path, parts.identity.current())
                header = done.accepted.header
                span.note(message_id=str(header.context.message_id), bytes=header.payload_size)
                return done

        return await parts.patience.insist(once)

    async def _finish(
        self, point: pb.DeliveryPoint, downloaded: Downloaded, claim: Claim
    ) -> Fetched:
        """Hand the dossier over, and sign for it; refuse one of another pupil for good."""
        parts, accepted = self.parts, downloaded.accepted
        # Before anything is recorded of it: what `resume` accepts has passed this.
        accept = await self._accepting(claim)
        self.ended = True  # from here on `resume` goes on with it
        opening = downloaded.opening
        held = await parts.keeping.keep(claim, opening, accepted, self.session_id, accept)
        if held.receipt is None:
            self.ended = False
            raise refusal_of(held)
        receipt = await parts.signing_off.with_receipt(self.session_id, accepted, held.receipt)
        await parts.keeping.ended(accepted.key)
        self._note(point, TransferResult.TRANSFERRED, None)
        return self._fetched(held, receipt)

    async def _accepting(self, claim: Claim) -> Accept:
        """Return what takes the dossier: what refuses it, if it is of another pupil."""
        pupil = self.wanted.pupil
        if isinstance(pupil, UUID):  # a swv-dossier has no number
            return self.accept
        other = await asyncio.to_thread(holds_another, claim.path, pupil)
        return refuse_other if other else self.accept

    async def _owned(self, work: Coroutine[Any, Any, Fetched]) -> Fetched:
        """Do the work to its end, also if this call is cancelled meanwhile."""
        task = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise

    async def _without(self) -> Fetched:
        result = best({each.result for each in self.points} or {TransferResult.FAILED})
        self.ended = True
        await self._sign_off(result)
        return Fetched(session_id=self.session_id, result=result, points=tuple(self.points))

    async def _give_up(self) -> None:
        if not self.ended:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GIVE_UP_SECONDS):
                    await self._sign_off(TransferResult.FAILED)

    async def _sign_off(self, result: TransferResult) -> None:
        try:
            await self.parts.signing_off.without(self.session_id, result)
        except WisselError as error:  # it expires by itself
            _LOG.warning("session %s is not signed off: %s", self.session_id, error)

    def _request(self, point: pb.DeliveryPoint) -> pb.FetchDossierRequest:
        wanted = self.wanted
        request = pb.FetchDossierRequest(
            session_id=self.started.session_id,
            source_routing_key=point.routing_key,
            accepted_versions=wanted.accepted_versions,
        )
        if wanted.if_collected_after is not None:
            request.if_collected_after.FromDatetime(wanted.if_collected_after)
        if isinstance(self.key, UUID):
            request.link_key = str(self.key)
        else:
            key = self.key.of_point(point, self.session_id, self.started.keys, self.parts.now())
            request.search_key = key.search_key
            request.source_key_id = key.source_key_id
            request.requester_key_id = key.requester_key_id
        return request

    def _asked(self, point: pb.DeliveryPoint) -> Asked:
        wanted = self.wanted
        return Asked(
            hub_oin=self.parts.hub_oin,
            session_id=self.session_id,
            source_oin=Oin.parse(point.system_oin, "system_oin"),
            source=Address(
                organisation=wanted.source,
                routing_key=RoutingKey.parse(point.routing_key, "routing_key"),
            ),
            requester_oin=self.parts.identity.oin,
            requester=wanted.requester,
            kind=wanted.kind,
        )

    def _note(self, point: pb.DeliveryPoint, result: TransferResult, error: Refused | None) -> None:
        self.points.append(
            PointResult(
                routing_key=point.routing_key,
                vestiging=point.vestiging,
                aanleverpunt=point.aanleverpunt,
                system_id=point.system_id,
                system_oin=point.system_oin,
                result=result,
                error=error,
            )
        )

    def _fetched(self, held: Held, receipt: DeliveryReceipt) -> Fetched:
        return Fetched(
            session_id=self.session_id,
            result=TransferResult.TRANSFERRED,
            points=tuple(self.points),
            receipt=receipt,
            sender_oin=held.accepted.key.sender_oin,
            became=held.became,
        )
