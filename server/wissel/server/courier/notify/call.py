"""One call to a requester: `LasService.Notify`."""

import asyncio
from typing import TYPE_CHECKING

import grpc

from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as las
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub
from wissel.routing.exchange.envelope import Address
from wissel.routing.exchange.fetching.notifications import Notification
from wissel.routing.exchange.messages import address_fields
from wissel.server.courier.notify.observer import NotifyTracing, untraced
from wissel.server.courier.ports import Tables
from wissel.server.courier.receivers.call_failure import answered_before, refusal_of_call
from wissel.server.courier.receivers.dial import Dialer
from wissel.server.courier.receivers.line import Key
from wissel.server.courier.timeline import Metadata

if TYPE_CHECKING:
    from wissel.las.v1.las_service_pb2_grpc import LasServiceAsyncStub


class NotifyCall:
    """Calls requesters, which are dialled as receivers are; a call takes at most `seconds`."""

    def __init__(
        self,
        dialer: Dialer,
        tables: Tables,
        seconds: float,
        tracing: NotifyTracing | None = None,
    ) -> None:
        self._dialer = dialer
        self._tables = tables
        self._seconds = seconds
        self._tracing = tracing or untraced

    async def tell(self, key: Key, notification: Notification) -> None:
        """Return once a requester has answered that it has a notification.

        Raises `Refused`: what `Dialer.line` and `refusal_of_call` say, and
        RECEIVER_TIMEOUT.
        """
        with self._tracing(notification) as metadata:
            await self._tell(key, notify_request(notification), metadata)

    async def _tell(self, key: Key, request: las.NotifyRequest, metadata: Metadata) -> None:
        async with answered_before(self._until()):
            line = await self._dialer.line(key, self._tables.table.revoked)
        with self._dialer.using(line) as channel:
            await self._call(channel, request, metadata)

    async def _call(
        self, channel: grpc.aio.Channel, request: las.NotifyRequest, metadata: Metadata
    ) -> None:
        stub: LasServiceAsyncStub = LasServiceStub(channel)
        try:
            async with answered_before(self._until()):
                await stub.Notify(request, metadata=metadata or None)
        except grpc.aio.AioRpcError as error:
            raise refusal_of_call(error) from error

    def _until(self) -> float:
        return asyncio.get_running_loop().time() + self._seconds


def notify_request(notification: Notification) -> las.NotifyRequest:
    """Return what a requester is told."""
    said, terms = notification.announcement, notification.announcement.terms
    source = Address(organisation=terms.source, routing_key=said.source_routing_key)
    requester = Address(organisation=terms.requester, routing_key=terms.requester_routing_key)
    request = las.NotifyRequest(
        notification_id=str(said.notification_id),
        source_oin=said.source_oin,
        source=dossier_pb2.Address(**address_fields(source)),
        requester=dossier_pb2.Address(**address_fields(requester)),
        overdrachtsoort=terms.kind.value,
    )
    if said.session_id is not None:
        request.session_id = str(said.session_id)
    elif notification.link_key is not None:
        request.link_key = str(notification.link_key)
    return request
