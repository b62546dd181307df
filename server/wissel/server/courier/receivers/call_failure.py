"""What a call to a receiver that failed says: the receiver's own reason, or a proxy's status."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.person_numbers import holds_person_number

UNSPECIFIED: Final = "UNSPECIFIED"
"""What is told in the place of a receiver's reason that may not be kept."""

_REASON: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_HTTP_STATUS: Final = re.compile(r"http2 header with status: ([1-5][0-9]{2})\b")
_DETAILS_KEY: Final = "grpc-status-details-bin"


@asynccontextmanager
async def answered_before(until: float) -> AsyncIterator[None]:
    """Raise `Refused(RECEIVER_TIMEOUT)` if the block lasts longer, on the event loop's clock."""
    try:
        async with asyncio.timeout_at(until):
            yield
    except TimeoutError:
        raise Refused(Reason.RECEIVER_TIMEOUT) from None


class WriteFailed(Exception):
    """A write to a call that has ended; what it ended with is its status."""


async def write(call: grpc.aio.StreamUnaryCall[Any, Any], encoded: bytes) -> None:
    """Write an encoded message to a call; raises `WriteFailed` if the call has ended.

    `call.write` would do, but for one thing: when the receiver ends a call that
    is being written to, it puts INTERNAL in the place of the status that the
    receiver gave, for good. So its inner part is used, which only fails. In a
    test 18 of 24 refusals at the opening were lost before (`test_receivers`).
    """
    inner = call._cython_call  # type: ignore[attr-defined] # noqa: SLF001 - see above
    try:
        await call.wait_for_connection()
        await inner.send_serialized_message(encoded)
    except (grpc.aio.InternalError, grpc.aio.AioRpcError, asyncio.InvalidStateError) as error:
        raise WriteFailed from error


def refusal_of_call(error: grpc.aio.AioRpcError) -> Refused:
    """Return what the status of a failed call means for the sender.

    An HTTP status other than 200 is not the receiver's, but that of a proxy in
    front of it: RECEIVER_PROXY_FAILED with `http_status`. Otherwise it is
    RECEIVER_FAILED with `code`, the name of the gRPC status, and
    `receiver_reason` if the receiver gave one (ErrorInfo).
    """
    http = _HTTP_STATUS.search(error.details() or "")
    if http is not None:
        return Refused(Reason.RECEIVER_PROXY_FAILED, http_status=http[1])
    code, reason = error.code().name, _reason_in(error)
    if reason:
        return Refused(Reason.RECEIVER_FAILED, code=code, receiver_reason=reason)
    return Refused(Reason.RECEIVER_FAILED, code=code)


def reason_problem(reason: str) -> str:
    """Return why a receiver's reason may not be kept and shown, "" if it may."""
    if not _REASON.fullmatch(reason):
        return "it is not 1 to 64 of A-Z, 0-9 and _, beginning with a letter"
    if holds_person_number(reason):
        return "it holds a number of a person"
    return ""


def _reason_in(error: grpc.aio.AioRpcError) -> str:
    """Return the reason in the details of a status, "" if there is none."""
    info = error_details_pb2.ErrorInfo()
    for name, value in error.trailing_metadata() or ():
        if name != _DETAILS_KEY or not isinstance(value, bytes):
            continue
        try:
            details = status_pb2.Status.FromString(value).details
            found = any(detail.Unpack(info) for detail in details)
        except DecodeError:
            return ""
        if found:
            return UNSPECIFIED if reason_problem(info.reason) else info.reason
    return ""
