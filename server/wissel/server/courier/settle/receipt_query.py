"""Asking a receiver what became of a message that it may hold (`LasService.GetReceipt`).

Nothing is sent again. Only the receiver of the last attempt is asked, at the URL
that its endpoint has now and with a certificate of its OIN. Only a final answer
counts.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import grpc

from wissel.las.v1 import las_service_pb2 as las
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub
from wissel.routing.exchange.delivery import Delivery, Order, Result
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.deliver.receipts import ReceiptIssuer
from wissel.server.courier.deliver.receiver_refusal import refusal_result
from wissel.server.courier.ports import STALE_SECONDS, Tables
from wissel.server.courier.receivers.call_failure import answered_before, refusal_of_call
from wissel.server.courier.receivers.dial import Dialer
from wissel.server.courier.receivers.line import key_of
from wissel.server.courier.timeline import Metadata

if TYPE_CHECKING:
    from wissel.las.v1.las_service_pb2_grpc import LasServiceAsyncStub

_OPEN: Final = {
    las.GetReceiptResponse.STATE_UNKNOWN: "unknown there",
    las.GetReceiptResponse.STATE_IN_PROGRESS: "being received there",
}


QueryTracing: TypeAlias = Callable[[Order], AbstractContextManager[Metadata]]
"""Makes the trace span of a question about an order; it yields the metadata of the call."""


def untraced(_order: Order) -> AbstractContextManager[Metadata]:
    """Return no span: the question is not traced."""
    return nullcontext(())


class ReceiverAddress(NamedTuple):
    """Where a receiver is asked: an endpoint's URL, and the OIN that its certificate must hold."""

    url: str
    oin: Oin


def receiver_address_of(table: Table, order: Order) -> ReceiverAddress | None:
    """Return where to ask about an order; None if its endpoint is not known.

    The URL is that of the endpoint as it is now, also if it has ended since: a
    message that it received before stays received.
    """
    endpoint = table.endpoint(order.receiver_organisation, order.endpoint_id)
    return None if endpoint is None else ReceiverAddress(endpoint.url, order.receiver_oin)


class ReceiptQuery:
    """Asks receivers; a question takes at most `seconds`, dialling included."""

    def __init__(
        self,
        dialer: Dialer,
        tables: Tables,
        receipts: ReceiptIssuer,
        seconds: float,
        tracing: QueryTracing = untraced,
    ) -> None:
        self._dialer = dialer
        self._tables = tables
        self._receipts = receipts
        self._seconds = seconds
        self._tracing = tracing

    async def ask(self, address: ReceiverAddress, delivery: Delivery) -> Result:
        """Return the receiver's final answer: DELIVERED with both receipts, or REFUSED.

        1. The facts are fresh enough to know who was revoked: REGISTRY_STALE.
        2. The receiver is reached, with its own certificate: RECEIVER_UNREACHABLE,
           RECEIVER_UNTRUSTED, ADDRESS_NOT_ALLOWED, RECEIVER_TIMEOUT.
        3. It answers: RECEIVER_UNREACHABLE, RECEIVER_TIMEOUT, RECEIVER_FAILED,
           RECEIVER_PROXY_FAILED.
        4. Its answer is final: DELIVERY_UNCERTAIN.
        5. A receipt proves this exchange, for any stamp (ADR 9): RECEIPT_INVALID.

        Raises `Refused` with the reason of the first that does not hold; the
        message is then as uncertain as before.
        """
        with self._tracing(delivery.order) as metadata:
            return await self._ask(address, delivery, metadata)

    async def _ask(
        self, address: ReceiverAddress, delivery: Delivery, metadata: Metadata
    ) -> Result:
        # 1.
        if self._tables.staleness() > STALE_SECONDS:
            raise Refused(Reason.REGISTRY_STALE)
        until = asyncio.get_running_loop().time() + self._seconds
        # 2.
        revoked = self._tables.table.revoked
        async with answered_before(until):
            line = await self._dialer.line(key_of(address.url, address.oin), revoked)
        # 3.
        with self._dialer.using(line) as channel:
            response = await _question(channel, _request(delivery.order), metadata, until)
        # 4.
        match response.state:
            case las.GetReceiptResponse.STATE_REFUSED:
                return refusal_result(response.refusal)
            case las.GetReceiptResponse.STATE_RECEIVED:
                # 5.
                return self._receipts.confirm_settlement(delivery, response.receipt)
            case other:
                raise Refused(Reason.DELIVERY_UNCERTAIN, problem=_OPEN.get(other, "no answer"))


async def _question(
    channel: grpc.aio.Channel, request: las.GetReceiptRequest, metadata: Metadata, until: float
) -> las.GetReceiptResponse:
    stub: LasServiceAsyncStub = LasServiceStub(channel)
    try:
        async with answered_before(until):
            return await stub.GetReceipt(request, metadata=metadata or None)
    except grpc.aio.AioRpcError as error:
        raise _failure(error) from error


def _request(order: Order) -> las.GetReceiptRequest:
    return las.GetReceiptRequest(
        sender_oin=order.sender_oin,
        message_id=str(order.message_id),
        header_digest=order.header_digest,
    )


def _failure(error: grpc.aio.AioRpcError) -> Refused:
    refused = refusal_of_call(error)
    unspoken = refused.metadata == {"code": grpc.StatusCode.UNAVAILABLE.name}
    return Refused(Reason.RECEIVER_UNREACHABLE) if unspoken else refused
