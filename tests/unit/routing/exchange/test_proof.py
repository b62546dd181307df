"""What a receipt must satisfy (docs/rules.md), each row both ways."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from support.builders.orders import EXCHANGE, Pair, pair
from support.builders.pki import Pki
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.proof import (
    Demanded,
    Proof,
    ReceiptTypes,
    verify_hub_receipt,
    verify_receiver_receipt,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificates import Trust
from wissel.routing.values.identifiers import Oin

TYPES: Final = ReceiptTypes(receiver=pb.ReceiverReceipt, hub=pb.HubReceipt)
SECOND: Final = dt.timedelta(seconds=1)
SKEW: Final = dt.timedelta(minutes=5)
DAY: Final = dt.timedelta(days=1)
NONE: Final = dt.timedelta()


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return Pki.create(tmp_path)


def demanded(pki: Pki, **more: object) -> Demanded:
    return Demanded(**{"hub_oin": HUB.oin, "now": pki.now, "created": pki.now, **more})  # type: ignore[arg-type] # per test


def prove(pki: Pki, receipts: Pair, wanted: Demanded) -> Proof:
    trust = Trust.from_pem(pki.roots.read_bytes())
    return verify_hub_receipt(receipts.hub, receipts.receiver, TYPES, trust, wanted)


def problem(pki: Pki, receipts: Pair, wanted: Demanded) -> str:
    """Return why the receipts prove nothing, "" if they prove the delivery."""
    try:
        prove(pki, receipts, wanted)
    except Refused as refused:
        return refused.metadata["problem"] if refused.reason == "RECEIPT_INVALID" else "other"
    return ""


@pytest.mark.parametrize(
    ("received", "delivered", "created", "expected"),
    [
        (NONE, NONE, NONE, ""),
        (-SKEW, NONE, NONE, ""),
        (-SKEW - SECOND, NONE, NONE, "received before the message was made"),
        (SKEW, NONE, NONE, ""),
        (SKEW + SECOND, NONE, NONE, "received after it was delivered"),
        (NONE, -SKEW, NONE, ""),
        (-SKEW, -SKEW - SECOND, NONE, "delivered before the message was made"),
        (SKEW, SKEW, NONE, ""),
        (SKEW, SKEW + SECOND, NONE, "delivered in the future, by the clock of this machine"),
        (-32 * DAY - SKEW, NONE, None, ""),
        (-32 * DAY - SKEW - SECOND, NONE, None, "received before the message was made"),
    ],
)
def test_times_lie_between_the_making_of_the_header_and_now(
    pki: Pki,
    received: dt.timedelta,
    delivered: dt.timedelta,
    created: dt.timedelta | None,
    expected: str,
) -> None:
    receipts = pair(pki, received=pki.now + received, delivered=pki.now + delivered)
    made = None if created is None else pki.now + created

    assert problem(pki, receipts, demanded(pki, created=made)) == expected


def test_a_receipt_of_1970_proves_nothing(pki: Pki) -> None:
    epoch = dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC)
    receipts = pair(pki, received=epoch, delivered=pki.now)

    assert problem(pki, receipts, demanded(pki, created=None)) == (
        "received before the message was made"
    )


def test_a_hub_is_not_its_own_receiver(pki: Pki) -> None:
    exchange = replace(EXCHANGE, receiver_oin=HUB.oin)
    receipts = pair(
        pki, received=pki.now, delivered=pki.now, receiver_oin=HUB.oin, exchange=exchange
    )
    trust = Trust.from_pem(pki.roots.read_bytes())

    assert problem(pki, receipts, demanded(pki)) == "the hub is its own receiver"
    with pytest.raises(Refused, match="RECEIPT_INVALID"):
        verify_receiver_receipt(receipts.receiver, TYPES.receiver, trust, exchange, pki.now)


def test_both_receipts_name_one_receiver(pki: Pki) -> None:
    receipts = pair(pki, received=pki.now, delivered=pki.now, receiver_oin=NOORD.oin)

    assert problem(pki, receipts, demanded(pki)) == "signed by another than the receiver"


@pytest.mark.parametrize(
    ("receiver_oin", "expected"), [(ZUID.oin, ""), (NOORD.oin, "about another receiver_oin")]
)
def test_the_receiver_is_the_one_that_was_asked_for(
    pki: Pki, receiver_oin: Oin, expected: str
) -> None:
    receipts = pair(pki, received=pki.now, delivered=pki.now)

    assert problem(pki, receipts, demanded(pki, receiver_oin=receiver_oin)) == expected
