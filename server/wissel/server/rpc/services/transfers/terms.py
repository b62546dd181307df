"""Who asks whom for which kind, as requests about sessions and notifications say it."""

from typing import Protocol

from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.transfers import Terms
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, RoutingKey
from wissel.server.rpc.requests.parsing import choice, optional_organisation
from wissel.traffic.v1 import transfer_service_pb2 as pb


class TermsRequest(Protocol):
    """A request with these terms."""

    source_brin: str
    overdrachtsoort: str

    @property
    def requester(self) -> pb.Requester:
        """Who asks."""
        ...


def terms_of(request: TermsRequest) -> Terms:
    """Return the terms in a request; raises `Refused` with the field at fault."""
    asking = request.requester
    requester = optional_organisation(asking.brin, asking.swv)
    if requester is None:
        raise Refused(Reason.FIELD_REQUIRED, field="requester")
    return Terms(
        source=Brin.parse(request.source_brin, "source_brin"),
        requester=requester,
        requester_routing_key=RoutingKey.parse(asking.routing_key, "requester.routing_key"),
        kind=choice(Kind, request.overdrachtsoort, "overdrachtsoort"),
    )
