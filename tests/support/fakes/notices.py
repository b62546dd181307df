"""The part of a LAS for tests that is told of dossiers: `notified`, or what `notice` says."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import grpc

from wissel.las.v1 import las_service_pb2 as pb
from wissel.las.v1 import las_service_pb2_grpc as pb_grpc

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(kw_only=True)
class Notices(pb_grpc.LasServiceServicer):
    """Takes notifications."""

    notice: Callable[[Context], Awaitable[None]] | None = None
    notified: list[pb.NotifyRequest] = field(default_factory=list)
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def Notify(self, request: pb.NotifyRequest, context: Context) -> pb.NotifyResponse:
        """Note a notification once `notice` has returned, if there is one; `told` is set before."""
        self.told.set()
        if self.notice is not None:
            await self.notice(context)
        self.notified.append(request)
        return pb.NotifyResponse()
