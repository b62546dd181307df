"""BatchRegisterEndpoints: up to a thousand endpoints, each judged by itself."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Final

from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.endpoint.v1 import endpoint_service_pb2_grpc as pb_grpc
from wissel.routing.facts import Endpoint
from wissel.routing.refusals.catalogue import describe
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.reachability.observation import Observation
from wissel.server.registry.commands import RegisterEndpoint
from wissel.server.registry.endpoints.registering import Outcome, Result, register_endpoints
from wissel.server.registry.ports import Snapshot, Transaction
from wissel.server.rpc.calls.call import current
from wissel.server.rpc.calls.sharing.turns import Turns
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import mutate
from wissel.server.rpc.requests.parsing import few
from wissel.server.rpc.requests.reachability_messages import observation_of
from wissel.server.rpc.requests.scoping import current_scope
from wissel.server.rpc.services.endpoints.messages import endpoint_messages
from wissel.server.rpc.services.endpoints.requests import registration

MOST: Final = 1000
"""How many endpoints one request registers."""
_AT_ONCE: Final = 100
"""After so many endpoints others go first."""


class SeveralEndpoints(pb_grpc.EndpointServiceServicer):
    """Registering many endpoints at once."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._turns = Turns()

    async def BatchRegisterEndpoints(
        self, request: pb.BatchRegisterEndpointsRequest, context: object
    ) -> pb.BatchRegisterEndpointsResponse:
        """Record what is right of several endpoints, and say of each what became of it."""
        if not request.endpoints:
            raise Refused(Reason.FIELD_REQUIRED, field="endpoints")
        few(request.endpoints, MOST, "endpoints")
        async with self._turns.of(current().admitted.oin):
            return await self._register(request)

    async def _register(
        self, request: pb.BatchRegisterEndpointsRequest
    ) -> pb.BatchRegisterEndpointsResponse:
        items = []
        for number, each in enumerate(request.endpoints, 1):
            items.append(_parsed(each))
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        scope = current_scope()

        async def work(transaction: Transaction) -> pb.BatchRegisterEndpointsResponse:
            results = await register_endpoints(
                transaction, items, scope, self._backend.new_id, update=request.update_existing
            )
            standing = [each.endpoint for each in results if each.endpoint is not None]
            messages: list[pb.Endpoint] = []
            for start in range(0, len(standing), _AT_ONCE):
                some = standing[start : start + _AT_ONCE]
                messages += await self._messages(transaction, some, transaction.today)
            told = _told(results, messages)
            if request.validate_only:
                _unname(told)
            return pb.BatchRegisterEndpointsResponse(results=told)

        return await mutate(self._backend, request, pb.BatchRegisterEndpointsResponse, work)

    async def _messages(
        self, snapshot: Snapshot, found: Sequence[Endpoint], today: dt.date
    ) -> list[pb.Endpoint]:
        """Return endpoints as they are answered, with whether the hubs reach them."""
        return await endpoint_messages(snapshot, found, today, self._observation)

    def _observation(self, endpoint: Endpoint) -> Observation | None:
        table, reachability = self._backend.follower.table, self._backend.reachability
        return observation_of(reachability, table, endpoint.url, endpoint.system_id)


def _parsed(asked: pb.NewEndpoint) -> RegisterEndpoint | Refused:
    """Return the command for one endpoint; one that is malformed is refused by itself."""
    try:
        return registration(asked)
    except Refused as refused:
        return refused


def _told(results: Sequence[Result], standing: Sequence[pb.Endpoint]) -> list[pb.EndpointResult]:
    """Return results as they are answered, with the endpoints that stand, in order."""
    endpoints = iter(standing)
    return [
        pb.EndpointResult(
            status=each.outcome,
            endpoint=None if each.endpoint is None else next(endpoints),
            refusal=None if each.refused is None else _refusal(each.refused),
        )
        for each in results
    ]


def _refusal(refused: Refused) -> pb.EndpointRefusal:
    text = describe(refused.reason, refused.words, "nl" if current().language == "nl" else "en")
    return pb.EndpointRefusal(
        reason=refused.reason,
        text=f"{text.sentence} {text.fix}",
        field=refused.field or "",
        metadata=refused.metadata,
    )


def _unname(results: Sequence[pb.EndpointResult]) -> None:
    """Take from endpoints that were only checked what no endpoint will have."""
    for result in results:
        if result.status == Outcome.REGISTERED:
            result.endpoint.endpoint_id = result.endpoint.etag = ""
