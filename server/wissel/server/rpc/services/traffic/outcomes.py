"""What receivers say became of messages: judged, kept, and shown beside the delivery."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.delivery import Delivery, State
from wissel.routing.exchange.outcome import KeptOutcome, check_outcome, verify_outcome
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.ports import Clock, Journal, PeerTrust, Tables
from wissel.server.courier.wire import digest_of, receipt_digest, signed_value
from wissel.server.rpc.services.traffic.messages import delivery_message
from wissel.traffic.v1 import traffic_service_pb2 as pb

SILENT: Final = dt.timedelta(days=7)
"""How long a receiver may say nothing of a delivered message before that is overdue."""

OVERDUE: Final = "OVERDUE"


class Outcomes:
    """Takes what receivers say, and tells it (design.md#outcome)."""

    def __init__(
        self, journal: Journal, trust: PeerTrust, tables: Tables, hub_oin: Oin, clock: Clock
    ) -> None:
        self._journal = journal
        self._trust = trust
        self._tables = tables
        self._hub_oin = hub_oin
        self._clock = clock

    async def report(self, signed: dossier_pb2.Signed, caller: Oin) -> pb.Delivery:
        """Keep an outcome, and return the delivery with what stands now.

        1. It holds by itself (see `outcome.verify_outcome`), and its signer is the
           caller: SIGNER_MISMATCH.
        2. It is about a message of which the caller is the receiver:
           DELIVERY_NOT_FOUND, whatever else there may be.
        3. It holds for this delivery: see `outcome.check_outcome`.
        4. It is later than the one that is kept, or the same:
           OUTCOME_OUTDATED.

        Raises `Refused` with the first that does not hold.
        """
        # 1.
        now = self._clock()
        paths = self._trust.checking(self._tables.table.revoked)
        outcome = verify_outcome(signed_value(signed), dossier_pb2.DeliveryOutcome, paths, now)
        if outcome.signer_oin != caller:
            told = outcome.signer_oin
            raise Refused(Reason.SIGNER_MISMATCH, signer_oin=told, expected_oin=caller)
        # 2.
        delivery = await self._journal.find(outcome.sender_oin, outcome.message_id)
        if not isinstance(delivery, Delivery) or delivery.order.receiver_oin != caller:
            raise Refused(Reason.DELIVERY_NOT_FOUND, message_id=str(outcome.message_id))
        # 3.
        result = delivery.result
        receipt = receipt_digest(result.receiver_receipt) if result else b""
        check_outcome(outcome, delivery, receipt, self._hub_oin, now)
        # 4.
        stands = await self._journal.keep_outcome(
            KeptOutcome(
                sender_oin=outcome.sender_oin,
                message_id=outcome.message_id,
                result=outcome.result,
                rules=outcome.rules,
                told=outcome.told,
                payload_sha256=digest_of(signed.payload),
                signed=signed.SerializeToString(),
            )
        )
        return self._shown(delivery, stands)

    async def of(self, delivery: Delivery) -> tuple[pb.Delivery, KeptOutcome | None]:
        """Return a delivery as it is answered, with what its receiver says of it."""
        kept = _of(await self._journal.outcomes([delivery]), delivery)
        return self._shown(delivery, kept), kept

    async def of_all(self, deliveries: Sequence[Delivery]) -> list[pb.Delivery]:
        """Return deliveries as they are listed, with what their receivers say of them."""
        kept = await self._journal.outcomes(deliveries)
        return [self._shown(each, _of(kept, each)) for each in deliveries]

    def silent_since(self) -> dt.datetime:
        """Return before when a message was delivered of which nothing is said, if it is overdue."""
        return self._clock() - SILENT

    def _shown(self, delivery: Delivery, kept: KeptOutcome | None) -> pb.Delivery:
        message = delivery_message(delivery)
        if kept is not None:
            message.outcome = kept.result
            message.outcome_time.FromDatetime(kept.told)
            message.outcome_rule_ids.extend(kept.rules)
        elif delivery.state is State.DELIVERED:
            message.outcome_overdue = delivery.updated < self.silent_since()
        return message


def _of(kept: Mapping[tuple[str, str], KeptOutcome], delivery: Delivery) -> KeptOutcome | None:
    return kept.get((delivery.order.sender_oin, str(delivery.order.message_id)))
