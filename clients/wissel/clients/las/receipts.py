"""Receipts of the receiver: made for a stamp, signed, and kept for a repeat."""

import datetime as dt

from wissel.clients.identity import Identity
from wissel.clients.las.inbox_thread import InboxThread
from wissel.clients.las.opening import Accepted
from wissel.clients.received.messages import Known, MessageKey, Messages
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.receipt_messages import read_receiver_receipt, receiver_receipt_fields
from wissel.routing.exchange.receipts import ReceiverReceipt
from wissel.routing.exchange.signed_messages import signed_fields
from wissel.routing.signing.dsse import RECEIVER_RECEIPT


class Receipts:
    """Signs the receipts of messages that are remembered (design.md#receipts)."""

    def __init__(self, identity: Identity, messages: Messages, thread: InboxThread) -> None:
        self._identity = identity
        self._messages = messages
        self._thread = thread

    async def sign(self, key: MessageKey, payload: bytes) -> dossier_pb2.Signed:
        """Sign a serialized ReceiverReceipt and keep it with the message."""
        signer = self._identity.current().signer
        signed = dossier_pb2.Signed(**signed_fields(signer.sign(payload, RECEIVER_RECEIPT)))
        await self._thread.run(self._messages.signed, key, payload, signed.SerializeToString())
        return signed

    async def kept(self, key: MessageKey, known: Known) -> dossier_pb2.Signed:
        """Return the receipt of a message that was received: the one kept, or signed again.

        It is signed again if there is none, or if the certificate was replaced
        since: a receipt of the old one may prove nothing any more.
        """
        if known.receipt:
            kept = dossier_pb2.Signed.FromString(known.receipt)
            if kept.signatures[0].chain[0] == self._identity.current().signer.chain[0]:
                return kept
        return await self.sign(key, known.receipt_payload)

    async def for_stamp(self, accepted: Accepted, known: Known) -> dossier_pb2.Signed:
        """Return the receipt of a message that was received before, for the stamp of this attempt.

        A hub that delivers takes only a receipt for the stamp of that attempt. The
        time in it stays that at which the message was received.
        """
        before = read_receiver_receipt(known.receipt_payload, dossier_pb2.ReceiverReceipt)
        if before.stamp_digest == accepted.stamp_digest:
            return await self.kept(accepted.key, known)
        return await self.sign(accepted.key, receipt_payload(accepted, before.received))


def receipt_payload(accepted: Accepted, received: dt.datetime) -> bytes:
    """Return the serialized ReceiverReceipt of a delivery that was received at `received`."""
    receipt = ReceiverReceipt(
        signer_oin=accepted.stamp.receiver_oin,
        exchange=accepted.exchange(),
        received=received,
        stamp_digest=accepted.stamp_digest,
    )
    message = dossier_pb2.ReceiverReceipt(**receiver_receipt_fields(receipt))
    return message.SerializeToString(deterministic=True)
