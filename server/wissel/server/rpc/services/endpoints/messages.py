"""Endpoints as they are answered."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.routing.facts import Endpoint, Mandate
from wissel.routing.facts.plain import etag_of
from wissel.routing.values.identifiers import Swv
from wissel.server.courier.reachability.observation import Observation
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.rules.mandates import has_ended
from wissel.server.rpc.requests.messages import contract_message
from wissel.server.rpc.requests.parsing import day_text
from wissel.server.rpc.requests.reachability_messages import reachability_message

Reach = Callable[[Endpoint], Observation | None]
_IN_FORCE: Final = ("ACTIVE", "SUSPENDED")


def endpoint_message(
    endpoint: Endpoint, mandate: Mandate | None, today: dt.date, reach: Reach
) -> pb.Endpoint:
    """Return an endpoint as its owner sees it, with its status today under its mandate.

    Of one that is in force, `reach` says whether the hubs get an answer there.
    """
    status = _status(endpoint, mandate, today)
    known = reach(endpoint) if status in _IN_FORCE else None
    message = pb.Endpoint(
        endpoint_id=str(endpoint.endpoint_id),
        mandate_id=str(endpoint.mandate_id),
        service=endpoint.service,
        service_version=endpoint.version,
        system_id=endpoint.system_id,
        routing_key=endpoint.routing_key,
        url=endpoint.url,
        vestiging=endpoint.vestiging or "",
        aanleverpunt=endpoint.aanleverpunt or "",
        attribute=endpoint.attribute,
        start_date=endpoint.period.start.isoformat(),
        end_date=day_text(endpoint.period.end),
        delivery_contract=contract_message(endpoint.contract),
        status=status,
        etag=etag_of(endpoint),
        reachability=reachability_message(known),
    )
    if isinstance(endpoint.organisation, Swv):
        message.swv = endpoint.organisation
    else:
        message.brin = endpoint.organisation
    return message


async def endpoint_messages(
    snapshot: Snapshot, found: Sequence[Endpoint], today: dt.date, reach: Reach
) -> list[pb.Endpoint]:
    """Return endpoints as they are answered; their status depends on their mandates."""
    ids = tuple({str(endpoint.mandate_id) for endpoint in found})
    read = await snapshot.find(Mandate, key=ids) if ids else []
    mandates = {mandate.mandate_id: mandate for mandate in read}
    return [endpoint_message(each, mandates.get(each.mandate_id), today, reach) for each in found]


def entry_message(endpoint: Endpoint) -> pb.EndpointEntry:
    """Return what any party may know of an endpoint."""
    return pb.EndpointEntry(
        endpoint_id=str(endpoint.endpoint_id),
        service_version=endpoint.version,
        routing_key=endpoint.routing_key,
        url=endpoint.url,
        vestiging=endpoint.vestiging or "",
        aanleverpunt=endpoint.aanleverpunt or "",
        attribute=endpoint.attribute,
        start_date=endpoint.period.start.isoformat(),
        end_date=day_text(endpoint.period.end),
    )


def _status(endpoint: Endpoint, mandate: Mandate | None, today: dt.date) -> str:
    if has_ended(endpoint, today) or mandate is None or has_ended(mandate, today):
        return "ENDED"
    if endpoint.unapproved:
        return "AWAITING_APPROVAL"
    if endpoint.suspended:
        return "SUSPENDED"
    first = max(endpoint.period.start, mandate.period.start)
    return "PLANNED" if today < first else "ACTIVE"
