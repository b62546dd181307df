"""What a gRPC failure becomes for a caller."""

import grpc
import pytest

from wissel.clients import Refused, Unreachable
from wissel.clients.transport.retry import may_pass
from wissel.clients.transport.status_errors import translate


def failure(code: grpc.StatusCode, details: str) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details)


@pytest.mark.parametrize(
    "error",
    [
        failure(grpc.StatusCode.UNAVAILABLE, "Socket closed"),
        failure(grpc.StatusCode.INTERNAL, "Internal error from Core"),
        failure(grpc.StatusCode.INTERNAL, 'Failed "execute_batch"'),
        failure(grpc.StatusCode.UNKNOWN, "Stream removed"),
    ],
)
def test_a_broken_connection_leaves_the_outcome_open(error: grpc.aio.AioRpcError) -> None:
    """Also INTERNAL without a reason: a write that an early answer broke, not a no."""
    found = translate(error, "hub.example:7443")

    assert isinstance(found, Unreachable)
    assert may_pass(found)


def test_who_does_not_know_the_method_is_no_hub() -> None:
    found = translate(
        failure(grpc.StatusCode.UNIMPLEMENTED, "Method not found!"), "las.example:8443"
    )

    assert isinstance(found, Refused)
    assert "no hub" in found.text
    assert not may_pass(found)


def test_a_call_that_grpc_turned_away_may_be_repeated_in_a_moment() -> None:
    found = translate(failure(grpc.StatusCode.CANCELLED, "CANCELLED"), "hub.example:7443")

    assert isinstance(found, Refused)
    assert found.reason == "OVERLOADED"
    assert found.retry_after
    assert may_pass(found)


def test_a_stream_that_was_reset_is_no_overload() -> None:
    error = failure(grpc.StatusCode.CANCELLED, "Received RST_STREAM with error code 8")

    assert isinstance(translate(error, "hub.example:7443"), Unreachable)
