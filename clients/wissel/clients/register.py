"""What a vendor asks of the register, as methods. Answers are messages of the contract."""

from collections.abc import AsyncIterator
from typing import Any, Final, TypeVar

from wissel.clients.addressing import organisation as named
from wissel.clients.addressing import route_query
from wissel.clients.transport.connection import Connection, Request, Response, Unary
from wissel.clients.transport.retry import Patience
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint_pb
from wissel.endpoint.v1.endpoint_service_pb2_grpc import EndpointServiceStub
from wissel.mandate.v1 import mandate_service_pb2 as mandate_pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.party.v1 import party_service_pb2 as party_pb
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.traffic.v1 import route_service_pb2 as route_pb
from wissel.traffic.v1 import traffic_service_pb2 as traffic_pb
from wissel.traffic.v1.route_service_pb2_grpc import RouteServiceStub
from wissel.traffic.v1.traffic_service_pb2_grpc import TrafficServiceStub

PAGE: Final = 1000
Page = TypeVar("Page", mandate_pb.ListMandatesResponse, endpoint_pb.ListEndpointsResponse)


class AsyncRegister:
    """The calls of a vendor; each raises `Refused` or `Unreachable`.

    Organisations are written as people do: `99XA`, `99XA02`, `PO9901`.
    """

    def __init__(self, connection: Connection, patience: Patience) -> None:
        self.link = connection
        self.patience = patience

    async def call(self, method: Unary[Request, Response], request: Request) -> Response:
        """Call any unary method: `hub.call(lambda c: PartyServiceStub(c).WhoAmI, request)`."""
        return await self.link.call(method, request, patience=self.patience)

    async def whoami(self) -> party_pb.WhoAmIResponse:
        """Return how the hub sees us; any trusted certificate may ask."""
        return await self.call(lambda c: PartyServiceStub(c).WhoAmI, party_pb.WhoAmIRequest())

    async def resolve(
        self, *, sender: str, receiver: str, service: str, **more: str
    ) -> route_pb.Route:
        """Return the route of one exchange.

        `more`: `receiver_vestiging`, `receiver_aanleverpunt`, `receiver_routing_key`,
        `service_version`, `on_date` (`yyyy-mm-dd`).
        """
        query = route_query(sender=sender, receiver=receiver, service=service, **more)
        response = await self.call(lambda c: RouteServiceStub(c).ResolveRoute, query)
        return response.route

    async def explain(
        self, *, sender: str, receiver: str, service: str, vendor_oin: str = "", **more: str
    ) -> route_pb.ExplainRouteResponse:
        """Return every step of the same decision; `vendor_oin` for who explains for another."""
        query = route_query(sender=sender, receiver=receiver, service=service, **more)
        request = route_pb.ExplainRouteRequest(query=query, vendor_oin=vendor_oin)
        return await self.call(lambda c: RouteServiceStub(c).ExplainRoute, request)

    async def mandates(
        self, organisation: str = "", *, service: str = "", include_ended: bool = False
    ) -> list[mandate_pb.Mandate]:
        """Return our mandates, in order of id."""
        request = mandate_pb.ListMandatesRequest(
            page_size=PAGE,
            service=service,
            include_ended=include_ended,
            **named(organisation),
        )
        pages = self._pages(lambda c: MandateServiceStub(c).ListMandates, request)
        return [each async for page in pages for each in page.mandates]

    async def endpoints(
        self, organisation: str = "", *, service: str = "", include_ended: bool = False
    ) -> list[endpoint_pb.Endpoint]:
        """Return our endpoints, in order of id."""
        request = endpoint_pb.ListEndpointsRequest(
            page_size=PAGE,
            service=service,
            include_ended=include_ended,
            **named(organisation),
        )
        pages = self._pages(lambda c: EndpointServiceStub(c).ListEndpoints, request)
        return [each async for page in pages for each in page.endpoints]

    async def register_endpoint(
        self, request: endpoint_pb.RegisterEndpointRequest
    ) -> endpoint_pb.Endpoint:
        """Record where we receive under a mandate; safe to repeat with the same request_id."""
        response = await self.call(lambda c: EndpointServiceStub(c).RegisterEndpoint, request)
        return response.endpoint

    async def suspend_endpoint(self, endpoint_id: str, reason: str = "") -> endpoint_pb.Endpoint:
        """Close an endpoint for traffic: what is meant for it is refused."""
        request = endpoint_pb.SuspendEndpointRequest(endpoint_id=endpoint_id, reason=reason)
        response = await self.call(lambda c: EndpointServiceStub(c).SuspendEndpoint, request)
        return response.endpoint

    async def resume_endpoint(self, endpoint_id: str, reason: str = "") -> endpoint_pb.Endpoint:
        """Open it again."""
        request = endpoint_pb.ResumeEndpointRequest(endpoint_id=endpoint_id, reason=reason)
        response = await self.call(lambda c: EndpointServiceStub(c).ResumeEndpoint, request)
        return response.endpoint

    async def delivery(self, message_id: str) -> traffic_pb.GetDeliveryResponse:
        """Return what became of a message of ours, with its receipts."""
        request = traffic_pb.GetDeliveryRequest(message_id=message_id)
        return await self.call(lambda c: TrafficServiceStub(c).GetDelivery, request)

    async def _pages(self, method: Unary[Any, Page], request: Any) -> AsyncIterator[Page]:
        """Yield one page after the other, until the hub has no more."""
        while True:
            page = await self.call(method, request)
            yield page
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token
