"""A header that a source gave is the one that its order asks for, in every field."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from support.builders import envelopes
from support.sessions import ORDER
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.exchange.envelope import EnvelopeContext, Kind
from wissel.routing.exchange.fetching.provided import check_provided
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, Oin

CONTEXT = envelopes.context(
    sender=ORDER.source,
    receiver=ORDER.requester,
    session_id=ORDER.session_id,
    receiver_oin=ORDER.requester_oin,
)


def refused_at(signer: str, context: EnvelopeContext) -> str:
    with pytest.raises(Refused) as caught:
        check_provided(ORDER, Oin(signer), context)
    assert caught.value.reason is Reason.SOURCE_INVALID
    return caught.value.metadata["at"]


def test_what_was_asked_for_is_taken() -> None:
    check_provided(ORDER, Oin(NOORD.oin), CONTEXT)


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"sender_oin": Oin(ZUID.oin)}, "sender_oin"),
        ({"hub_oin": Oin(ZUID.oin)}, "hub_oin"),
        ({"session_id": UUID(int=2)}, "session_id"),
        ({"session_id": None}, "session_id"),
        ({"receiver_oin": Oin(NOORD.oin)}, "receiver_oin"),
        ({"kind": Kind.WITHIN_BRIN}, "overdrachtsoort"),
        ({"sender": replace(ORDER.source, organisation=Brin("99XB"))}, "sender"),
        ({"sender": replace(ORDER.source, routing_key=None)}, "sender"),
        ({"receiver": ORDER.source}, "receiver"),
    ],
)
def test_any_other_is_not(changes: dict[str, Any], at: str) -> None:
    assert refused_at(NOORD.oin, replace(CONTEXT, **changes)) == at


def test_nor_what_another_signed() -> None:
    assert refused_at(ZUID.oin, CONTEXT) == "signer"
