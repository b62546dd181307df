"""EndpointService."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import TypeVar

from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.routing.facts import Endpoint
from wissel.routing.values.identifiers import ServiceCode
from wissel.server.registry import commands
from wissel.server.registry.endpoints import changing, registering
from wissel.server.registry.finding import get_endpoint, get_service
from wissel.server.registry.ports import Snapshot, Transaction, Where
from wissel.server.registry.rules.mandates import has_ended
from wissel.server.rpc.requests.mutation import Mutation, mutate
from wissel.server.rpc.requests.paging import list_page, page_of
from wissel.server.rpc.requests.parsing import (
    moment,
    optional,
    optional_organisation,
    uuid,
)
from wissel.server.rpc.requests.scoping import current_scope, scope_in
from wissel.server.rpc.services.endpoints.lookup import lookup
from wissel.server.rpc.services.endpoints.requests import change, registration
from wissel.server.rpc.services.endpoints.several import SeveralEndpoints

A = TypeVar(
    "A",
    pb.RegisterEndpointResponse,
    pb.UpdateEndpointResponse,
    pb.EndEndpointResponse,
    pb.SuspendEndpointResponse,
    pb.ResumeEndpointResponse,
    pb.ApproveDeliveryPointResponse,
)


class EndpointServicer(SeveralEndpoints):
    """Endpoints: registering, changing, approving, and looking up where a school receives."""

    async def RegisterEndpoint(
        self, request: pb.RegisterEndpointRequest, context: object
    ) -> pb.RegisterEndpointResponse:
        """Record where a mandated vendor receives messages."""
        command = registration(request)
        scope = current_scope()

        return await self._change(
            request,
            pb.RegisterEndpointResponse,
            lambda transaction: registering.register_endpoint(
                transaction, command, scope, self._backend.new_id
            ),
        )

    async def UpdateEndpoint(
        self, request: pb.UpdateEndpointRequest, context: object
    ) -> pb.UpdateEndpointResponse:
        """Change address, place, days or contract of an endpoint."""
        command = change(request)
        scope = current_scope()

        return await self._change(
            request,
            pb.UpdateEndpointResponse,
            lambda transaction: changing.update_endpoint(transaction, command, scope),
        )

    async def EndEndpoint(
        self, request: pb.EndEndpointRequest, context: object
    ) -> pb.EndEndpointResponse:
        """End an endpoint after a day, or immediately."""
        command = commands.EndEndpoint(
            endpoint_id=uuid(request.endpoint_id, "endpoint_id"),
            end=moment(request),
            etag=request.etag,
        )
        scope = current_scope()

        return await self._change(
            request,
            pb.EndEndpointResponse,
            lambda transaction: changing.end_endpoint(transaction, command, scope),
        )

    async def SuspendEndpoint(
        self, request: pb.SuspendEndpointRequest, context: object
    ) -> pb.SuspendEndpointResponse:
        """Suspend an endpoint."""
        command = commands.SuspendEndpoint(
            endpoint_id=uuid(request.endpoint_id, "endpoint_id"), etag=request.etag
        )
        scope = current_scope()

        return await self._change(
            request,
            pb.SuspendEndpointResponse,
            lambda transaction: changing.suspend_endpoint(transaction, command, scope),
        )

    async def ResumeEndpoint(
        self, request: pb.ResumeEndpointRequest, context: object
    ) -> pb.ResumeEndpointResponse:
        """Resume a suspended endpoint."""
        command = commands.ResumeEndpoint(
            endpoint_id=uuid(request.endpoint_id, "endpoint_id"), etag=request.etag
        )
        scope = current_scope()

        return await self._change(
            request,
            pb.ResumeEndpointResponse,
            lambda transaction: changing.resume_endpoint(transaction, command, scope),
        )

    async def ApproveDeliveryPoint(
        self, request: pb.ApproveDeliveryPointRequest, context: object
    ) -> pb.ApproveDeliveryPointResponse:
        """Let an extra aanleverpunt into routes."""
        command = commands.ApproveDeliveryPoint(
            endpoint_id=uuid(request.endpoint_id, "endpoint_id"), etag=request.etag
        )
        scope = current_scope()

        return await self._change(
            request,
            pb.ApproveDeliveryPointResponse,
            lambda transaction: changing.approve_delivery_point(transaction, command, scope),
        )

    async def _change(
        self,
        request: Mutation,
        answer: type[A],
        change: Callable[[Transaction], Awaitable[Endpoint]],
    ) -> A:
        """Make a change to an endpoint, and return the answer that holds it."""

        async def work(transaction: Transaction) -> A:
            endpoint = await change(transaction)
            message = await self._message(transaction, endpoint, transaction.today)
            return answer(endpoint=message)

        return await mutate(self._backend, request, answer, work)

    async def SuggestRoutingKey(
        self, request: pb.SuggestRoutingKeyRequest, context: object
    ) -> pb.SuggestRoutingKeyResponse:
        """Return a routing key that is free."""
        mandate_id = uuid(request.mandate_id, "mandate_id")
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            key = await registering.suggest_routing_key(snapshot, mandate_id, current_scope())
        return pb.SuggestRoutingKeyResponse(routing_key=key)

    async def GetEndpoint(
        self, request: pb.GetEndpointRequest, context: object
    ) -> pb.GetEndpointResponse:
        """Return one endpoint within the caller's scope."""
        endpoint_id = uuid(request.endpoint_id, "endpoint_id")
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            endpoint = await get_endpoint(snapshot, endpoint_id, await scope_in(snapshot))
            message = await self._message(snapshot, endpoint, self._backend.today())
        return pb.GetEndpointResponse(endpoint=message)

    async def ListEndpoints(
        self, request: pb.ListEndpointsRequest, context: object
    ) -> pb.ListEndpointsResponse:
        """List endpoints in order of id: a vendor's or person's own, an operator's all."""
        page = page_of(request)
        receiver = optional_organisation(request.brin, request.swv)
        code = optional(ServiceCode, request.service, "service")
        mandate_id = uuid(request.mandate_id, "mandate_id") if request.mandate_id else None
        await self._backend.at(request)
        today = self._backend.today()
        ended, waiting = request.include_ended, request.awaiting_approval_only

        def keep(each: Endpoint) -> bool:
            return (ended or not has_ended(each, today)) and (each.unapproved or not waiting)

        async with self._backend.snapshot() as snapshot:
            scope = await scope_in(snapshot)
            where: dict[str, Where] = dict(scope.where(organisation=receiver))
            if code:
                where["service"] = (await get_service(snapshot, code)).code
            if mandate_id:
                where["mandate_id"] = str(mandate_id)
            found, token = await list_page(snapshot, Endpoint, page, where, keep=keep)
            messages = await self._messages(snapshot, found, today)
        return pb.ListEndpointsResponse(endpoints=messages, next_page_token=token)

    async def LookupEndpoints(
        self, request: pb.LookupEndpointsRequest, context: object
    ) -> pb.LookupEndpointsResponse:
        """Return where a school receives; any party may know."""
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            entries = await lookup(snapshot, request, self._backend.today())
            revision = snapshot.revision
        return pb.LookupEndpointsResponse(endpoints=entries, registry_revision=revision)

    async def _message(self, snapshot: Snapshot, endpoint: Endpoint, today: dt.date) -> pb.Endpoint:
        return (await self._messages(snapshot, [endpoint], today))[0]
