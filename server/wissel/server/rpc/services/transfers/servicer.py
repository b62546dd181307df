"""TransferService: sessions of prepare and fetch."""

import datetime as dt
from collections.abc import Collection

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.deciding.audience import refused_by, refused_for
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Refusal
from wissel.routing.deciding.delivery_points import delivery_points, only_provides
from wissel.routing.deciding.query import Asker, Query, Selection
from wissel.routing.exchange.envelope import parse_initiator
from wissel.routing.exchange.fetching.transfers import Terms, TransferResult, check_transfer, start
from wissel.routing.exchange.kinds import SERVICE_OF_KIND, require_relation
from wissel.routing.facts import EVERY_SECTOR, Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.table.views import EndpointView
from wissel.routing.values.identifiers import RoutingKey, SystemId
from wissel.server.courier.wire import signed_in
from wissel.server.registry.parties.system_keys import keys_of
from wissel.server.rpc.calls.call import Context, caller, current
from wissel.server.rpc.requests.backend import STARTED, Backend
from wissel.server.rpc.requests.parsing import day_text, optional
from wissel.server.rpc.services.transfers.announcing import Announcing
from wissel.server.rpc.services.transfers.fetching import Fetching
from wissel.server.rpc.services.transfers.named import note_session, session_named
from wissel.server.rpc.services.transfers.points import page_of_points, point_message
from wissel.server.rpc.services.transfers.terms import terms_of
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1 import transfer_service_pb2_grpc as pb_grpc


class TransferServicer(pb_grpc.TransferServiceServicer):
    """Starts, checks and ends sessions (design.md#transfers), and fetches in them."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._fetching = Fetching(backend)
        self._announcing = Announcing(backend)

    async def StartTransfer(
        self, request: pb.StartTransferRequest, context: object
    ) -> pb.StartTransferResponse:
        """Begin a session, and tell where the dossier can be fetched.

        1. The kind fits source and requester: RELATION_INVALID.
        2. The requester could receive the dossier: a route leads to its routing
           key, and that is an endpoint of the caller (DELIVERY_POINT_UNKNOWN).
        3. The source has active delivery points, and the one that is asked for is
           among them (DELIVERY_POINT_UNKNOWN).
        4. The session is kept: TRANSFERS_EXCEEDED.
        """
        table, terms, today = current().table, terms_of(request), self._backend.today()
        initiator = parse_initiator(request.initiator, "initiator")
        wanted = optional(RoutingKey, request.source_routing_key, "source_routing_key")
        # 1.
        require_relation(terms.kind, terms.source, terms.requester)
        # 2.
        self._require_own(table, terms)
        # 3.
        points = self._points(table, terms)
        if wanted is not None:
            points = [each for each in points if each.routing_key == wanted]
            if not points:
                raise Refused(Reason.DELIVERY_POINT_UNKNOWN, routing_key=wanted)
        keys = await self._keys(points)
        # 4.
        session = start(
            self._backend.new_id(), caller().oin, terms, initiator, self._backend.clock()
        )
        note_session(session.session_id)
        await self._backend.transfers.start_transfer(session)
        self._backend.fetch_observer.session(STARTED)
        response = pb.StartTransferResponse(
            session_id=str(session.session_id),
            delivery_points=[_point_message(each, table, today) for each in points],
            keys=keys,
        )
        response.expire_time.FromDatetime(session.expires)
        return response

    async def CheckTransfer(
        self, request: pb.CheckTransferRequest, context: object
    ) -> pb.CheckTransferResponse:
        """Say whether what a source was asked for is a session: see `transfers.check_transfer`.

        Before that, the delivery point that was asked is an active one of the caller:
        DELIVERY_POINT_UNKNOWN.
        """
        table, terms = current().table, terms_of(request)
        asked = RoutingKey.parse(request.source_routing_key, "source_routing_key")
        own = caller().asker.system_ids
        points = self._points(table, terms)
        if not any(each.routing_key == asked and _system(each) in own for each in points):
            raise Refused(Reason.DELIVERY_POINT_UNKNOWN, routing_key=asked)
        found = await self._backend.transfers.find_transfer(session_named(request.session_id))
        session = check_transfer(found, terms, self._backend.clock())
        view = table.organisation(terms.requester)
        sectors = sorted(view.sectors) if view and view.sectors != EVERY_SECTOR else []
        response = pb.CheckTransferResponse(
            requester_sectors=sectors,
            requester_oin=session.requester_oin,
            initiator=session.initiator,
            not_found=await self._backend.transfers.transfer_misses(session),
        )
        response.expire_time.FromDatetime(session.expires)
        return response

    async def FetchDossier(  # type: ignore[override] # it writes to its context
        self, request: pb.FetchDossierRequest, context: Context
    ) -> None:
        """Fetch the dossier of a session: see `Fetching.fetch`."""
        await self._fetching.fetch(request, context)

    async def SignOffTransfer(
        self, request: pb.SignOffTransferRequest, context: object
    ) -> pb.SignOffTransferResponse:
        """End a session of the caller: with a receipt see `Fetching.delivered`.

        Without one see `Fetching.result_without_receipt` and `transfers.sign_off`.
        """
        session_id = session_named(request.session_id)
        if request.HasField("receipt"):
            receipt = await self._fetching.delivered(request, session_id)
            self._backend.fetch_observer.session(TransferResult.TRANSFERRED)
            return pb.SignOffTransferResponse(
                session_id=str(session_id),
                result=TransferResult.TRANSFERRED,
                hub_receipt=receipt,
            )
        result = await self._fetching.result_without_receipt(request, session_id)
        ended = await self._backend.transfers.sign_off_transfer(
            session_id, caller().oin, result, self._backend.clock()
        )
        self._backend.fetch_observer.session(result)
        return pb.SignOffTransferResponse(session_id=str(session_id), result=ended.result or "")

    async def AnnounceNotification(
        self, request: pb.AnnounceNotificationRequest, context: object
    ) -> pb.AnnounceNotificationResponse:
        """Have a requester told what there is to fetch: see `Announcing.announce`."""
        return await self._announcing.announce(request)

    async def ListDeliveryPoints(
        self, request: pb.ListDeliveryPointsRequest, context: object
    ) -> pb.ListDeliveryPointsResponse:
        """List the active delivery points of an organisation: see `points.page_of_points`."""
        return page_of_points(request, current().table, caller(), self._backend.today())

    def _require_own(self, table: Table, terms: Terms) -> None:
        """Demand that the requester's routing key leads to a system of the caller."""
        asker, today = caller().asker, self._backend.today()
        query = Query(
            asker=Asker(oin=asker.oin, role=Role.CHAIN_PARTNER),  # the requester's side alone
            sender=terms.source,
            receiver=terms.requester,
            service=SERVICE_OF_KIND[terms.kind],
            selection=Selection(routing_key=terms.requester_routing_key),
        )
        decision = decide(table, query, today)
        if isinstance(decision, Refusal):
            raise refused_for(asker, decision, table, query, today)
        if decision.receiver.system_id not in asker.system_ids:
            raise Refused(Reason.DELIVERY_POINT_UNKNOWN, routing_key=terms.requester_routing_key)

    async def _keys(self, points: Collection[EndpointView]) -> list[dossier_pb2.Signed]:
        """Return the keys of the systems of delivery points that may be used now."""
        systems, now = {_system(each) for each in points}, self._backend.clock()
        async with self._backend.snapshot() as snapshot:
            keys = await keys_of(snapshot, now, systems=systems)
        return [signed_in(each.statement) for each in keys]

    def _points(self, table: Table, terms: Terms) -> list[EndpointView]:
        service = SERVICE_OF_KIND[terms.kind]
        points = delivery_points(table, terms.source, service, self._backend.today())
        if isinstance(points, Refusal):
            raise refused_by(points)
        return points


def _system(point: EndpointView) -> SystemId:
    return point.mandate.system_id


def _point_message(point: EndpointView, table: Table, today: dt.date) -> pb.DeliveryPoint:
    """Return a delivery point with the system that it leads to."""
    system = table.system(_system(point))
    until = point.mandate.provides_until if only_provides(point, today) else None
    message = point_message(point)
    message.system_id = _system(point)
    message.system_oin = system.acting_oin if system else ""
    message.provides_until_date = day_text(until)
    return message
