"""outcomes.json: what a receiver says became of a message (protocol.md#outcomes)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from support.vectors import messages
from support.vectors.identities import AT, KINDS, Identities
from support.vectors.messages import DAY, moment, serialized
from support.vectors.signed_case import SignedCase
from support.vectors.signing import Case, Notary
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.signing.dsse import DELIVERY_OUTCOME, RECEIVER_RECEIPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(SignedCase):
    """An outcome as changes to a faultless one."""

    reason: ClassVar = "OUTCOME_INVALID"

    signer: str = "zuid-p256"
    payload_type: str = DELIVERY_OUTCOME

    def payload(self) -> bytes:
        """Return it, serialized."""
        return outcome(**self.changed)


def outcome(**changed: Any) -> bytes:
    """Return a serialized DeliveryOutcome of Zuid about a message from Noord."""
    fields: dict[str, Any] = {
        "hub_oin": HUB.oin,
        "sender_oin": NOORD.oin,
        "signer_oin": ZUID.oin,
        "message_id": messages.MESSAGE_ID,
        "header_digest": messages.digest(b"header"),
        "receipt_digest": messages.digest(b"receipt"),
        "result": "IMPORTED",
        "outcome_time": moment(AT),
    }
    return serialized(pb.DeliveryOutcome(**(fields | changed)))


def outcomes(who: Identities, notary: Notary) -> Iterator[Case]:
    """Yield the cases, each with its verdict."""
    for case in (*_right(), *_wrong()):
        yield case.to_json(who, notary)


def _right() -> Iterator[Told]:
    for kind in KINDS:
        yield Told(name=kind, why="as it must be", holds=True, signer=f"zuid-{kind}")
    rejected = {"result": "REJECTED", "rule_ids": ["OVa.LL12", "CAT.vve.verboden"]}
    yield Told(name="rejected", why="rejected, with rules", holds=True, changed=rejected)
    waits = {"result": "PENDING_PERSON"}
    yield Told(name="pending", why="a person must look", holds=True, changed=waits)


def _wrong() -> Iterator[Told]:
    cause = "PAYLOAD_TYPE_UNEXPECTED"
    why = "signed as a receiver's receipt"
    yield Told(name="type", why=why, cause=cause, payload_type=RECEIVER_RECEIPT)
    yield Told(name="signer", why="signed by another than it names", signer="noord-p256")
    yield Told(name="unknown-field", why="field 99, which it has not", unknown=True)
    yield Told(name="digest", why="a digest of 31 bytes", changed={"header_digest": b"1" * 31})
    yield Told(name="result", why="a result that there is not", changed={"result": "DELIVERED"})
    yield Told(
        name="rules-of-imported",
        why="rules, though it was imported",
        changed={"rule_ids": ["OVa.LL12"]},
    )
    bad: dict[str, Any] = {"result": "REJECTED", "rule_ids": ["een naam"]}
    yield Told(name="no-rule", why="text in the place of a rule", changed=bad)
    many: dict[str, Any] = {"result": "REJECTED", "rule_ids": ["OG.01"] * 51}
    yield Told(name="too-many-rules", why="51 rules", changed=many)
    late = AT + 400 * DAY
    yield Told(name="certificate-expired", why="the certificate has expired", now=late)
