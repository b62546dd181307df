"""Messages that several services answer with."""

from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.routing.facts import DeliveryContract


def contract_message(contract: DeliveryContract) -> pb.DeliveryContract:
    """Return a delivery contract; a duration of 0 seconds, the default, is left out."""
    message = pb.DeliveryContract(
        max_payload_bytes=contract.max_payload_bytes, max_attempts=contract.max_attempts
    )
    if contract.retry_seconds:
        message.retry_interval.FromSeconds(contract.retry_seconds)
    if contract.persist_seconds:
        message.persist_duration.FromSeconds(contract.persist_seconds)
    return message
