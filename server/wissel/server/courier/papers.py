"""The papers that the hub makes: the stamp it sends along, and the proof it keeps."""

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.decision import Route
from wissel.routing.delivery import Delivery, Result, State
from wissel.routing.dsse import Signer
from wissel.routing.envelope import EnvelopeHeader
from wissel.routing.errors import Refused
from wissel.routing.proof import verify_receiver_receipt
from wissel.routing.reasons import Reason
from wissel.routing.receipt import Exchange, HubReceipt, RouteStamp
from wissel.server.courier.ports import Clock, PeerTrust, Renewed, Tables
from wissel.server.courier.wire import (
    RECEIPTS,
    digest_of,
    signed_hub_receipt,
    signed_stamp,
    value_of,
)


class Papers:
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
        claimed: Delivery,
        route: Route,
        header: EnvelopeHeader,
        stamp: dossier_pb2.Signed,
        receipt: dossier_pb2.Signed,
    ) -> Result:
        """Return DELIVERED with both receipts, if the receiver's one proves it.

        1. it proves this very exchange (see `verify_receiver_receipt`)
        2. it was made for this stamp
        3. then, and only then, the hub signs its own

        Raises `Refused(RECEIPT_INVALID)`.
        """
        now, order, signer = self.clock(), claimed.order, self._signer.current
        exchange = Exchange(
            hub_oin=signer.oin,
            sender_oin=order.sender_oin,
            receiver_oin=order.receiver_oin,
            message_id=order.message_id,
            header_digest=order.header_digest,
            payload_size=header.payload_size,
            payload_sha256=header.payload_sha256,
        )
        # 1.
        paths = self._trust.checking(self._tables.table.revoked)
        received = verify_receiver_receipt(
            value_of(receipt), RECEIPTS.receiver, paths, exchange, now
        )
        # 2.
        if received.stamp_digest != digest_of(stamp.payload):
            raise Refused(Reason.RECEIPT_INVALID, problem="for another stamp")
        # 3.
        own = HubReceipt(
            signer_oin=signer.oin,
            exchange=exchange,
            delivered=now,
            sender_mandate_id=route.sender_mandate_id,
            receiver_mandate_id=route.receiver_mandate_id,
            endpoint_id=route.endpoint_id,
            registry_revision=route.revision,
            receiver_receipt_digest=digest_of(receipt.payload),
            revocation_stale=self._trust.stale(now),
        )
        return Result(
            state=State.DELIVERED,
            hub_receipt=signed_hub_receipt(own, signer).SerializeToString(),
            receiver_receipt=receipt.SerializeToString(),
        )
