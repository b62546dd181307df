"""What the hub signs: the stamp it sends along, and its receipt of a delivery."""

import datetime as dt

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.deciding.decision import Route
from wissel.routing.exchange.delivery import Delivery, Order, Result, State
from wissel.routing.exchange.proof import verify_receiver_receipt
from wissel.routing.exchange.receipts import Exchange, HubReceipt, ReceiverReceipt, RouteStamp
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import Signer
from wissel.server.courier.ports import Clock, PeerTrust, Renewed, Tables
from wissel.server.courier.wire import (
    RECEIPTS,
    digest_of,
    signed_hub_receipt,
    signed_stamp,
    signed_value,
)


class ReceiptIssuer:
    """Signs stamps and receipts for the hub, and verifies the receipts of receivers."""

    def __init__(
        self,
        signer: Renewed[Signer],
        trust: PeerTrust,
        tables: Tables,
        clock: Clock,
    ) -> None:
        self._signer = signer
        self._trust = trust
        self._tables = tables
        self._clock = clock

    def stamp(self, claimed: Delivery, route: Route) -> dossier_pb2.Signed:
        """Return the hub's signed order for the attempt of a claim; it expires with the lease."""
        order, signer = claimed.order, self._signer.current
        stamp = RouteStamp(
            hub_oin=signer.oin,
            sender_oin=order.sender_oin,
            receiver_oin=order.receiver_oin,
            message_id=order.message_id,
            header_digest=order.header_digest,
            routing_key=route.routing_key,
            endpoint_id=route.endpoint_id,
            registry_revision=route.revision,
            attempt=claimed.attempt,
            issued=self._clock(),
            expires=order.lease_until,
        )
        return signed_stamp(stamp, signer)

    def confirm_attempt(
        self,
        order: Order,
        created: dt.datetime,
        stamp: dossier_pb2.Signed,
        receipt: dossier_pb2.Signed,
        revision: int,
    ) -> Result:
        """Return DELIVERED with both receipts, after an attempt.

        1. The receiver's receipt proves this exchange, with the receiver that the
           route named, and a time after `created`, that of the message's header
           (see `verify_receiver_receipt`).
        2. It was signed for this attempt's stamp.
        3. The hub signs its own, which names the register's `revision`.

        Raises `Refused(RECEIPT_INVALID)`.
        """
        # 1.
        verified = self._verified(order, receipt, created)
        # 2.
        if verified.stamp_digest != digest_of(stamp.payload):
            raise Refused(Reason.RECEIPT_INVALID, problem="for another stamp")
        # 3.
        return self._delivered(order, receipt, revision)

    def confirm_settlement(self, delivery: Delivery, receipt: dossier_pb2.Signed) -> Result:
        """Return DELIVERED with both receipts, after a question to the receiver.

        As `confirm_attempt`, but the receipt may be for any of the hub's stamps:
        the receiver may have stored the message in an earlier attempt than the
        last, and what it signed then is true (ADR 9). The journal does not hold
        when the header was made; no receiver has the message before the hub
        first accepted it.

        Raises `Refused(RECEIPT_INVALID)`.
        """
        order = delivery.order
        self._verified(order, receipt, delivery.accepted)
        return self._delivered(order, receipt, order.registry_revision)

    def _verified(
        self, order: Order, receipt: dossier_pb2.Signed, since: dt.datetime
    ) -> ReceiverReceipt:
        signed, paths = signed_value(receipt), self._trust.checking(self._tables.table.revoked)
        return verify_receiver_receipt(
            signed, RECEIPTS.receiver, paths, self._exchange(order), self._clock(), since
        )

    def _delivered(self, order: Order, receipt: dossier_pb2.Signed, revision: int) -> Result:
        now, signer = self._clock(), self._signer.current
        own = HubReceipt(
            signer_oin=signer.oin,
            exchange=self._exchange(order),
            delivered=now,
            sender_mandate_id=order.sender_mandate_id,
            receiver_mandate_id=order.receiver_mandate_id,
            endpoint_id=order.endpoint_id,
            registry_revision=revision,
            receiver_receipt_digest=digest_of(receipt.payload),
            revocation_stale=self._trust.stale(now),
            test=order.test,
        )
        return Result(
            state=State.DELIVERED,
            hub_receipt=signed_hub_receipt(own, signer).SerializeToString(),
            receiver_receipt=receipt.SerializeToString(),
        )

    def _exchange(self, order: Order) -> Exchange:
        return Exchange(
            hub_oin=self._signer.current.oin,
            sender_oin=order.sender_oin,
            receiver_oin=order.receiver_oin,
            message_id=order.message_id,
            header_digest=order.header_digest,
            payload_size=order.payload_size,
            payload_sha256=order.payload_sha256,
        )
