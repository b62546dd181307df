"""The end of a session: with the receipt for a dossier, or with the best result without one."""

import datetime as dt
from collections.abc import Callable
from typing import Final
from uuid import UUID

from wissel.clients.errors import ReceiptUntrusted, Refused, WisselError
from wissel.clients.identity import Identity
from wissel.clients.las.opening import Accepted
from wissel.clients.register import AsyncRegister
from wissel.clients.sending.receipts import DeliveryReceipt, prove
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.fetching.transfers import TransferResult
from wissel.routing.exchange.proof import Demanded
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1.transfer_service_pb2_grpc import TransferServiceStub

_ENDED: Final = frozenset(
    {
        Reason.SESSION_EXPIRED.value,
        Reason.SESSION_SIGNED_OFF.value,
        Reason.SESSION_UNKNOWN.value,
    }
)
"""The session cannot be signed off any more; the hub may have asked for our receipt meanwhile."""


class SigningOff:
    """Signs sessions off at `hub`, as `identity`."""

    def __init__(
        self, hub: AsyncRegister, identity: Identity, now: Callable[[], dt.datetime]
    ) -> None:
        self._hub = hub
        self._identity = identity
        self._now = now

    async def with_receipt(
        self, session_id: UUID, accepted: Accepted, receipt: dossier_pb2.Signed
    ) -> DeliveryReceipt:
        """End a session with the receipt for a dossier; return the proof of its delivery.

        If the session has ended, or another receipt of ours stands, the hub had it from
        the LAS (`GetReceipt`) or from another process. Raises `Refused`, `Unreachable`, and
        `ReceiptUntrusted` for a receipt of the hub that is not about this dossier.
        """
        key = accepted.key
        request = pb.SignOffTransferRequest(
            session_id=str(session_id),
            receipt=receipt,
            sender_oin=key.sender_oin,
            message_id=str(key.message_id),
        )
        try:
            response = await self._hub.call(
                lambda c: TransferServiceStub(c).SignOffTransfer, request
            )
        except Refused as refused:
            if refused.reason not in _ENDED:
                raise
            return await self._standing(accepted, refused)
        try:
            return self._proof(accepted, response.hub_receipt, receipt)
        except ReceiptUntrusted as untrusted:
            return await self._standing(accepted, untrusted)

    async def without(self, session_id: UUID, result: TransferResult) -> None:
        """End a session without a dossier. Raises `Refused` and `Unreachable`."""
        request = pb.SignOffTransferRequest(session_id=str(session_id), result=result.value)
        await self._hub.call(lambda c: TransferServiceStub(c).SignOffTransfer, request)

    async def _standing(self, accepted: Accepted, problem: WisselError) -> DeliveryReceipt:
        """Return the proof that the hub has since earlier; raise the problem if it has none."""
        key = accepted.key
        found = await self._hub.delivery(str(key.message_id), key.sender_oin)
        if not found.HasField("hub_receipt"):
            raise problem
        return self._proof(accepted, found.hub_receipt, found.receiver_receipt)

    def _proof(
        self, accepted: Accepted, by_hub: dossier_pb2.Signed, by_us: dossier_pb2.Signed
    ) -> DeliveryReceipt:
        material, exchange = self._identity.current(), accepted.exchange()
        demanded = Demanded(
            hub_oin=exchange.hub_oin,
            now=self._now(),
            receiver_oin=material.oin,
            exchange=exchange,
            created=accepted.header.context.created,
        )
        try:
            proof = prove(by_hub, by_us, material.paths, demanded)
        except RuleRefused as refused:
            text = f"the receipt of the hub proves nothing: {refused}"
            raise ReceiptUntrusted(refused.reason, text) from None
        return DeliveryReceipt(
            message_id=exchange.message_id,
            routing_key=accepted.stamp.routing_key,
            receiver_oin=exchange.receiver_oin,
            size=exchange.payload_size,
            sha256=exchange.payload_sha256.hex(),
            delivered=proof.hub.delivered,
            replayed=False,
            hub_receipt=by_hub.SerializeToString(),
            receiver_receipt=by_us.SerializeToString(),
        )
