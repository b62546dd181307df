"""Turns a gRPC failure into the exception that a caller wants to see.

The hub answers with `google.rpc` details: ErrorInfo carries the reason, RetryInfo
when to come back, BadRequest the field (style: "every failure has a name").
A failure without ErrorInfo in the domain `wissel` comes from the transport.
"""

import re
from typing import Final

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from wissel.clients.errors import Refused, Unreachable, WisselError
from wissel.routing.refusals.catalogue import CATALOGUE, describe
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason

DOMAIN: Final = "wissel"
_DETAILS: Final = "grpc-status-details-bin"
_REASON: Final = re.compile(r"[A-Z][A-Z0-9_]{0,62}")  # as `google.rpc.ErrorInfo` has it
_FIX: Final = re.compile(" (?:Fix|Oplossing): ")  # the label follows the language
_TRANSPORT: Final = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.UNKNOWN,
        # A hub names a reason with its own INTERNAL. Without one it is our side of
        # gRPC: a write that broke, as when the answer came before the last chunk.
        grpc.StatusCode.INTERNAL,
    }
)
_TURNED_AWAY: Final = (grpc.StatusCode.CANCELLED, "CANCELLED")
"""What gRPC itself answers when a hub's queue is full; it carries no reason (ADR 10)."""
_OVERLOADED_SECONDS: Final = 1.0
_NANOS: Final = 1_000_000_000


def translate(error: grpc.aio.AioRpcError, server: str, language: str = "en") -> WisselError:
    """Return `Refused` if the other side named a reason, else `Unreachable` or a bare `Refused`."""
    status = _status(error)
    info = error_details_pb2.ErrorInfo()
    if status is None or not _take(status, info) or not _is_ours(info):
        return _without_reason(error, server, language)
    text, fix = _sentences(info.reason, _plain(error.details() or ""))
    return Refused(
        info.reason,
        text,
        code=error.code(),
        fix=fix,
        contact=_contact(info, language),
        metadata={_plain(name): _plain(value) for name, value in info.metadata.items()},
        field=_plain(_field(status)),
        retry_after=_retry_after(status),
    )


def _without_reason(error: grpc.aio.AioRpcError, server: str, language: str) -> WisselError:
    said = _plain(error.details() or error.code().name)
    if (error.code(), error.details()) == _TURNED_AWAY:
        return from_rule(RuleRefused(Reason.OVERLOADED, retry_after=_OVERLOADED_SECONDS), language)
    if error.code() in _TRANSPORT:
        return Unreachable(server, said)
    if error.code() is grpc.StatusCode.UNIMPLEMENTED:
        said = f"{server} does not offer this: it is no hub, or one of another version."
        return Refused(error.code().name, said, code=error.code(), fix="Check the address.")
    return Refused(error.code().name, said, code=error.code())


def _status(error: grpc.aio.AioRpcError) -> status_pb2.Status | None:
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS and isinstance(value, bytes):
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:
                return None
    return None


def _take(
    status: status_pb2.Status,
    into: error_details_pb2.ErrorInfo | error_details_pb2.RetryInfo | error_details_pb2.BadRequest,
) -> bool:
    try:
        return any(detail.Unpack(into) for detail in status.details)
    except DecodeError:
        return False


def _is_ours(info: error_details_pb2.ErrorInfo) -> bool:
    """Whether it is a reason of a hub or LAS; also of a later one, so not only those we know."""
    return info.domain == DOMAIN and _REASON.fullmatch(info.reason) is not None


def _sentences(reason: str, message: str) -> tuple[str, str]:
    """Split `REASON: sentence. Fix: sentence.` (design.md#errors)."""
    text, *fix = _FIX.split(message.removeprefix(f"{reason}: "), maxsplit=1)
    return text, "".join(fix)


def _plain(text: str) -> str:
    """Return a text without what would steer a terminal."""
    return "".join(each if each.isprintable() else " " for each in text)


def _contact(info: error_details_pb2.ErrorInfo, language: str) -> str:
    """Return whom to contact; nobody for a reason that is newer than this SDK."""
    if info.reason not in Reason.__members__:
        return ""
    described = describe(
        Reason[info.reason], dict(info.metadata), language="nl" if language == "nl" else "en"
    )
    return described.contact


def _field(status: status_pb2.Status) -> str:
    wrong = error_details_pb2.BadRequest()
    if _take(status, wrong) and wrong.field_violations:
        return wrong.field_violations[0].field
    return ""


def _retry_after(status: status_pb2.Status) -> float | None:
    retry = error_details_pb2.RetryInfo()
    if not _take(status, retry):
        return None
    # Not by way of a timedelta: that overflows, and the other side chose the number.
    return max(retry.retry_delay.seconds + retry.retry_delay.nanos / _NANOS, 0.0)


def from_rule(refused: RuleRefused, language: str = "en") -> Refused:
    """Return what our own rules refused, before anything was sent, in the same form."""
    said = describe(refused.reason, refused.metadata, language="nl" if language == "nl" else "en")
    return Refused(
        refused.reason,
        said.sentence,
        code=grpc.StatusCode[CATALOGUE[refused.reason].code],
        fix=said.fix,
        contact=said.contact,
        metadata=refused.metadata,
        field=refused.field or "",
        retry_after=refused.retry_after,
    )
