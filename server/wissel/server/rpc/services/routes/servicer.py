"""RouteService: to which endpoint a message goes, and why.

Everything here is decided on the facts in memory. A call that asks for a
revision which is not there yet waits for it, and counts as one that waits for
the database (ADR 10).
"""

import asyncio
import datetime as dt
from dataclasses import replace
from functools import partial
from typing import Final

from wissel.routing.deciding.audience import (
    audience_for,
    for_audience,
    refused_by,
    steps_for_audience,
)
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Audience, Refusal, Route
from wissel.routing.deciding.explain import explain
from wissel.routing.deciding.gaps.gaps import gaps, gaps_for_audience
from wissel.routing.deciding.query import Asker
from wissel.routing.facts import Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.calls.call import Caller, caller, current
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.gap_messages import gap_message
from wissel.server.rpc.requests.parsing import optional_oin
from wissel.server.rpc.requests.past.known_at import known_at
from wissel.server.rpc.requests.reachability_messages import reachability_message
from wissel.server.rpc.services.routes.forecasting import asked_in, foretell
from wissel.server.rpc.services.routes.messages import (
    fix_message,
    refusal_message,
    refusal_text,
    route_message,
    route_response,
    step_message,
)
from wissel.server.rpc.services.routes.queries import Question, organisations_in, question
from wissel.traffic.v1 import route_service_pb2 as pb
from wissel.traffic.v1 import route_service_pb2_grpc as pb_grpc

MAX_QUERIES: Final = 1000
_YIELD_EVERY: Final = 50  # items between which other calls get their turn


class RouteServicer(pb_grpc.RouteServiceServicer):
    """Resolving and explaining routes; `wissel.routing.deciding.decide` decides."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def ResolveRoute(
        self, request: pb.ResolveRouteRequest, context: object
    ) -> pb.ResolveRouteResponse:
        """Return the mandated endpoint and routing key for one exchange."""
        call = current()
        if request.HasField("at_least_revision"):
            call = await self._backend.at(request)
        table = call.table
        asked = question(table, request, caller().asker, self._backend.today())
        decision = decide(table, asked.query, asked.day)
        if isinstance(decision, Refusal):
            told = told_to(table, asked, decision)
            raise refused_by(told)
        return route_response(decision)

    async def BatchResolveRoutes(
        self, request: pb.BatchResolveRoutesRequest, context: object
    ) -> pb.BatchResolveRoutesResponse:
        """Resolve up to 1,000 queries on one table; each has its own result."""
        count = len(request.queries)
        if not count:
            raise Refused(Reason.FIELD_REQUIRED, field="queries")
        if count > MAX_QUERIES:
            raise Refused(
                Reason.BATCH_TOO_LARGE, field="queries", count=str(count), limit=str(MAX_QUERIES)
            )
        table = (await self._backend.at(request)).table
        asker, today, language = caller().asker, self._backend.today(), current().language
        response = pb.BatchResolveRoutesResponse(registry_revision=table.revision)
        for index, query in enumerate(request.queries):
            if index % _YIELD_EVERY == _YIELD_EVERY - 1:
                await asyncio.sleep(0)
            response.results.append(_result(table, query, asker, today, language))
        return response

    async def ExplainRoute(
        self, request: pb.ExplainRouteRequest, context: object
    ) -> pb.ExplainRouteResponse:
        """Return every step that led to a route or a refusal, and all that is missing."""
        call = await self._backend.at(request.query)
        past = await known_at(self._backend, call, request, organisations_in(request.query))
        today = self._backend.today() if past is None else past.day
        who, table = caller(), call.table
        asker = _asker(table, who, optional_oin(request.vendor_oin, "vendor_oin"))
        asked = question(table, request.query, asker, today)
        audience = _audience(table, asked, _itself(table, who))
        explanation = explain(table, asked.query, asked.day)
        response = pb.ExplainRouteResponse(
            steps=[
                step_message(step, call.language)
                for step in steps_for_audience(explanation.steps, audience)
            ],
            registry_revision=explanation.revision,
            test=asked.query.test,
        )
        decision = explanation.decision
        if isinstance(decision, Route):
            response.route.CopyFrom(route_message(decision))
            if audience is not Audience.OTHER_SIDE and past is None:
                known = self._backend.reachability.of(decision.url, decision.receiver_oin)
                response.MergeFrom(
                    pb.ExplainRouteResponse(reachability=reachability_message(known))
                )
            return response
        told = for_audience(decision, audience)
        response.reason = told.reason
        response.text = refusal_text(told, call.language).sentence
        response.nearest_fix.CopyFrom(fix_message(told, call.language))
        looking = partial(gaps, table, asked.query, asked.day)
        found = await self._backend.impacts.beside(looking)
        response.gaps.extend(
            gap_message(gap, call.language) for gap in gaps_for_audience(found, audience)
        )
        return response

    async def ForecastRoutes(
        self, request: pb.ForecastRoutesRequest, context: object
    ) -> pb.ForecastRoutesResponse:
        """Return a page of what will change in the days to come, by day and cause."""
        call = await self._backend.at(request)
        asked = await asked_in(self._backend, request, call)
        return await foretell(self._backend, call, asked)


def told_to(table: Table, asked: Question, refusal: Refusal) -> Refusal:
    """Return a refusal as the asker may read it (design.md#audiences)."""
    return for_audience(refusal, _audience(table, asked, asked.query.asker))


def _audience(table: Table, asked: Question, asker: Asker) -> Audience:
    return audience_for(table, asker, asked.query, asked.day)


def _result(
    table: Table, request: pb.ResolveRouteRequest, asker: Asker, today: dt.date, language: str
) -> pb.RouteResult:
    try:
        asked = question(table, request, asker, today)
    except Refused as refused:
        metadata = dict(refused.metadata)
        if refused.field:
            metadata["field"] = refused.field
        return pb.RouteResult(refusal=refusal_message(refused.reason, metadata, language))
    decision = decide(table, asked.query, asked.day)
    if isinstance(decision, Refusal):
        told = told_to(table, asked, decision)
        return pb.RouteResult(refusal=refusal_message(told.reason, told.metadata, language))
    return pb.RouteResult(route=route_message(decision))


def _asker(table: Table, who: Caller, vendor: Oin | None) -> Asker:
    """Return for whom to explain: the caller, or the vendor that it names.

    It has the systems that the table knows of. A vendor may name only itself:
    `Refused(FIELD_INVALID)`.
    """
    if vendor is None or vendor == who.oin:
        return replace(who.asker, system_ids=table.systems_of(who.oin))
    if who.role is Role.VENDOR:
        raise Refused(Reason.FIELD_INVALID, field="vendor_oin", expected="empty, or your own OIN")
    system_ids = table.systems_of(vendor)
    if table.party(vendor) is None and not system_ids:
        raise Refused(Reason.PARTY_NOT_FOUND, field="vendor_oin", oin=vendor)
    return Asker(oin=vendor, role=Role.VENDOR, system_ids=system_ids)


def _itself(table: Table, who: Caller) -> Asker:
    """Return the caller with the systems that are its own now, and were when the table was.

    What was told of a system to whom it belonged before is no business of its vendor now.
    """
    own = set(who.system_ids).intersection(table.systems_of(who.oin))
    return replace(who.asker, system_ids=tuple(sorted(own)))
