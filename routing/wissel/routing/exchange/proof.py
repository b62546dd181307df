"""Proof of delivery: both receipts, verified with nothing but the trust roots.

What each must satisfy is a table: rules.md#what-a-receipt-must-satisfy. Every
failure is `Refused(RECEIPT_INVALID)` with its problem. Every holder of a trusted
certificate can sign something that looks like a receipt, so the verifier always
says whose signature it expects.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from wissel.routing.exchange.delivery import REMEMBERED
from wissel.routing.exchange.envelope import SKEW
from wissel.routing.exchange.message_shapes import HubReceiptMessage, ReceiverReceiptMessage
from wissel.routing.exchange.receipt_messages import (
    read_hub_receipt,
    read_receiver_receipt,
    refused_as,
)
from wissel.routing.exchange.receipts import Exchange, HubReceipt, ReceiverReceipt
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import HUB_RECEIPT, RECEIVER_RECEIPT, Signed, verify
from wissel.routing.signing.trusted_path import PathFinder
from wissel.routing.values.identifiers import Oin


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTypes:
    """The generated classes of both receipts."""

    receiver: type[ReceiverReceiptMessage]
    hub: type[HubReceiptMessage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What both sides have signed; `hub.delivered` is a time that only the hub states."""

    hub: HubReceipt
    receiver: ReceiverReceipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Demanded:
    """What a verifier knows beside the receipts, and demands of them.

    `hub_oin` is the hub that must have signed; `now` the moment at which they
    are verified. The others are demanded where they are known: `receiver_oin`,
    the whole `exchange`, and `created`, the moment at which the sender made the
    header.
    """

    hub_oin: Oin
    now: dt.datetime
    receiver_oin: Oin | None = None
    exchange: Exchange | None = None
    created: dt.datetime | None = None


def verify_receiver_receipt(
    signed: Signed,
    message_type: type[ReceiverReceiptMessage],
    paths: PathFinder,
    expected: Exchange,
    at: dt.datetime,
    created: dt.datetime | None = None,
) -> ReceiverReceipt:
    """Return the receipt that proves `expected`, as trusted at the instant `at`.

    1. It is signed as a receiver receipt, by a path that was trusted at `at`.
    2. The verified bytes are a receipt in the role of receiver, without unknown
       fields.
    3. Its signer is the one that it names, and the receiver of this exchange;
       that is not the hub.
    4. It is about this exchange in every field: hub, sender, receiver, message,
       header, size and digest.
    5. Its time lies between `created` and `at`, give or take five minutes. If
       `created` is not known, it is at most 32 days before `at`: no hub asks
       for a receipt for longer.

    Only the hub can compare the digest of the stamp: no one else has the stamp.
    """
    # 1.
    with refused_as(Reason.RECEIPT_INVALID):
        verified = verify(signed, RECEIVER_RECEIPT, paths, at)
    # 2.
    receipt = read_receiver_receipt(verified.payload, message_type)
    # 3.
    if not verified.signer == receipt.signer_oin == expected.receiver_oin:
        raise _invalid("signed by another than the receiver")
    if expected.receiver_oin == expected.hub_oin:
        raise _invalid("the hub is its own receiver")
    # 4.
    if receipt.exchange != expected:
        raise _about_another(receipt.exchange, expected)
    # 5.
    if receipt.received > at + SKEW:
        raise _invalid("received after it was delivered")
    if receipt.received < (created or at - REMEMBERED) - SKEW:
        raise _invalid("received before the message was made")
    return receipt


def verify_hub_receipt(
    hub_receipt: Signed,
    receiver_receipt: Signed,
    types: ReceiptTypes,
    paths: PathFinder,
    demanded: Demanded,
) -> Proof:
    """Return what both receipts prove, offline.

    Paths are checked at the delivered time, so that receipts outlive
    certificates.

    1. The hub's receipt is signed as a hub receipt, by a path that was trusted
       at the time that it states.
    2. The verified bytes are a receipt in the role of hub, without unknown fields.
    3. Its signer is the one that it names, the hub of this exchange, and the hub
       that is demanded.
    4. It is about the exchange and the receiver that are demanded, if any are.
    5. Its time lies between the making of the header, where that is known, and
       now, give or take five minutes.
    6. It names this receiver receipt, by its digest.
    7. That one proves the same exchange (see `verify_receiver_receipt`).
    """
    # 1.
    with refused_as(Reason.RECEIPT_INVALID):
        # The time is taken from bytes not verified yet, to verify them at that very time.
        at = read_hub_receipt(hub_receipt.payload, types.hub).delivered
        verified = verify(hub_receipt, HUB_RECEIPT, paths, at)
    # 2.
    receipt = read_hub_receipt(verified.payload, types.hub)
    # 3.
    if not verified.signer == receipt.signer_oin == receipt.exchange.hub_oin == demanded.hub_oin:
        raise _invalid("signed by another than the hub")
    # 4.
    said = receipt.exchange
    if demanded.exchange is not None and said != demanded.exchange:
        raise _about_another(said, demanded.exchange)
    if demanded.receiver_oin not in (None, said.receiver_oin):
        raise _invalid("about another receiver_oin")
    # 5.
    if receipt.delivered > demanded.now + SKEW:
        raise _invalid("delivered in the future, by the clock of this machine")
    if receipt.delivered < (demanded.created or receipt.delivered) - SKEW:
        raise _invalid("delivered before the message was made")
    # 6.
    if hashlib.sha256(receiver_receipt.payload).digest() != receipt.receiver_receipt_digest:
        raise _invalid("it names another receiver receipt")
    # 7.
    received = verify_receiver_receipt(
        receiver_receipt, types.receiver, paths, said, receipt.delivered, demanded.created
    )
    return Proof(hub=receipt, receiver=received)


def _about_another(found: Exchange, expected: Exchange) -> Refused:
    return _invalid("about another " + ", ".join(found.differences(expected)))


def _invalid(problem: str) -> Refused:
    return Refused(Reason.RECEIPT_INVALID, problem=problem)
