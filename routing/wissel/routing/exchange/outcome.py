"""What became of a message in the receiving system, in its receiver's signed words.

Delivered is not yet imported. After its receipt the receiver may say, once or more
often, what it did with the message; that changes no state of the delivery, and no
receipt (design.md#outcome).
"""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from wissel.routing.exchange.delivery import Delivery, State
from wissel.routing.exchange.envelope import SKEW, parse_digest, parse_message_id
from wissel.routing.exchange.message_shapes import OutcomeMessage
from wissel.routing.exchange.messages import Fields, instant_fields, instant_of, parse_strict
from wissel.routing.exchange.receipt_messages import refused_as
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import DELIVERY_OUTCOME, Signed, verify
from wissel.routing.signing.trusted_path import PathFinder
from wissel.routing.values.identifiers import Oin

MOST_RULES: Final = 50
"""Rule ids that an outcome may name; a dossier that breaks more of them is told enough."""
_RULE: Final = re.compile(r"[A-Za-z][A-Za-z0-9._]{0,59}")


class OutcomeResult(StrEnum):
    """What the receiving system did with a message."""

    IMPORTED = "IMPORTED"
    REJECTED = "REJECTED"
    PENDING_PERSON = "PENDING_PERSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a receiver says of a message; `told` is when it says so.

    `receipt_digest` is the SHA-256 of the payload of its signed receipt, and
    `rules` are the ids of rules that the dossier breaks, of a REJECTED one
    (docs/dossier.md#ids): never a value of it.
    """

    hub_oin: Oin
    sender_oin: Oin
    signer_oin: Oin
    message_id: UUID
    header_digest: bytes
    receipt_digest: bytes
    result: OutcomeResult
    rules: tuple[str, ...]
    told: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOutcome:
    """What a journal keeps of the outcome that stands.

    `payload_sha256` is of its signed payload, `signed` the serialized `Signed`.
    """

    sender_oin: Oin
    message_id: UUID
    result: OutcomeResult
    rules: tuple[str, ...]
    told: dt.datetime
    payload_sha256: bytes
    signed: bytes


def read_outcome(data: bytes, message_type: type[OutcomeMessage]) -> Outcome:
    """Return the outcome in verified bytes, or raise `Refused(OUTCOME_INVALID)`."""
    with refused_as(Reason.OUTCOME_INVALID):
        message = parse_strict(message_type, data, Reason.OUTCOME_INVALID)
        return Outcome(
            hub_oin=Oin.parse(message.hub_oin, "hub_oin"),
            sender_oin=Oin.parse(message.sender_oin, "sender_oin"),
            signer_oin=Oin.parse(message.signer_oin, "signer_oin"),
            message_id=parse_message_id(message.message_id, "message_id"),
            header_digest=parse_digest(message.header_digest, "header_digest"),
            receipt_digest=parse_digest(message.receipt_digest, "receipt_digest"),
            result=_result_of(message.result),
            rules=_rules_of(message),
            told=instant_of(message.outcome_time, "outcome_time"),
        )


def verify_outcome(
    signed: Signed, message_type: type[OutcomeMessage], paths: PathFinder, now: dt.datetime
) -> Outcome:
    """Return what the receiver of a message says of it.

    1. It is signed as an outcome, by a path that is trusted now.
    2. The verified bytes are an outcome, without unknown fields.
    3. Its signer is the one that it names.

    Whether it is about a certain delivery says `check_outcome`. Raises
    `Refused(OUTCOME_INVALID)`.
    """
    with refused_as(Reason.OUTCOME_INVALID):
        # 1.
        verified = verify(signed, DELIVERY_OUTCOME, paths, now)
        # 2.
        outcome = read_outcome(verified.payload, message_type)
        # 3.
        if verified.signer != outcome.signer_oin:
            raise Refused(Reason.OUTCOME_INVALID, problem="of another signer", at="signer_oin")
    return outcome


def outcome_fields(outcome: Outcome) -> Fields:
    """Return the fields of a DeliveryOutcome."""
    return {
        "hub_oin": outcome.hub_oin,
        "sender_oin": outcome.sender_oin,
        "signer_oin": outcome.signer_oin,
        "message_id": str(outcome.message_id),
        "header_digest": outcome.header_digest,
        "receipt_digest": outcome.receipt_digest,
        "result": outcome.result.value,
        "rule_ids": list(outcome.rules),
        "outcome_time": instant_fields(outcome.told),
    }


def check_outcome(
    outcome: Outcome, delivery: Delivery, receipt_digest: bytes, hub_oin: Oin, now: dt.datetime
) -> None:
    """Check that an outcome, whose signature holds, is one of this delivery.

    `receipt_digest` is that of the receiver's receipt in the journal.

    1. The message was delivered: `Refused(OUTCOME_NOT_EXPECTED)`.
    2. Its receiver says so, of this hub, header and receipt:
       `Refused(OUTCOME_INVALID)`.
    3. Its time is neither before the message was accepted nor to come, give or
       take five minutes: `Refused(OUTCOME_INVALID)`.
    """
    order = delivery.order
    # 1.
    if delivery.state is not State.DELIVERED:
        raise Refused(Reason.OUTCOME_NOT_EXPECTED, state=delivery.state)
    # 2.
    for field, said, known in (
        ("hub_oin", outcome.hub_oin, hub_oin),
        ("signer_oin", outcome.signer_oin, order.receiver_oin),
        ("header_digest", outcome.header_digest, order.header_digest),
        ("receipt_digest", outcome.receipt_digest, receipt_digest),
    ):
        if said != known:
            raise Refused(Reason.OUTCOME_INVALID, problem="of another delivery", at=field)
    # 3.
    if not delivery.accepted - SKEW <= outcome.told <= now + SKEW:
        raise Refused(Reason.OUTCOME_INVALID, problem="out of time", at="outcome_time")


def replace_outcome(kept: KeptOutcome | None, new: KeptOutcome) -> bool:
    """Whether a new outcome takes the place of the one that is kept.

    The same payload changes nothing. Raises `Refused(OUTCOME_OUTDATED)` for another
    one that is not later: what was said last stands, in whatever order it comes.
    """
    if kept is None:
        return True
    if new.payload_sha256 == kept.payload_sha256:
        return False
    if new.told <= kept.told:
        raise Refused(Reason.OUTCOME_OUTDATED, kept=kept.result)
    return True


def _result_of(text: str) -> OutcomeResult:
    try:
        return OutcomeResult(text)
    except ValueError:
        raise Refused(Reason.OUTCOME_INVALID, problem="no result", at="result") from None


def _rules_of(message: OutcomeMessage) -> tuple[str, ...]:
    rules = tuple(message.rule_ids)
    if len(rules) > MOST_RULES or not all(map(_RULE.fullmatch, rules)):
        raise Refused(Reason.OUTCOME_INVALID, problem="no ids of rules", at="rule_ids")
    if rules and message.result != OutcomeResult.REJECTED:
        raise Refused(Reason.OUTCOME_INVALID, problem="only for REJECTED", at="rule_ids")
    return rules
