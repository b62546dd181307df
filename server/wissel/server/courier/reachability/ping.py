"""One ping: a receiver is dialled as for a message, and asked to answer."""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import grpc

from wissel.las.v1 import las_service_pb2 as las
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.trusted_path import Revoked
from wissel.server.courier.reachability.observation import (
    MOST_DETAIL,
    Pinged,
    Receiver,
    Silence,
)
from wissel.server.courier.receivers.addresses import HostPort
from wissel.server.courier.receivers.call_failure import answered_before, refusal_of_call
from wissel.server.courier.receivers.causes import Cause, cause_of, detail_of
from wissel.server.courier.receivers.dial import Dialer

if TYPE_CHECKING:
    from wissel.las.v1.las_service_pb2_grpc import LasServiceAsyncStub

_CLOSED: Final = "it closed the connection before it answered"


class Pinger:
    """Pings receivers, on lines of its own; an answer is waited for `seconds`, once dialled.

    `revoked` tells what the register has revoked by now.
    """

    def __init__(self, dialer: Dialer, revoked: Callable[[], Revoked], seconds: float) -> None:
        self._dialer = dialer
        self._revoked = revoked
        self._seconds = seconds

    async def ping(self, receiver: Receiver) -> Pinged:
        """Return why a receiver does not answer, if it does not, and when its certificates end.

        A receiver that knows no Ping answers too: it is there, and holds its certificate.
        """
        key = (HostPort(receiver.host, receiver.port), receiver.oin)
        ends: dt.datetime | None = None
        try:
            async with self._dialer.once(key, self._revoked()) as line:
                ends = min(path.not_after for path in line.paths)
                await self._asked(line.channel)
        except Refused as refused:
            detail = detail_of(refused)[:MOST_DETAIL]
            return Pinged(Silence(cause=cause_of(refused), detail=detail), ends)
        return Pinged(None, ends)

    async def _asked(self, channel: grpc.aio.Channel) -> None:
        stub: LasServiceAsyncStub = LasServiceStub(channel)
        try:
            async with answered_before(asyncio.get_running_loop().time() + self._seconds):
                await stub.Ping(las.PingRequest())
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNIMPLEMENTED:
                return
            raise _failure(error) from None


def _failure(error: grpc.aio.AioRpcError) -> Refused:
    refused = refusal_of_call(error)
    if refused.metadata == {"code": grpc.StatusCode.UNAVAILABLE.name}:
        return Refused(Reason.RECEIVER_UNREACHABLE, problem=_CLOSED, cause=Cause.GOAWAY)
    return refused
