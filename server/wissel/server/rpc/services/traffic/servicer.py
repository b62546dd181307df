"""TrafficService: forwarding messages, and what became of them."""

from collections.abc import AsyncIterator
from typing import Final

from wissel.routing.exchange.delivery import Known, ReducedDelivery, State, Wanted
from wissel.routing.exchange.messages import instant_of
from wissel.routing.exchange.outcome import OutcomeResult
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.forward import Courier
from wissel.server.courier.message import SendingParty
from wissel.server.courier.ports import Journal, Tables
from wissel.server.courier.streams.chunk_framing import ForwardRequest
from wissel.server.courier.timeline import DeliveryObserver
from wissel.server.identity.peer import Peers
from wissel.server.rpc.calls.call import Caller, Context, caller, current
from wissel.server.rpc.requests.paging import page_of
from wissel.server.rpc.requests.parsing import optional_choice, optional_oin, organisation, uuid
from wissel.server.rpc.requests.scoping import current_scope
from wissel.server.rpc.services.traffic.messages import (
    digested,
    receipts_of,
    reduced_message,
)
from wissel.server.rpc.services.traffic.outcomes import OVERDUE, Outcomes
from wissel.server.rpc.services.traffic.paging import parse_position, position_text
from wissel.traffic.v1 import traffic_service_pb2 as pb
from wissel.traffic.v1 import traffic_service_pb2_grpc as pb_grpc

_NO_REVISION: Final = 0  # deliveries are not facts: no revision of the register pins their lists


class TrafficServicer(pb_grpc.TrafficServiceServicer):
    """Forwards for vendors; tells sender, receiver and operators what became of a message."""

    def __init__(
        self,
        courier: Courier,
        journal: Journal,
        peers: Peers,
        follower: Tables,
        observer: DeliveryObserver,
        outcomes: Outcomes,
    ) -> None:
        self._courier = courier
        self._journal = journal
        self._peers = peers
        self._follower = follower
        self._observer = observer
        self._outcomes = outcomes

    async def ForwardEnvelope(
        self, request_iterator: AsyncIterator[ForwardRequest], context: Context
    ) -> pb.ForwardEnvelopeResponse:
        """Deliver a message and answer with both receipts."""
        call, who = current(), caller()

        def recheck() -> None:
            self._peers.still_valid(who.peer, self._follower.table.revoked)

        sender, timeline = SendingParty(asker=who.asker, recheck=recheck), self._observer.timeline()
        try:
            forwarded = await self._courier.forward(
                sender, request_iterator, context.time_remaining(), timeline
            )
            timeline.delivery, timeline.replayed = forwarded.delivery, forwarded.replayed
        finally:
            timeline.end()
            call.tell_delivery(timeline)
            self._observer.ended(timeline)
        order = forwarded.delivery.order
        call.revision = order.registry_revision
        hub_receipt, receiver_receipt = receipts_of(forwarded.delivery)
        return pb.ForwardEnvelopeResponse(
            message_id=str(order.message_id),
            hub_receipt=hub_receipt,
            receiver_receipt=receiver_receipt,
            routing_key=order.routing_key,
            replayed=forwarded.replayed,
        )

    async def GetDelivery(
        self, request: pb.GetDeliveryRequest, context: Context
    ) -> pb.GetDeliveryResponse:
        """Return what became of a message, to its sender, its receiver and operators."""
        who = caller()
        message_id = uuid(request.message_id, "message_id")
        current().message_id = str(message_id)
        sender_oin = optional_oin(request.sender_oin, "sender_oin") or who.oin
        delivery = await self._journal.find(sender_oin, message_id)
        if delivery is None or not (current_scope().operator or _concerns(delivery, who)):
            raise Refused(Reason.DELIVERY_NOT_FOUND, message_id=str(message_id))
        if isinstance(delivery, ReducedDelivery):
            return pb.GetDeliveryResponse(delivery=reduced_message(delivery))
        message, outcome = await self._outcomes.of(delivery)
        response = pb.GetDeliveryResponse(delivery=digested(message, delivery))
        if delivery.state is State.DELIVERED and _concerns(delivery, who):
            hub_receipt, receiver_receipt = receipts_of(delivery)
            response.hub_receipt.CopyFrom(hub_receipt)
            response.receiver_receipt.CopyFrom(receiver_receipt)
            if outcome is not None:
                response.outcome.ParseFromString(outcome.signed)
        return response

    async def ListDeliveries(
        self, request: pb.ListDeliveriesRequest, context: Context
    ) -> pb.ListDeliveriesResponse:
        """List messages, newest first: a vendor's own, an operator's all."""
        page = page_of(request)
        after = parse_position(page.after) if page.after else None
        wanted = self._wanted(request, caller())
        found = await self._journal.page(wanted, after=after, limit=page.size + 1)
        shown = found[: page.size]
        more = len(found) > page.size
        token = page.token(_NO_REVISION, position_text(shown[-1].position)) if more else ""
        return pb.ListDeliveriesResponse(
            deliveries=await self._outcomes.of_all(shown), next_page_token=token
        )

    async def ReportOutcome(
        self, request: pb.ReportOutcomeRequest, context: Context
    ) -> pb.ReportOutcomeResponse:
        """Keep what the receiver of a message says became of it."""
        delivery = await self._outcomes.report(request.outcome, caller().oin)
        current().message_id = delivery.message_id
        return pb.ReportOutcomeResponse(delivery=delivery)

    def _wanted(self, request: pb.ListDeliveriesRequest, who: Caller) -> Wanted:
        whose = organisation(request.organisation, "organisation") if request.organisation else ""
        overdue = request.outcome == OVERDUE
        outcome = "" if overdue else optional_choice(OutcomeResult, request.outcome, "outcome")
        return Wanted(
            party=None if current_scope().operator else who.oin,
            state=optional_choice(State, request.state, "state"),
            organisation=whose,
            start=instant_of(request.start_time, "start_time")
            if request.HasField("start_time")
            else None,
            end=instant_of(request.end_time, "end_time") if request.HasField("end_time") else None,
            outcome=outcome or "",
            silent_since=self._outcomes.silent_since() if overdue else None,
        )


def _concerns(known: Known, who: Caller) -> bool:
    """Whether a message is the caller's; of a reduced one the receiver is not known any more."""
    if isinstance(known, ReducedDelivery):
        return who.oin == known.sender_oin
    return who.oin in (known.order.sender_oin, known.order.receiver_oin)
