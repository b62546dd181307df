"""The second half of a forward: from the claim to the receipts (design.md#forwarding)."""

from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.deciding.decision import Route
from wissel.routing.exchange.delivery import Delivery, Result, State
from wissel.routing.exchange.delivery_moves import refusal_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.bounds import Limits
from wissel.server.courier.deliver.attempt import Attempt
from wissel.server.courier.deliver.claim import Claim, Claims
from wissel.server.courier.deliver.connect import Connector
from wissel.server.courier.deliver.receipts import ReceiptIssuer
from wissel.server.courier.deliver.receiver_refusal import refusal_result
from wissel.server.courier.deliver.record import Recorder
from wissel.server.courier.message import Accepted, Forwarded, Message
from wissel.server.courier.stored_answers import StoredAnswers


class Deliverer:
    """Takes steps 5 to 9."""

    def __init__(
        self,
        limits: Limits,
        claims: Claims,
        connector: Connector,
        receipts: ReceiptIssuer,
        recorder: Recorder,
        answers: StoredAnswers,
    ) -> None:
        self._limits = limits
        self._claims = claims
        self._connector = connector
        self._receipts = receipts
        self._recorder = recorder
        self._answers = answers

    async def deliver(self, accepted: Accepted) -> Forwarded:
        """Deliver a message and return its receipts.

        5. One durable write is claim and record; without it the receiver is
           never called. Who was DELIVERED meanwhile gets the stored receipts.
        6. There is a line to the receiver, the decision still holds at this
           moment, and a stamp is signed.
        7. Header and stamp are sent, then the payload, hashed on its way; the
           final chunk only if size and digest are right.
        8. The receiver has signed a receipt that proves this exchange, or it
           refuses the message for good.
        9. The end is recorded, DELIVERED with both receipts, and answered.

        Raises `Refused`. From step 5 on, however it ends, that is recorded too.
        """
        message = accepted.message
        # 5.
        claim = await self._claims.claim(message, accepted.route)
        if isinstance(claim, Delivery):
            return Forwarded(delivery=claim, replayed=True)
        attempt = Attempt(self._limits)
        try:
            # 6.
            line, route = await self._connector.connect(message, claim)
            stamp = self._receipts.stamp(claim.delivery, route)
            # 7.
            with self._connector.using(line, message.slot) as channel:
                response = await attempt.transfer(channel, message, stamp)
            # 8.
            result = self._result(message, claim, route, stamp, response)
        except Exception as error:
            await self._recorder.end(message, claim.delivery, attempt.ended_by(error))
            raise
        # 9.
        recorded = await self._recorder.end(message, claim.delivery, result)
        return await self._answer(message, recorded)

    def _result(
        self,
        message: Message,
        claim: Claim,
        route: Route,
        stamp: dossier_pb2.Signed,
        response: las.DeliverResponse,
    ) -> Result:
        if response.WhichOneof("outcome") == "refusal":
            return refusal_result(response.refusal)
        order, created = claim.delivery.order, message.header.context.created
        return self._receipts.confirm_attempt(
            order, created, stamp, response.receipt, route.revision
        )

    async def _answer(self, message: Message, recorded: Delivery | None) -> Forwarded:
        """Return the answer to the sender; None stands for a result that came too late."""
        if recorded is None:
            stored = await self._answers.find(message)
            if stored is None:
                message_id = str(message.header.context.message_id)
                raise Refused(Reason.DELIVERY_UNCERTAIN, message_id=message_id)
            return stored
        if recorded.state is State.REFUSED:
            raise refusal_of(recorded)
        return Forwarded(delivery=recorded, replayed=False)
