"""The call to a source: `LasService.Provide`."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final, TypeAlias

import grpc

from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.exchange.fetching.orders import ProvideOrder
from wissel.routing.signing.dsse import Signer
from wissel.server.courier.fetch.faults import refusal_of_source
from wissel.server.courier.ports import Renewed, Tables
from wissel.server.courier.receivers.call_failure import refusal_of_call
from wissel.server.courier.receivers.dial import Dialer
from wissel.server.courier.receivers.line import Key
from wissel.server.courier.streams.chunk_framing import ProvidedPart, decode_provided
from wissel.server.courier.timeline import Step, Timeline
from wissel.server.courier.wire import signed_order

_PROVIDE: Final = "/wissel.las.v1.LasService/Provide"

ProvideMethod: TypeAlias = "grpc.aio.UnaryStreamMultiCallable[las.ProvideRequest, ProvidedPart]"


class Sources:
    """Calls sources, which are dialled as receivers are."""

    def __init__(self, dialer: Dialer, tables: Tables, signer: Renewed[Signer]) -> None:
        self._dialer = dialer
        self._tables = tables
        self._signer = signer

    async def parts(
        self, key: Key, order: ProvideOrder, deadline: float, timeline: Timeline
    ) -> AsyncGenerator[ProvidedPart]:
        """Yield what a source answers to an order; it is dialled when the first part is read.

        `deadline` is in seconds on the event loop's clock. Raises `Refused`: what
        `Dialer.line`, `refusal_of_call` and `refusal_of_source` say.
        """
        timeline.begin(Step.DIAL)
        line = await self._dialer.line(key, self._tables.table.revoked)
        timeline.begin(Step.HEADER)
        with self._dialer.using(line) as channel:
            provide: ProvideMethod = channel.unary_stream(
                _PROVIDE,
                request_serializer=las.ProvideRequest.SerializeToString,
                response_deserializer=decode_provided,
            )
            request = las.ProvideRequest(order=signed_order(order, self._signer.current))
            seconds = max(deadline - asyncio.get_running_loop().time(), 0.0)
            metadata = timeline.call_metadata()
            call = provide(request, timeout=seconds, metadata=metadata or None)
            try:
                async for part in call:
                    if isinstance(part, las.ProvideResponse) and part.HasField("refusal"):
                        raise refusal_of_source(part.refusal)
                    yield part
            except grpc.aio.AioRpcError as error:
                raise refusal_of_call(error) from error
            finally:
                call.cancel()
