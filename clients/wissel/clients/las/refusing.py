"""Ends a call with a refusal: status, `google.rpc` details and text (design.md#errors)."""

from typing import Final, NoReturn, Protocol

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from wissel.clients.transport.status_errors import DOMAIN
from wissel.routing.refusals.catalogue import CATALOGUE, status_message
from wissel.routing.refusals.errors import Refused

_NANOS: Final = 1_000_000_000


class Context(Protocol):
    """The part of a gRPC context that `refuse` uses."""

    async def abort_with_status(self, status: grpc.Status) -> NoReturn:
        """End the call with a status."""


async def refuse(context: Context, refused: Refused) -> NoReturn:
    """End the call with the code, the sentence and the details of the reason."""
    info = error_details_pb2.ErrorInfo(
        reason=refused.reason, domain=DOMAIN, metadata=refused.metadata
    )
    details = [_packed(info)]
    entry = CATALOGUE[refused.reason]
    if refused.field:
        violation = error_details_pb2.BadRequest.FieldViolation(field=refused.field)
        details.append(_packed(error_details_pb2.BadRequest(field_violations=[violation])))
    if entry.retry_seconds is not None:
        wait = refused.retry_after
        details.append(_packed(_retry(float(entry.retry_seconds) if wait is None else wait)))
    code = grpc.StatusCode[entry.code]
    status = status_pb2.Status(
        code=code.value[0],
        message=status_message(refused.reason, refused.words),
        details=details,
    )
    await context.abort_with_status(rpc_status.to_status(status))


def _packed(detail: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(detail)
    return packed


def _retry(seconds: float) -> error_details_pb2.RetryInfo:
    whole, part = divmod(seconds, 1)
    return error_details_pb2.RetryInfo(
        retry_delay=duration_pb2.Duration(seconds=int(whole), nanos=int(part * _NANOS))
    )
