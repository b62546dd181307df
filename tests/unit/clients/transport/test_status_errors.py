"""What a gRPC failure becomes for a caller."""

import grpc
import pytest
from google.rpc import error_details_pb2

from wissel.clients import Refused, Unreachable
from wissel.clients.transport.retry import may_pass
from wissel.clients.transport.status_errors import from_rule, translate
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason
from wissel.server.rpc.calls.status import DETAILS_KEY, status_of


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


def refused(why: RuleRefused, language: str, reason: str = "") -> grpc.aio.AioRpcError:
    """Return the error of a call that a hub refuses; `reason` is one of a newer hub."""
    status = status_of(why, language)
    if reason:
        status.details[0].Pack(error_details_pb2.ErrorInfo(domain="wissel", reason=reason))
    details = grpc.aio.Metadata((DETAILS_KEY, status.SerializeToString()))
    return grpc.aio.AioRpcError(
        grpc.StatusCode.NOT_FOUND, grpc.aio.Metadata(), details, status.message
    )


@pytest.mark.parametrize(
    ("language", "text", "fix"),
    [
        (
            "en",
            "The system has no key with this id: 1.",
            "Take the id of a key that was registered for it.",
        ),
        (
            "nl",
            "Het systeem heeft geen sleutel met dit id: 1.",
            "Neem het id van een sleutel die ervoor is geregistreerd.",
        ),
    ],
)
def test_a_refusal_is_read_in_the_language_of_its_reader(
    language: str, text: str, fix: str
) -> None:
    error = refused(RuleRefused(Reason.SYSTEM_KEY_NOT_FOUND, key_id="1"), language)

    found = translate(error, "hub.example:7443", language)

    assert isinstance(found, Refused)
    assert (found.text, found.fix) == (text, fix)


def test_dutch_words_name_the_field_at_fault() -> None:
    error = refused(RuleRefused(Reason.FIELD_REQUIRED, field="receipt"), "nl")

    found = translate(error, "hub.example:7443", "nl")

    assert isinstance(found, Refused)
    assert "receipt" in found.text
    assert found.field == "receipt"


def test_the_words_of_a_reason_that_is_newer_are_those_of_the_hub() -> None:
    error = refused(
        RuleRefused(Reason.SYSTEM_KEY_NOT_FOUND, key_id="1"), "nl", reason="NEWER_THAN_THIS"
    )

    found = translate(error, "hub.example:7443", "nl")

    assert isinstance(found, Refused)
    assert (found.reason, found.fix, found.contact) == ("NEWER_THAN_THIS", "", "")
    assert found.text.startswith("Het systeem heeft geen sleutel met dit id: 1. Neem het id")


def test_a_refusal_of_our_own_names_the_field() -> None:
    found = from_rule(RuleRefused(Reason.FIELD_REQUIRED, field="routing_key"), "nl")

    assert (found.field, found.text.endswith("routing_key.")) == ("routing_key", True)
