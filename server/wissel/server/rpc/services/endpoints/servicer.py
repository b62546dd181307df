"""EndpointService."""

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar
from uuid import UUID

from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.endpoint.v1 import endpoint_service_pb2_grpc as pb_grpc
from wissel.routing.facts import Attribute, DeliveryContract, Endpoint, Mandate
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import parse_optional_day
from wissel.routing.values.identifiers import Aanleverpunt, Namespace, RoutingKey, ServiceCode
from wissel.server.courier.reachability.observation import Observation
from wissel.server.registry import commands, endpoints
from wissel.server.registry.finding import get_endpoint, get_service
from wissel.server.registry.ports import Snapshot, Transaction, Where
from wissel.server.registry.rules.mandates import has_ended
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import Mutation, mutate
from wissel.server.rpc.requests.paging import list_page, page_of
from wissel.server.rpc.requests.parsing import (
    moment,
    optional,
    optional_choice,
    optional_organisation,
    required,
    uuid,
)
from wissel.server.rpc.requests.reachability_messages import observation_of
from wissel.server.rpc.requests.scoping import current_scope, scope_in
from wissel.server.rpc.services.endpoints.lookup import lookup
from wissel.server.rpc.services.endpoints.messages import endpoint_message

A = TypeVar(
    "A",
    pb.RegisterEndpointResponse,
    pb.EndEndpointResponse,
    pb.SuspendEndpointResponse,
    pb.ResumeEndpointResponse,
)
MOST_ATTEMPTS: Final = 100
MOST_SECONDS: Final = 30 * 24 * 3600  # an envelope does not live longer than 30 days


class EndpointServicer(pb_grpc.EndpointServiceServicer):
    """Endpoints: registering, ending, suspending, and looking up where a school receives."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def RegisterEndpoint(
        self, request: pb.RegisterEndpointRequest, context: object
    ) -> pb.RegisterEndpointResponse:
        """Record where a mandated vendor receives messages."""
        command = _registration(request)
        scope = current_scope()

        return await self._change(
            request,
            pb.RegisterEndpointResponse,
            lambda transaction: endpoints.register_endpoint(
                transaction, command, scope, self._backend.new_id
            ),
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
            lambda transaction: endpoints.end_endpoint(transaction, command, scope),
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
            lambda transaction: endpoints.suspend_endpoint(transaction, command, scope),
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
            lambda transaction: endpoints.resume_endpoint(transaction, command, scope),
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
        keep = None if request.include_ended else lambda one: not has_ended(one, today)
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

    async def _messages(
        self, snapshot: Snapshot, found: Iterable[Endpoint], today: dt.date
    ) -> list[pb.Endpoint]:
        """Return endpoints as they are answered; their status depends on their mandates."""
        mandates: dict[UUID, Mandate | None] = {}
        messages = []
        for endpoint in found:
            mandate_id = endpoint.mandate_id
            if mandate_id not in mandates:
                mandates[mandate_id] = await snapshot.get(Mandate, str(mandate_id))
            messages.append(
                endpoint_message(endpoint, mandates[mandate_id], today, self._observation)
            )
        return messages

    def _observation(self, endpoint: Endpoint) -> Observation | None:
        table, reachability = self._backend.follower.table, self._backend.reachability
        return observation_of(reachability, table, endpoint.url, endpoint.system_id)


def _registration(request: pb.RegisterEndpointRequest) -> commands.RegisterEndpoint:
    contract = request.delivery_contract if request.HasField("delivery_contract") else None
    return commands.RegisterEndpoint(
        mandate_id=uuid(request.mandate_id, "mandate_id"),
        routing_key=RoutingKey.parse(request.routing_key, "routing_key"),
        url=required(request.url, "url"),
        version=optional(Namespace, request.service_version, "service_version"),
        vestiging=request.vestiging,
        aanleverpunt=optional(Aanleverpunt, request.aanleverpunt, "aanleverpunt"),
        attribute=optional_choice(Attribute, request.attribute, "attribute"),
        start=parse_optional_day(request.start_date, "start_date"),
        end=parse_optional_day(request.end_date, "end_date"),
        contract=_contract(contract) if contract is not None else DeliveryContract(),
    )


def _contract(message: pb.DeliveryContract) -> DeliveryContract:
    """Return a delivery contract; absent values take the defaults of the contract (.proto)."""
    default = DeliveryContract()
    if message.max_attempts > MOST_ATTEMPTS:
        raise Refused(
            Reason.FIELD_INVALID,
            field="delivery_contract.max_attempts",
            expected=f"at most {MOST_ATTEMPTS}",
        )
    return DeliveryContract(
        max_payload_bytes=message.max_payload_bytes,
        max_attempts=message.max_attempts or default.max_attempts,
        retry_seconds=_seconds(message, "retry_interval", default.retry_seconds),
        persist_seconds=_seconds(message, "persist_duration", default.persist_seconds),
    )


def _seconds(message: pb.DeliveryContract, name: str, default: int) -> int:
    if not message.HasField(name):  # type: ignore[arg-type]  # the stub wants literals
        return default
    seconds: int = getattr(message, name).seconds
    if not 0 < seconds <= MOST_SECONDS:
        raise Refused(
            Reason.FIELD_INVALID,
            field=f"delivery_contract.{name}",
            expected=f"1 to {MOST_SECONDS} seconds",
        )
    return seconds
