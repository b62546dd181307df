"""A question to a receiver: what became of a message that it may hold?

Nothing is sent again. Only the receiver of the last attempt is asked, by the
certificate of its OIN, wherever its endpoint is now; and its word counts only
if it is final.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import grpc

from wissel.las.v1 import las_service_pb2 as las
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub
from wissel.routing.exchange.delivery import Order, Result
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.deliver.attempt import refusal_result
from wissel.server.courier.deliver.receipts import ReceiptIssuer
from wissel.server.courier.ports import STALE_SECONDS, Tables
from wissel.server.courier.receivers.dial import Dialer
from wissel.server.courier.timeline import Metadata

if TYPE_CHECKING:
    from wissel.las.v1.las_service_pb2_grpc import LasServiceAsyncStub

_OPEN: Final = {
    las.GetReceiptResponse.STATE_UNKNOWN: "unknown there",
    las.GetReceiptResponse.STATE_IN_PROGRESS: "being received there",
}


QueryTracing: TypeAlias = Callable[[Order], AbstractContextManager[Metadata]]
"""Goes around a question, to see what comes of it; yields what goes along with the call."""


def untraced(_order: Order) -> AbstractContextManager[Metadata]:
    """Nobody looks."""
    return nullcontext(())


class ReceiverAddress(NamedTuple):
    """Where a question is put: an endpoint's URL, and whose certificate must be there."""

    url: str
    oin: Oin


def receiver_address_of(table: Table, order: Order) -> ReceiverAddress | None:
    """Return where to ask about an order; None if its endpoint is not known.

    The endpoint counts as it is now, and even if it has ended since: what it
    received, it received.
    """
    endpoint = table.endpoint(order.receiver_organisation, order.endpoint_id)
    return None if endpoint is None else ReceiverAddress(endpoint.url, order.receiver_oin)


class ReceiptQuery:
    """Asks receivers; a question, with its dialling, takes at most `seconds`."""

    def __init__(
        self,
        dialer: Dialer,
        tables: Tables,
        receipts: ReceiptIssuer,
        seconds: float,
        asking: QueryTracing = untraced,
    ) -> None:
        self._dialer = dialer
        self._tables = tables
        self._receipts = receipts
        self._seconds = seconds
        self._asking = asking

    async def ask(self, address: ReceiverAddress, order: Order) -> Result:
        """Return the receiver's final word: DELIVERED with both receipts, or REFUSED.

        1. the facts are fresh enough to know who was revoked: REGISTRY_STALE
        2. the receiver is there, with its own certificate: RECEIVER_UNREACHABLE,
           RECEIVER_UNTRUSTED, ADDRESS_NOT_ALLOWED, RECEIVER_TIMEOUT
        3. it answers: RECEIVER_UNREACHABLE, RECEIVER_TIMEOUT, RECEIVER_FAILED
        4. it has an answer that is final: DELIVERY_UNCERTAIN
        5. a receipt proves this very exchange, for whichever stamp: RECEIPT_INVALID

        Raises `Refused` otherwise; then the message is as uncertain as before.
        """
        with self._asking(order) as onward:
            return await self._ask(address, order, onward)

    async def _ask(self, address: ReceiverAddress, order: Order, onward: Metadata) -> Result:
        # 1.
        if self._tables.staleness() > STALE_SECONDS:
            raise Refused(Reason.REGISTRY_STALE)
        try:
            async with asyncio.timeout(self._seconds):
                # 2.
                revoked = self._tables.table.revoked
                line = await self._dialer.line(address.url, address.oin, revoked)
                # 3.
                stub: LasServiceAsyncStub = LasServiceStub(line.channel)
                response = await stub.GetReceipt(_request(order), metadata=onward or None)
        except TimeoutError:
            raise Refused(Reason.RECEIVER_TIMEOUT) from None
        except grpc.aio.AioRpcError as error:
            raise _failure(error.code()) from error
        # 4.
        match response.state:
            case las.GetReceiptResponse.STATE_REFUSED:
                return refusal_result(response.refusal)
            case las.GetReceiptResponse.STATE_RECEIVED:
                # 5.
                return self._receipts.settled(order, response.receipt)
            case other:
                raise Refused(Reason.DELIVERY_UNCERTAIN, problem=_OPEN.get(other, "no answer"))


def _request(order: Order) -> las.GetReceiptRequest:
    return las.GetReceiptRequest(
        sender_oin=order.sender_oin,
        message_id=str(order.message_id),
        header_digest=order.header_digest,
    )


def _failure(code: grpc.StatusCode) -> Refused:
    if code is grpc.StatusCode.UNAVAILABLE:
        return Refused(Reason.RECEIVER_UNREACHABLE)
    return Refused(Reason.RECEIVER_FAILED, code=code.name)
