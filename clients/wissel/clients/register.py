"""The register as a vendor calls it. The methods return messages of the contract."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from wissel.clients.addressing import organisation as named
from wissel.clients.addressing import route_query
from wissel.clients.sending.compose import account_pseudonym
from wissel.clients.transport.connection import Connection, Request, Response, Unary
from wissel.clients.transport.pages import Pages
from wissel.clients.transport.retry import Patience
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint_pb
from wissel.endpoint.v1.endpoint_service_pb2_grpc import EndpointServiceStub
from wissel.mandate.v1 import mandate_service_pb2 as mandate_pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.party.v1 import party_service_pb2 as party_pb
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.exchange.envelope import Kind
from wissel.traffic.v1 import route_service_pb2 as route_pb
from wissel.traffic.v1 import traffic_service_pb2 as traffic_pb
from wissel.traffic.v1 import transfer_service_pb2 as transfer_pb
from wissel.traffic.v1.route_service_pb2_grpc import RouteServiceStub
from wissel.traffic.v1.traffic_service_pb2_grpc import TrafficServiceStub
from wissel.traffic.v1.transfer_service_pb2_grpc import TransferServiceStub

PAGE: Final = 1000
Page = TypeVar(
    "Page",
    mandate_pb.ListMandatesResponse,
    endpoint_pb.ListEndpointsResponse,
    transfer_pb.ListDeliveryPointsResponse,
)


class AsyncRegister:
    """The calls of a vendor. Each raises `Refused` or `Unreachable`.

    Organisations are written as `99XA` or `PO9901`, in routes also as `99XA02`.
    Calls are retried for as long as `patience` says.
    """

    def __init__(self, connection: Connection, patience: Patience) -> None:
        self.link = connection
        self.patience = patience

    async def call(self, method: Unary[Request, Response], request: Request) -> Response:
        """Call any unary method: `hub.call(lambda c: PartyServiceStub(c).WhoAmI, request)`.

        A mutation without a `request_id` gets one, so that a retry is safe.
        """
        return await self.link.call(method, request, patience=self.patience)

    async def whoami(self) -> party_pb.WhoAmIResponse:
        """Return who the hub says that we are; allowed for any trusted certificate."""
        return await self.call(lambda c: PartyServiceStub(c).WhoAmI, party_pb.WhoAmIRequest())

    async def resolve(
        self, *, sender: str, receiver: str, service: str, **more: str
    ) -> route_pb.Route:
        """Return the route of one exchange.

        `sender` may also be an OIN. `more` are other fields of the request, as
        text: `receiver_vestiging`, `receiver_aanleverpunt`, `receiver_routing_key`,
        `service_version` (its namespace), `on_date` (`yyyy-mm-dd`).
        """
        query = route_query(sender=sender, receiver=receiver, service=service, **more)
        response = await self.call(lambda c: RouteServiceStub(c).ResolveRoute, query)
        return response.route

    async def explain(
        self, *, sender: str, receiver: str, service: str, vendor_oin: str = "", **more: str
    ) -> route_pb.ExplainRouteResponse:
        """Return each step of the decision on a route, also if it is refused.

        The arguments are those of `resolve`; an operator names the sending vendor
        by `vendor_oin`.
        """
        query = route_query(sender=sender, receiver=receiver, service=service, **more)
        request = route_pb.ExplainRouteRequest(query=query, vendor_oin=vendor_oin)
        return await self.call(lambda c: RouteServiceStub(c).ExplainRoute, request)

    async def mandates(
        self, organisation: str = "", *, service: str = "", include_ended: bool = False
    ) -> list[mandate_pb.Mandate]:
        """Return our mandates in order of id; all, or those of an organisation or service."""
        request = mandate_pb.ListMandatesRequest(
            page_size=PAGE,
            service=service,
            include_ended=include_ended,
            **named(organisation),
        )
        pages = self._pages(lambda c: MandateServiceStub(c).ListMandates, request)
        return [each async for page in pages for each in page.mandates]

    async def mandates_to_watch(self, service: str = "") -> tuple[list[mandate_pb.Mandate], str]:
        """Return our mandates, also ended ones, and the token to watch with from there on."""
        request = mandate_pb.ListMandatesRequest(
            page_size=PAGE, service=service, include_ended=True
        )
        mandates: list[mandate_pb.Mandate] = []
        token = ""
        async for page in self._pages(lambda c: MandateServiceStub(c).ListMandates, request):
            mandates += page.mandates
            token = page.resume_token
        return mandates, token

    async def mandate(self, mandate_id: str) -> mandate_pb.Mandate:
        """Return one mandate of ours."""
        request = mandate_pb.GetMandateRequest(mandate_id=mandate_id)
        return (await self.call(lambda c: MandateServiceStub(c).GetMandate, request)).mandate

    async def endpoints(
        self,
        organisation: str = "",
        *,
        service: str = "",
        mandate_id: str = "",
        include_ended: bool = False,
    ) -> list[endpoint_pb.Endpoint]:
        """Return our endpoints in order of id; all, or those of an organisation or service."""
        request = endpoint_pb.ListEndpointsRequest(
            page_size=PAGE,
            service=service,
            mandate_id=mandate_id,
            include_ended=include_ended,
            **named(organisation),
        )
        pages = self._pages(lambda c: EndpointServiceStub(c).ListEndpoints, request)
        return [each async for page in pages for each in page.endpoints]

    async def register_endpoint(
        self, request: endpoint_pb.RegisterEndpointRequest
    ) -> endpoint_pb.Endpoint:
        """Record where we receive messages under a mandate, and return the endpoint."""
        response = await self.call(lambda c: EndpointServiceStub(c).RegisterEndpoint, request)
        return response.endpoint

    async def register_endpoints(
        self,
        endpoints: Sequence[endpoint_pb.NewEndpoint],
        *,
        update: bool = False,
        reason: str = "",
    ) -> list[endpoint_pb.EndpointResult]:
        """Record up to 1,000 endpoints, each judged by itself; return what became of each.

        The same again changes nothing. With `update` those that are there otherwise become
        as they are described.
        """
        request = endpoint_pb.BatchRegisterEndpointsRequest(
            endpoints=endpoints, update_existing=update, reason=reason
        )
        done = await self.call(lambda c: EndpointServiceStub(c).BatchRegisterEndpoints, request)
        return list(done.results)

    async def suspend_endpoint(self, endpoint_id: str, reason: str = "") -> endpoint_pb.Endpoint:
        """Close an endpoint for traffic: messages for it are refused. Return the endpoint."""
        request = endpoint_pb.SuspendEndpointRequest(endpoint_id=endpoint_id, reason=reason)
        response = await self.call(lambda c: EndpointServiceStub(c).SuspendEndpoint, request)
        return response.endpoint

    async def resume_endpoint(self, endpoint_id: str, reason: str = "") -> endpoint_pb.Endpoint:
        """Open a suspended endpoint again, and return it."""
        request = endpoint_pb.ResumeEndpointRequest(endpoint_id=endpoint_id, reason=reason)
        response = await self.call(lambda c: EndpointServiceStub(c).ResumeEndpoint, request)
        return response.endpoint

    async def delivery(
        self, message_id: str, sender_oin: str = ""
    ) -> traffic_pb.GetDeliveryResponse:
        """Return the delivery of a message (UUID as text), with its receipts.

        It is one that we sent, or that came from `sender_oin`.
        """
        request = traffic_pb.GetDeliveryRequest(message_id=message_id, sender_oin=sender_oin)
        return await self.call(lambda c: TrafficServiceStub(c).GetDelivery, request)

    async def announce(  # noqa: PLR0913 - what is announced, and to whom
        self,
        *,
        source: str,
        source_routing_key: str,
        requester: str,
        requester_routing_key: str,
        kind: str = Kind.SWV,
        session_id: UUID | str = "",
        notification_id: UUID | str = "",
        initiator: str = "",
    ) -> transfer_pb.AnnounceNotificationResponse:
        """Have the hub tell a requester that our school `source` has something for it.

        For a `swv-dossier` the answer has the `link_key` under which it is to be given;
        any other kind is about the session in which it was asked in vain. Both routing
        keys are delivery points. The same `notification_id`, by default a new UUID, is
        the same announcement: its answer says how far it is. `initiator` is by default
        derived from the account of this process.
        """
        request = transfer_pb.AnnounceNotificationRequest(
            notification_id=str(notification_id or uuid4()),
            source_brin=source,
            source_routing_key=source_routing_key,
            requester=transfer_pb.Requester(routing_key=requester_routing_key, **named(requester)),
            overdrachtsoort=kind,
            initiator=initiator or account_pseudonym(),
            session_id=str(session_id),
        )
        return await self.call(lambda c: TransferServiceStub(c).AnnounceNotification, request)

    async def delivery_points(
        self, organisation: str = "", *, service: str = "", attribute: str = ""
    ) -> list[transfer_pb.OrganisationDeliveryPoint]:
        """Return where an organisation can be reached now; an operator may leave that out."""
        request = transfer_pb.ListDeliveryPointsRequest(
            page_size=PAGE, service=service, attribute=attribute, **named(organisation)
        )
        pages = self._pages(lambda c: TransferServiceStub(c).ListDeliveryPoints, request)
        return [each async for page in pages for each in page.delivery_points]

    async def _pages(self, method: Unary[Any, Page], request: Any) -> AsyncIterator[Page]:
        """Yield the pages of a list until the last."""
        pages = Pages()
        while True:
            page = await self.call(method, request)
            yield page
            request.page_token = pages.after(page)
            if not request.page_token:
                return
