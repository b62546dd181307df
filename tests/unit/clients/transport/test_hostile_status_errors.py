"""What an SDK makes of the answers of a hub that means no good: its own errors, and no others."""

import grpc
import pytest
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2

from wissel.clients import Refused, Unreachable
from wissel.clients.transport.status_errors import translate

INFO = error_details_pb2.ErrorInfo(reason="TRANSFER_LIMIT", domain="wissel")


def packed(*details: object) -> bytes:
    status = status_pb2.Status(code=8)
    for detail in details:
        status.details.add().Pack(detail)  # type: ignore[arg-type] # messages, all of them
    return status.SerializeToString()


def broken(name: str) -> any_pb2.Any:
    return any_pb2.Any(type_url=f"type.googleapis.com/google.rpc.{name}", value=b"\xff\xff")


def error_with(details: bytes, message: str = "no") -> grpc.aio.AioRpcError:
    trailing = grpc.aio.Metadata(("grpc-status-details-bin", details))
    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), trailing, message)


@pytest.mark.parametrize(
    "details",
    [
        b"",
        b"\xff" * 100,
        status_pb2.Status(details=[broken("ErrorInfo")]).SerializeToString(),
        packed(error_details_pb2.ErrorInfo(reason="X", domain="elsewhere")),
    ],
)
def test_a_status_without_a_reason_of_wissel_is_a_bare_refusal(details: bytes) -> None:
    told = translate(error_with(details), "hub:7443")

    assert isinstance(told, Refused | Unreachable)
    assert "TRANSFER_LIMIT" not in str(told)


@pytest.mark.parametrize("name", ["RetryInfo", "BadRequest", "LocalizedMessage"])
def test_a_broken_detail_is_no_detail(name: str) -> None:
    status = status_pb2.Status.FromString(packed(INFO))
    status.details.append(broken(name))

    told = translate(error_with(status.SerializeToString()), "hub:7443", "nl")

    assert isinstance(told, Refused)
    assert (told.reason, told.retry_after, told.field) == ("TRANSFER_LIMIT", None, "")


@pytest.mark.parametrize(
    ("seconds", "expected"), [(2**62, float(2**62)), (-(2**62), 0.0), (2, 2.0), (-1, 0.0)]
)
def test_a_wait_is_a_number_of_seconds_whatever_was_sent(seconds: int, expected: float) -> None:
    delay = duration_pb2.Duration(seconds=seconds)
    details = packed(INFO, error_details_pb2.RetryInfo(retry_delay=delay))

    told = translate(error_with(details), "hub:7443")

    assert isinstance(told, Refused)
    assert told.retry_after == expected


@pytest.mark.parametrize("details", [b"", packed(INFO)])
def test_the_words_of_a_hub_do_not_steer_a_terminal(details: bytes) -> None:
    told = translate(error_with(details, "TRANSFER_LIMIT: \x1b[2J\r\nall is well"), "hub:7443")

    assert "all is well" in str(told)
    assert str(told).replace("\n", "").isprintable()
