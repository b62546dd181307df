"""Whether endpoints can be reached, as messages (design.md#living-endpoints)."""

import datetime as dt
from collections.abc import Collection, Iterator

from wissel.endpoint.v1 import reachability_pb2 as pb
from wissel.routing.table import Table
from wissel.routing.table.views import EndpointView
from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId
from wissel.server.courier.reachability.observation import Observation, ReachState
from wissel.server.courier.reachability.view import Reachability


def observation_of(
    reachability: Reachability, table: Table, url: str, system_id: SystemId
) -> Observation | None:
    """Return what is known of a system at an endpoint's URL, if anything is."""
    system = table.system(system_id)
    return None if system is None else reachability.of(url, system.acting_oin)


def reachability_message(observation: Observation | None) -> pb.Reachability | None:
    """Return what is known of a receiver; None, which leaves a field out, if nothing is."""
    if observation is None:
        return None
    message = pb.Reachability(state=observation.state)
    message.checked_time.FromDatetime(observation.checked)
    if observation.certificate_ends is not None:
        message.certificate_end_time.FromDatetime(observation.certificate_ends)
    if observation.silent is not None:
        message.cause, message.detail = observation.silent.cause, observation.silent.detail
        message.silent_days = observation.days
        if observation.since is not None:
            message.silent_since_time.FromDatetime(observation.since)
    return message


def silent_endpoints(
    reachability: Reachability,
    table: Table,
    code: Organisation,
    service: ServiceCode,
    systems: Collection[SystemId],
    on: dt.date,
) -> list[pb.SilentEndpoint]:
    """Return the endpoints in force of some systems for an organisation that do not answer."""
    found = []
    for endpoint in _in_force(table, code, service, on):
        system_id = endpoint.mandate.system_id
        if system_id not in systems:
            continue
        known = observation_of(reachability, table, endpoint.url, system_id)
        if known is not None and known.state is not ReachState.ANSWERS:
            found.append(
                pb.SilentEndpoint(
                    endpoint_id=str(endpoint.endpoint_id),
                    system_id=system_id,
                    url=endpoint.url,
                    reachability=reachability_message(known),
                )
            )
    return found


def _in_force(
    table: Table, code: Organisation, service: ServiceCode, on: dt.date
) -> Iterator[EndpointView]:
    view, known = table.organisation(code), table.service(service)
    if view is not None and known is not None:
        for version in known.versions:
            yield from view.endpoints_in_force((known.code, version.namespace), on)
