"""Requests about endpoints, as commands of the register."""

from typing import Final
from uuid import UUID

from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.routing.facts import Attribute, DeliveryContract
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import parse_day, parse_optional_day
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Namespace,
    RoutingKey,
    ServiceCode,
    SystemId,
    organisation,
)
from wissel.server.registry.commands import KEEP, MandateOf, RegisterEndpoint, UpdateEndpoint
from wissel.server.rpc.requests.parsing import choice, optional, optional_choice, required, uuid

MOST_ATTEMPTS: Final = 100
MOST_SECONDS: Final = 30 * 24 * 3600  # an envelope does not live longer than 30 days


def registration(request: pb.RegisterEndpointRequest | pb.NewEndpoint) -> RegisterEndpoint:
    """Return the command to register an endpoint; raises `Refused` with the field."""
    return RegisterEndpoint(
        under=_under(request),
        routing_key=RoutingKey.parse(request.routing_key, "routing_key"),
        url=required(request.url, "url"),
        version=optional(Namespace, request.service_version, "service_version"),
        vestiging=request.vestiging,
        aanleverpunt=optional(Aanleverpunt, request.aanleverpunt, "aanleverpunt"),
        attribute=optional_choice(Attribute, request.attribute, "attribute"),
        start=parse_optional_day(request.start_date, "start_date"),
        end=parse_optional_day(request.end_date, "end_date"),
        contract=_contract(request),
    )


def _under(request: pb.RegisterEndpointRequest | pb.NewEndpoint) -> UUID | MandateOf:
    """Return the mandate that is named, by its id or by what it is of."""
    if request.mandate_id or isinstance(request, pb.RegisterEndpointRequest):
        return uuid(request.mandate_id, "mandate_id")
    if not (request.brin or request.swv):
        raise Refused(Reason.FIELD_REQUIRED, field="mandate_id")
    return MandateOf(
        organisation=organisation(request.brin, request.swv, ""),
        service=ServiceCode.parse(request.service, "service"),
        system_id=SystemId.parse(request.system_id, "system_id"),
    )


def change(request: pb.UpdateEndpointRequest) -> UpdateEndpoint:
    """Return the command to change an endpoint; what is absent stays as it is."""
    given = request.HasField
    return UpdateEndpoint(
        endpoint_id=uuid(request.endpoint_id, "endpoint_id"),
        url=required(request.url, "url") if given("url") else None,
        vestiging=request.vestiging if given("vestiging") else None,
        aanleverpunt=optional(Aanleverpunt, request.aanleverpunt, "aanleverpunt")
        if given("aanleverpunt")
        else KEEP,
        attribute=choice(Attribute, request.attribute, "attribute") if given("attribute") else None,
        start=parse_day(request.start_date, "start_date") if given("start_date") else None,
        end=parse_optional_day(request.end_date, "end_date") if given("end_date") else KEEP,
        contract=_contract(request),
        etag=request.etag,
    )


def _contract(
    request: pb.RegisterEndpointRequest | pb.NewEndpoint | pb.UpdateEndpointRequest,
) -> DeliveryContract | None:
    """Return a delivery contract; absent values take the defaults of the contract (.proto)."""
    if not request.HasField("delivery_contract"):
        return None
    message, default = request.delivery_contract, DeliveryContract()
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
