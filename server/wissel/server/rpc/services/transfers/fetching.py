"""Fetching the dossier of a session, and signing off with a receipt for it."""

import hashlib
from uuid import UUID

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.delivery import Delivery
from wissel.routing.exchange.fetching.links import (
    check_fetch,
    link_digest,
    require_key_of_kind,
)
from wissel.routing.exchange.fetching.orders import Wish, key_bytes, optional_instant, parse_wish
from wissel.routing.exchange.fetching.transfers import Transfer, TransferResult, usable_by
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, RoutingKey
from wissel.server.courier.fetch.plan import Fetch
from wissel.server.courier.fetch.signing_off import Signed
from wissel.server.courier.message import SendingParty
from wissel.server.rpc.calls.call import Caller, Context, caller, current
from wissel.server.rpc.requests.backend import Backend, Fetches
from wissel.server.rpc.requests.parsing import choice, uuid
from wissel.server.rpc.services.transfers.named import session_named
from wissel.traffic.v1 import transfer_service_pb2 as pb


class Fetching:
    """Answers what is asked of the dossiers of sessions (design.md#fetching)."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def fetch(self, request: pb.FetchDossierRequest, context: Context) -> None:
        """Write a dossier to its requester.

        1. The session is the caller's, open, and not expired.
        2. Both ends are decided, with the requester as receiver.
        3. The key is a link key for a swv-dossier, and a search key otherwise
           (FIELD_REQUIRED). A link counts between these two (LINK_KEY_INVALID).
        4. It is the one that this session used first at this delivery point
           (SESSION_DEVIATES), and not too many led to no dossier
           (NOT_FOUND_EXCEEDED).

        The courier takes the other steps.
        """
        call, who, backend = current(), caller(), self._backend
        wish, session_id = _wish(request), session_named(request.session_id)
        key = RoutingKey.parse(request.source_routing_key, "source_routing_key")
        # 1.
        found = await backend.transfers.open_transfer(session_id)
        session = usable_by(found, who.oin, backend.clock())
        # 2.
        fetch = Fetch(
            session=session, source_routing_key=key, wish=wish, requester=self._requester(who)
        )
        planned = self._fetches.plan(fetch, context.time_remaining())
        # 3.
        require_key_of_kind(session.terms.kind, wish.key)
        if isinstance(wish.key, UUID):
            link = await backend.notifications.link(link_digest(wish.key))
            check_fetch(link, planned.order, backend.clock())
        # 4.
        digest = hashlib.sha256(key_bytes(wish.key)).digest()
        await backend.transfers.use_transfer_key(session, key, digest)
        timeline = backend.fetch_observer.timeline()
        try:
            await self._fetches.fetch(planned, context.write, timeline)
        except Refused as refused:
            if refused.reason is Reason.DOSSIER_NOT_FOUND:
                await backend.transfers.miss_transfer(session, key)
            raise
        finally:
            timeline.end()
            call.tell_delivery(timeline)
            backend.fetch_observer.ended(timeline)

    async def delivered(
        self, request: pb.SignOffTransferRequest, session_id: UUID
    ) -> dossier_pb2.Signed:
        """Take the receipt for what was fetched in a session; return the hub's.

        The session is the caller's and may be used, or was signed off with a receipt before.
        """
        sender_oin = Oin.parse(request.sender_oin, "sender_oin")
        message_id = uuid(request.message_id, "message_id")
        current().message_id = str(message_id)
        if request.result not in {"", TransferResult.TRANSFERRED}:
            raise Refused(Reason.FIELD_INVALID, field="result", expected="none beside a receipt")
        found = await self._backend.transfers.open_transfer(session_id)
        session = self._signable(found, caller().oin)
        signed = Signed(sender_oin=sender_oin, message_id=message_id, receipt=request.receipt)
        return _hub_receipt(await self._fetches.sign_off(session, signed))

    async def result_without_receipt(
        self, request: pb.SignOffTransferRequest, session_id: UUID
    ) -> TransferResult:
        """Return with which result a session is signed off without a receipt.

        A dossier that was transferred is signed for: FIELD_REQUIRED, unless this session
        was signed off with the receipt before.
        """
        result = choice(TransferResult, request.result, "result")
        if result is TransferResult.TRANSFERRED:
            found = await self._backend.transfers.find_transfer(session_id)
            session = self._signable(found, caller().oin)
            if session.result is not TransferResult.TRANSFERRED:
                raise Refused(Reason.FIELD_REQUIRED, field="receipt")
        return result

    def _signable(self, found: Transfer | None, requester: Oin) -> Transfer:
        signed_off = found is not None and found.result is TransferResult.TRANSFERRED
        if found is not None and signed_off and found.requester_oin == requester:
            return found
        return usable_by(found, requester, self._backend.clock())

    def _requester(self, who: Caller) -> SendingParty:
        backend = self._backend

        def recheck() -> None:
            backend.gates.peers.still_valid(who.peer, backend.follower.table.revoked)

        return SendingParty(asker=who.asker, recheck=recheck)

    @property
    def _fetches(self) -> Fetches:
        if self._backend.fetches is None:
            raise Refused(Reason.RECORD_UNAVAILABLE)
        return self._backend.fetches


def _wish(request: pb.FetchDossierRequest) -> Wish:
    return parse_wish(
        search_key=request.search_key,
        link_key=request.link_key,
        source_key_id=request.source_key_id,
        requester_key_id=request.requester_key_id,
        if_collected_after=optional_instant(request.if_collected_after),
        accepted_versions=tuple(request.accepted_versions),
    )


def _hub_receipt(delivery: Delivery) -> dossier_pb2.Signed:
    return dossier_pb2.Signed.FromString(delivery.result.hub_receipt if delivery.result else b"")
