"""Turns a gRPC error into an exception of the SDK.

A hub or LAS answers with `google.rpc` details (design.md#errors): ErrorInfo holds
the reason, RetryInfo when to retry, BadRequest the field. An error without
ErrorInfo in the domain `wissel` comes from the transport.
"""

import re
from typing import Final

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from wissel.clients.errors import Refused, Unreachable, WisselError
from wissel.routing.refusals.catalogue import CATALOGUE, Text, describe
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
        # An INTERNAL of a hub has a reason. Without one it comes from gRPC on our side:
        # a write failed, as when the answer came before the last chunk.
        grpc.StatusCode.INTERNAL,
    }
)
_TURNED_AWAY: Final = (grpc.StatusCode.CANCELLED, "CANCELLED")
"""The status of gRPC itself when the queue of a hub is full; it has no reason (ADR 10)."""
_OVERLOADED_SECONDS: Final = 1.0
_NANOS: Final = 1_000_000_000
_DUTCH: Final = "nl"


def translate(error: grpc.aio.AioRpcError, server: str, language: str = "en") -> WisselError:
    """Return the exception for an error of a call to `server` (`host:port`).

    It is `Refused` with a reason if the server gave one, with its sentences in
    `language`, `en` or `nl`: what a status says is English, so Dutch ones are those of
    the catalogue here, or the localized ones for a reason that is newer. Else it is
    `Unreachable` for an error of the transport, and for any other status
    `Refused` with the name of the status as its reason.
    """
    status = _status(error)
    info = error_details_pb2.ErrorInfo()
    if status is None or not _take(status, info) or not _is_ours(info):
        return _without_reason(error, server, language)
    field, own = _plain(_field(status)), _own_words(info, _field(status), language)
    text, fix = _sentences(info.reason, _plain(error.details() or ""))
    if language == _DUTCH:
        text, fix = (own.sentence, own.fix) if own else (_localized(status) or text, "")
    return Refused(
        info.reason,
        text,
        code=error.code(),
        fix=fix,
        contact=own.contact if own else "",
        metadata={_plain(name): _plain(value) for name, value in info.metadata.items()},
        field=field,
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
    into: error_details_pb2.ErrorInfo
    | error_details_pb2.RetryInfo
    | error_details_pb2.BadRequest
    | error_details_pb2.LocalizedMessage,
) -> bool:
    try:
        return any(detail.Unpack(into) for detail in status.details)
    except DecodeError:
        return False


def _is_ours(info: error_details_pb2.ErrorInfo) -> bool:
    """Whether it is a reason of a hub or LAS, also one that is newer than this SDK."""
    return info.domain == DOMAIN and _REASON.fullmatch(info.reason) is not None


def _sentences(reason: str, message: str) -> tuple[str, str]:
    """Split `REASON: sentence. Fix: sentence.` (design.md#errors)."""
    text, *fix = _FIX.split(message.removeprefix(f"{reason}: "), maxsplit=1)
    return text, "".join(fix)


def _plain(text: str) -> str:
    """Return the text with a space for each control character, which could steer a terminal."""
    return "".join(each if each.isprintable() else " " for each in text)


def _own_words(info: error_details_pb2.ErrorInfo, field: str, language: str) -> Text | None:
    """Return the words of the catalogue; None for a reason that is newer than this SDK."""
    if info.reason not in Reason.__members__:
        return None
    metadata = {name: _plain(value) for name, value in info.metadata.items()}
    if field:
        metadata["field"] = _plain(field)
    return describe(Reason[info.reason], metadata, language=_DUTCH if language == _DUTCH else "en")


def _localized(status: status_pb2.Status) -> str:
    """Return the sentences in the language that was asked for, or an empty text."""
    said = error_details_pb2.LocalizedMessage()
    return _plain(said.message) if _take(status, said) else ""


def _field(status: status_pb2.Status) -> str:
    wrong = error_details_pb2.BadRequest()
    if _take(status, wrong) and wrong.field_violations:
        return wrong.field_violations[0].field
    return ""


def _retry_after(status: status_pb2.Status) -> float | None:
    retry = error_details_pb2.RetryInfo()
    if not _take(status, retry):
        return None
    # Not with a timedelta: the server chose the number, and it could overflow.
    return max(retry.retry_delay.seconds + retry.retry_delay.nanos / _NANOS, 0.0)


def from_rule(refused: RuleRefused, language: str = "en") -> Refused:
    """Return a refusal by our own rules, before a call was made, as the SDK's exception.

    The sentences are in `language`, `en` or `nl`.
    """
    said = describe(refused.reason, refused.words, language="nl" if language == "nl" else "en")
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
