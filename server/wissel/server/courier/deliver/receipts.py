"""What the hub signs: the stamp it sends along, and its receipt of a delivery."""

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
    value_of,
)


class ReceiptIssuer:
    """Signs for the hub, and judges what receivers signed.

    `owner` names this process in the journal.
    """

    def __init__(
        self,
        signer: Renewed[Signer],
        trust: PeerTrust,
        tables: Tables,
        clock: Clock,
        owner: str,
    ) -> None:
        self._signer = signer
        self.clock = clock
        self.owner = owner
        self._trust = trust
        self._tables = tables

    def stamp(self, claimed: Delivery, route: Route) -> dossier_pb2.Signed:
        """Return the signed order for this attempt; it holds as long as the lease."""
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
            issued=self.clock(),
            expires=order.lease_until,
        )
        return signed_stamp(stamp, signer)

    def proven(
        self,
        order: Order,
        stamp: dossier_pb2.Signed,
        receipt: dossier_pb2.Signed,
        revision: int,
    ) -> Result:
        """Return DELIVERED with both receipts, if the receiver's one proves it.

        1. it proves this very exchange (see `verify_receiver_receipt`)
        2. it was made for this stamp
        3. then, and only then, the hub signs its own, on the register's `revision`

        Raises `Refused(RECEIPT_INVALID)`.
        """
        # 1.
        received = self._received(order, receipt)
        # 2.
        if received.stamp_digest != digest_of(stamp.payload):
            raise Refused(Reason.RECEIPT_INVALID, problem="for another stamp")
        # 3.
        return self._delivered(order, receipt, revision)

    def settled(self, order: Order, receipt: dossier_pb2.Signed) -> Result:
        """Return DELIVERED with both receipts, if the receiver proves that it holds the message.

        As `proven`, but for any of the hub's stamps: the receiver may have stored
        the message in an earlier attempt than the last, and what it signed then
        is true (docs/adr/0009). Raises `Refused(RECEIPT_INVALID)`.
        """
        self._received(order, receipt)
        return self._delivered(order, receipt, order.registry_revision)

    def _received(self, order: Order, receipt: dossier_pb2.Signed) -> ReceiverReceipt:
        paths = self._trust.checking(self._tables.table.revoked)
        return verify_receiver_receipt(
            value_of(receipt), RECEIPTS.receiver, paths, self._exchange(order), self.clock()
        )

    def _delivered(self, order: Order, receipt: dossier_pb2.Signed, revision: int) -> Result:
        now, signer = self.clock(), self._signer.current
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
