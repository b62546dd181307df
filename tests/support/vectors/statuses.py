"""statuses.json: refusals as they stand on the wire, and what is read in them."""

from collections.abc import Iterator

from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from support.vectors.messages import serialized
from support.vectors.signing import Case

_INVALID_ARGUMENT = 3
_FAILED_PRECONDITION = 9
_UNAVAILABLE = 14


def statuses() -> Iterator[Case]:
    """Yield the cases; their words are made up, those of the hub are in docs/errors.md."""
    info = error_details_pb2.ErrorInfo(reason="FIELD_REQUIRED", domain="wissel")
    violation = error_details_pb2.BadRequest.FieldViolation(
        field="sender.routing_key", description="It is empty.", reason="FIELD_REQUIRED"
    )
    wrong = error_details_pb2.BadRequest(field_violations=[violation])
    words = error_details_pb2.LocalizedMessage(locale="nl-NL", message="Een veld is leeg.")
    help_ = error_details_pb2.Help(links=[error_details_pb2.Help.Link(description="Contact: …")])
    yield {
        "name": "field",
        "why": "BadRequest names the field; the language is that of accept-language",
        "status": _status(_INVALID_ARGUMENT, info, wrong, words, help_),
        "reads": {
            "reason": "FIELD_REQUIRED",
            "metadata": {},
            "field": "sender.routing_key",
            "retry_seconds": 0,
            "localized": "Een veld is leeg.",
        },
    }
    info = error_details_pb2.ErrorInfo(reason="RECEIVER_FAILED", domain="wissel")
    wait = duration_pb2.Duration(seconds=2, nanos=500_000_000)
    retry = error_details_pb2.RetryInfo(retry_delay=wait)
    yield {
        "name": "delay",
        "why": "RetryInfo says how long to wait",
        "status": _status(_UNAVAILABLE, info, retry),
        "reads": _read("RECEIVER_FAILED", retry_seconds=2.5),
    }
    facts = {"receiver_reason": "ADMINISTRATION_UNKNOWN", "receiver_text": "Not here."}
    info = error_details_pb2.ErrorInfo(reason="RECEIVER_REFUSED", domain="wissel", metadata=facts)
    yield {
        "name": "metadata",
        "why": "the receiver's own words are in the metadata",
        "status": _status(_FAILED_PRECONDITION, info),
        "reads": _read("RECEIVER_REFUSED", metadata=facts),
    }
    info = error_details_pb2.ErrorInfo(reason="WHATEVER", domain="proxy.example")
    yield {
        "name": "another-domain",
        "why": "not the word of a hub or LAS: the status code alone counts",
        "status": _status(_UNAVAILABLE, info),
        "reads": _read(""),
    }


def _read(reason: str, *, metadata: dict[str, str] | None = None, retry_seconds: float = 0) -> Case:
    return {
        "reason": reason,
        "metadata": metadata or {},
        "field": "",
        "retry_seconds": retry_seconds,
        "localized": "",
    }


def _status(code: int, *details: Message) -> str:
    status = status_pb2.Status(code=code, message="made up", details=map(_packed, details))
    return serialized(status).hex()


def _packed(detail: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(detail, deterministic=True)
    return packed
