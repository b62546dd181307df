"""What became of a message that was received: said to the hub in signed words."""

import datetime as dt
import hashlib
from collections.abc import Sequence

from wissel.clients.errors import ReceiptUntrusted
from wissel.clients.identity import Material
from wissel.clients.transport.status_errors import from_rule
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.outcome import read_outcome
from wissel.routing.exchange.receipt_messages import read_receiver_receipt
from wissel.routing.exchange.signed_messages import signed_fields, signed_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import DELIVERY_OUTCOME, RECEIVER_RECEIPT, verify
from wissel.routing.values.identifiers import Oin
from wissel.traffic.v1 import traffic_service_pb2 as pb


def outcome_request(
    found: pb.GetDeliveryResponse,
    result: str,
    rules: Sequence[str],
    material: Material,
    hub_oin: Oin,
    now: dt.datetime,
) -> pb.ReportOutcomeRequest:
    """Return the request that says what became of a message that the hub found.

    It rests on our own receipt, not on the hub's word: that must be signed by us, and
    says which message it was. Raises `ReceiptUntrusted` if it is not there or not
    ours, and `wissel.clients.errors.Refused(OUTCOME_INVALID)` for a result that is none,
    or rules that cannot be ids.
    """
    said = found.receiver_receipt
    try:
        verified = verify(signed_of(said), RECEIVER_RECEIPT, material.paths, now)
        receipt = read_receiver_receipt(verified.payload, dossier_pb2.ReceiverReceipt)
        if not verified.signer == receipt.signer_oin == material.oin:
            raise Refused(Reason.RECEIPT_INVALID, problem="signer")
    except Refused as refused:
        text = f"the hub shows no receipt of ours for this message: {refused}"
        raise ReceiptUntrusted(refused.reason, text) from None
    exchange = receipt.exchange
    said_now = dossier_pb2.DeliveryOutcome(
        hub_oin=hub_oin,
        sender_oin=exchange.sender_oin,
        signer_oin=material.oin,
        message_id=str(exchange.message_id),
        header_digest=exchange.header_digest,
        receipt_digest=hashlib.sha256(said.payload).digest(),
        result=result,
        rule_ids=rules,
    )
    said_now.outcome_time.FromDatetime(now)
    payload = said_now.SerializeToString()
    try:
        read_outcome(payload, dossier_pb2.DeliveryOutcome)
    except Refused as refused:
        raise from_rule(refused) from None
    signed = material.signer.sign(payload, DELIVERY_OUTCOME)
    return pb.ReportOutcomeRequest(outcome=dossier_pb2.Signed(**signed_fields(signed)))
