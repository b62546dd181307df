"""Follows what becomes of mandates for as long as somebody reads it, over whatever breaks."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

import grpc

from wissel.clients.errors import Unreachable, WisselError
from wissel.clients.transport.connection import Connection
from wissel.clients.transport.retry import Patience, may_pass
from wissel.clients.transport.status_errors import translate
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub

SILENCE: Final = 90.0
"""Seconds without a response, of which a hub gives one every 30, after which a stream is dead."""


async def watch(
    link: Connection, patience: Patience, request: pb.WatchMandatesRequest
) -> AsyncGenerator[pb.WatchMandatesResponse]:
    """Yield the responses of WatchMandates, and go on after each end of a stream.

    What comes after an end goes on after the last response with a resume_token: what
    followed that one comes once more. Waits between attempts grow as `patience` says, however
    long it takes. Raises the `WisselError` of an attempt that is not worth repeating.
    """
    asked = pb.WatchMandatesRequest()
    asked.CopyFrom(request)
    attempt = 0
    while True:
        offered = None
        try:
            async for response in _stream(link, asked):
                if response.resume_token:
                    asked = pb.WatchMandatesRequest(resume_token=response.resume_token)
                attempt = 0
                yield response
        except WisselError as error:
            if not may_pass(error):
                raise
            offered = getattr(error, "retry_after", None)
        await patience.sleep(patience.wait(attempt, offered))
        attempt += 1


async def _stream(
    link: Connection, request: pb.WatchMandatesRequest
) -> AsyncGenerator[pb.WatchMandatesResponse]:
    """Yield the responses of one stream; it ends with an error."""
    call = MandateServiceStub(link.channel()).WatchMandates(request, metadata=link.metadata)
    try:
        while True:
            async with asyncio.timeout(SILENCE):
                response = await call.read()
            if not isinstance(response, pb.WatchMandatesResponse):
                raise Unreachable(link.server, "the hub ended the watch")
            yield response
    except TimeoutError:
        raise Unreachable(link.server, f"silent for {SILENCE:g} seconds") from None
    except grpc.aio.AioRpcError as error:
        raise translate(error, link.server, link.language) from None
    finally:
        call.cancel()
