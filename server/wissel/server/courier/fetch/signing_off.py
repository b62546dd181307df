"""The end of a fetch: the requester's receipt makes its delivery DELIVERED."""

from dataclasses import dataclass
from uuid import UUID

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.delivery import Delivery, Known, State
from wissel.routing.exchange.delivery_moves import refusal_of
from wissel.routing.exchange.fetching.transfers import Transfer, TransferResult
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.deliver.receipts import ReceiptIssuer
from wissel.server.courier.ports import Clock, Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A requester's receipt for a message of a source."""

    sender_oin: Oin
    message_id: UUID
    receipt: dossier_pb2.Signed


class SignOff:
    """Takes the receipts of requesters."""

    def __init__(self, journal: Journal, receipts: ReceiptIssuer, clock: Clock) -> None:
        self._journal = journal
        self._receipts = receipts
        self._clock = clock

    async def deliver(self, session: Transfer, signed: Signed) -> Delivery:
        """End a session; return the delivery of its message, DELIVERED with both receipts.

        1. The message is known: DELIVERY_NOT_FOUND. It goes from the source of the
           session to its requester: SESSION_DEVIATES.
        2. If it was delivered before, its receipts stand, whatever is signed now.
        3. Its requester may hold it: RECEIVER_REFUSED, MESSAGE_IN_PROGRESS as long as
           it is being fetched, RECEIPT_INVALID if it was never fetched to its end.
        4. The receipt proves this exchange, for any stamp (ADR 9): RECEIPT_INVALID.
           It settles the delivery and ends the session, in one write.

        Raises `Refused` with the first that does not hold, and what
        `transfers.sign_off` refuses. A session that was used twice at once, and the
        sweeper, settle a delivery once.
        """
        # 1.
        key = signed.sender_oin, signed.message_id
        delivery: Known | None = self._journal.recent(*key)
        if delivery is None or delivery.state is not State.UNCERTAIN:
            delivery = await self._journal.find(*key)
        if not isinstance(delivery, Delivery):
            raise Refused(Reason.DELIVERY_NOT_FOUND, message_id=str(signed.message_id))
        _require_of(session, delivery)
        if delivery.state is State.UNCERTAIN:
            # 4.
            result = self._receipts.confirm_settlement(delivery, signed.receipt)
            settled = await self._journal.sign_for(session, *key, delivery.attempt, result)
            if settled is not None:
                return settled
            again = await self._journal.find(*key)
            delivery = again if isinstance(again, Delivery) else delivery
        # 2. and 3.
        match delivery.state:
            case State.DELIVERED:
                await self._journal.sign_off_transfer(
                    session.session_id,
                    session.requester_oin,
                    TransferResult.TRANSFERRED,
                    self._clock(),
                )
                return delivery
            case State.REFUSED:
                raise refusal_of(delivery)
            case State.FAILED:
                raise Refused(Reason.RECEIPT_INVALID, problem="it was not fetched to its end")
            case _:
                message_id = str(signed.message_id)
                raise Refused(Reason.MESSAGE_IN_PROGRESS, retry_after=1.0, message_id=message_id)


def _require_of(session: Transfer, delivery: Delivery) -> None:
    terms, order = session.terms, delivery.order
    said = (order.sender_organisation, order.routing_key, order.kind)
    if said != (terms.source, terms.requester_routing_key, terms.kind):
        raise Refused(Reason.SESSION_DEVIATES, at="message_id")
