"""The one place where a refusal becomes a gRPC status, for one caller (design.md#errors)."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from wissel.routing.refusals.catalogue import CATALOGUE, Text, describe, status_message
from wissel.routing.refusals.errors import Refused
from wissel.server.rpc.calls.call import Caller

DOMAIN: Final = "wissel"
DETAILS_KEY: Final = "grpc-status-details-bin"
MAX_DETAILS: Final = 4096
"""Metadata over 8 KiB loses the whole status, so details stay well below."""

_NANOS: Final = 1_000_000_000
_LOCALES: Final = {"en": "en", "nl": "nl-NL"}
_VALUE_LIMITS: Final = (1000, 200, 40, 0)


def status_of(refused: Refused, language: str = "en") -> status_pb2.Status:
    """Return the status of a refusal: code, message and details, at most `MAX_DETAILS` bytes.

    Long values of the metadata are cut until it fits. `language` is `en` or `nl`.
    """
    status = _status(refused, language, _VALUE_LIMITS[0])
    for limit in _VALUE_LIMITS[1:]:
        if status.ByteSize() <= MAX_DETAILS:
            break
        status = _status(refused, language, limit)
    return status


def for_caller(refused: Refused, caller: Caller | None) -> Refused:
    """Return the refusal as this caller may read it.

    What may be of another party's entity is for operators alone. `caller` is
    None for a call that was refused before its caller was identified.
    """
    entry = CATALOGUE[refused.reason]
    if not entry.foreign or (caller is not None and caller.operator):
        return refused
    metadata = entry.public_part(refused.metadata)
    return Refused(refused.reason, field=refused.field, retry_after=refused.retry_after, **metadata)


async def abort(
    context: "grpc.aio.ServicerContext[Any, Any]", refused: Refused, language: str = "en"
) -> None:
    """End the call with the status of a refusal.

    Always raises: `grpc.aio.AbortError`, or `asyncio.CancelledError` if the caller is
    gone, or took so little that the status never left.
    """
    status = status_of(refused, language)
    try:
        await context.abort(
            grpc.StatusCode[CATALOGUE[refused.reason].code],
            status.message,
            trailing_metadata=((DETAILS_KEY, status.SerializeToString()),),
        )
    except grpc.aio.AbortError as aborted:
        asyncio.get_running_loop().call_soon(_let_go, aborted)
        raise
    except grpc.aio.InternalError:  # gRPC would log it as a failure of ours
        raise asyncio.CancelledError from None


def _let_go(aborted: grpc.aio.AbortError) -> None:
    """Break the reference cycle of a refused call, which would keep what it has read.

    gRPC's state of the call refers to the exception, its traceback to the frames,
    these to the context of the call, and that to the state. The garbage
    collector would free it only when it next runs.
    """
    aborted.__traceback__ = aborted.__context__ = None


def _status(refused: Refused, language: str, limit: int) -> status_pb2.Status:
    metadata = {name: _cut(value, limit) for name, value in refused.metadata.items()}
    words = {name: _cut(value, limit) for name, value in refused.words.items()}
    entry = CATALOGUE[refused.reason]
    code = entry.code
    details: list[Message] = [
        error_details_pb2.ErrorInfo(reason=refused.reason, domain=DOMAIN, metadata=metadata)
    ]
    english = describe(refused.reason, words, "en")
    if refused.field:
        details.append(_bad_request(refused.field, english))
    if entry.retry_seconds is not None:
        wait = refused.retry_after
        details.append(_retry_info(float(entry.retry_seconds) if wait is None else wait))
    details.append(_localized(refused, words, language))
    details.append(_help(refused, words, language))
    return status_pb2.Status(
        code=code_pb2.Code.Value(code),
        message=status_message(refused.reason, words),
        details=[_packed(detail) for detail in details],
    )


def _bad_request(field: str, text: Text) -> error_details_pb2.BadRequest:
    violation = error_details_pb2.BadRequest.FieldViolation(
        field=field, description=f"{text.sentence} {text.fix}", reason=text.reason
    )
    return error_details_pb2.BadRequest(field_violations=[violation])


def _retry_info(seconds: float) -> error_details_pb2.RetryInfo:
    info = error_details_pb2.RetryInfo()
    info.retry_delay.FromNanoseconds(max(1, int(seconds * _NANOS)))
    return info


def _localized(
    refused: Refused, metadata: Mapping[str, str], language: str
) -> error_details_pb2.LocalizedMessage:
    text = describe(refused.reason, metadata, "nl" if language == "nl" else "en")
    return error_details_pb2.LocalizedMessage(
        locale=_LOCALES[text.language], message=f"{text.sentence} {text.fix}"
    )


def _help(refused: Refused, metadata: Mapping[str, str], language: str) -> error_details_pb2.Help:
    text = describe(refused.reason, metadata, "nl" if language == "nl" else "en")
    return error_details_pb2.Help(
        links=[error_details_pb2.Help.Link(description=f"Contact: {text.contact}")]
    )


def _packed(detail: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(detail)
    return packed


def _cut(value: str, limit: int) -> str:
    return value if len(value) <= limit else f"{value[:limit]}..."
