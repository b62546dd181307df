"""receipts.json: what two receipts must satisfy (rules.md#what-a-receipt-must-satisfy)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from support.vectors import messages
from support.vectors.identities import AT, KINDS, Identities
from support.vectors.messages import DAY, MINUTE, moment, serialized
from support.vectors.signing import Case, Notary
from wissel.clients.testing.cast import HUB, ZUID
from wissel.routing.signing.dsse import HUB_RECEIPT, RECEIVER_RECEIPT

_CREATED: Final = AT - 60 * MINUTE
_HEADER: Final = messages.header()
_STAMP: Final = messages.stamp(_HEADER)
_OTHERS: Final[dict[str, Any]] = {
    "message_id": messages.ENDPOINT_ID,
    "header_digest": bytes(32),
    "payload_size": 1,
    "payload_sha256": bytes(32),
    "sender_oin": ZUID.oin,
}
"""For fields of an exchange another value."""
_UNKNOWN_FIELD: Final = "field 99, which no receipt has"
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two receipts as changes to faultless ones, and what a verifier knows beside them."""

    name: str
    why: str
    proves: bool = False
    cause: str = ""
    receiver: Fields = field(default_factory=dict)
    hub: Fields = field(default_factory=dict)
    expected: Fields = field(default_factory=dict)
    signers: tuple[str, str] = ("zuid-p256", "hub-p256")
    types: tuple[str, str] = (RECEIVER_RECEIPT, HUB_RECEIPT)
    unknown: tuple[bool, bool] = (False, False)
    created: dt.datetime | None = _CREATED
    now: dt.datetime = AT + MINUTE

    def to_json(self, who: Identities, notary: Notary) -> Case:
        """Return the case: signed bytes in hex, and what is demanded of them."""
        first = messages.receiver_receipt(_HEADER, _STAMP, **self.receiver)
        first = messages.with_unknown_field(first) if self.unknown[0] else first
        second = messages.hub_receipt(_HEADER, first, **self.hub)
        second = messages.with_unknown_field(second) if self.unknown[1] else second
        by = [who.by_name[name] for name in self.signers]
        expected = messages.exchange(_HEADER) | self.expected
        return {
            "name": self.name,
            "why": self.why,
            "proves": self.proves,
            **({} if self.proves else {"reason": "RECEIPT_INVALID"}),
            **({"cause": self.cause} if self.cause else {}),
            "now": self.now.isoformat(),
            "created": self.created.isoformat() if self.created else None,
            "hub_oin": HUB.oin,
            "expected": {
                name: value.hex() if isinstance(value, bytes) else value
                for name, value in expected.items()
            },
            "receiver_receipt": serialized(notary.sign(by[0], self.types[0], first)).hex(),
            "hub_receipt": serialized(notary.sign(by[1], self.types[1], second)).hex(),
        }


def receipts(who: Identities, notary: Notary) -> Iterator[Case]:
    """Yield the cases, each with its verdict."""
    for group in (_right(), _signers(), _contents(), _times()):
        for pair in group:
            yield pair.to_json(who, notary)


def _right() -> Iterator[Pair]:
    for kind in KINDS:
        signers = (f"zuid-{kind}", f"hub-{kind}")
        yield Pair(name=kind, why="as they must be", proves=True, signers=signers)
    yield Pair(
        name="no-sender-mandate",
        why="a sender that needed no mandate",
        proves=True,
        hub={"sender_mandate_id": ""},
    )
    yield Pair(
        name="message-id-in-capitals",
        why="the receiver has written it otherwise: it is the same one",
        proves=True,
        receiver={"message_id": messages.MESSAGE_ID.upper()},
    )
    yield Pair(
        name="no-header-at-hand",
        why="when the header was made is not known to this verifier",
        proves=True,
        created=None,
        receiver={"received_time": moment(AT - 31 * DAY)},
    )


def _signers() -> Iterator[Pair]:
    hubs = (HUB_RECEIPT, HUB_RECEIPT)
    cause = "PAYLOAD_TYPE_UNEXPECTED"
    yield Pair(name="receiver-type", why="signed as a hub's receipt", cause=cause, types=hubs)
    receivers = (RECEIVER_RECEIPT, RECEIVER_RECEIPT)
    yield Pair(name="hub-type", why="signed as a receiver's receipt", cause=cause, types=receivers)
    stranger = ("stranger-p256", "hub-p256")
    yield Pair(name="receiver-signer", why="signed by another", signers=stranger)
    stranger = ("zuid-p256", "stranger-p256")
    yield Pair(name="hub-signer", why="signed by another", signers=stranger)
    own = {"receiver_oin": HUB.oin}
    yield Pair(
        name="hub-as-receiver",
        why="the hub signed both, as its own receiver",
        receiver=own | {"signer_oin": HUB.oin},
        hub=own,
        expected=own,
        signers=("hub-p256", "hub-p256"),
    )


def _contents() -> Iterator[Pair]:
    for name, value in _OTHERS.items():
        why = f"the receiver's {name} is another"
        yield Pair(name=f"receiver-other-{name}", why=why, receiver={name: value})
        why = f"in both receipts the {name} is not the expected one"
        both = {name: value}
        yield Pair(name=f"both-other-{name}", why=why, receiver=both, hub=both)
    yield Pair(name="receiver-role", why="its role is HUB", receiver={"role": "HUB"})
    yield Pair(name="hub-role", why="its role is RECEIVER", hub={"role": "RECEIVER"})
    yield Pair(name="receiver-unknown-field", why=_UNKNOWN_FIELD, unknown=(True, False))
    yield Pair(name="hub-unknown-field", why=_UNKNOWN_FIELD, unknown=(False, True))
    other = {"receiver_receipt_digest": bytes(32)}
    yield Pair(name="hub-other-receipt", why="it names another receiver receipt", hub=other)


def _times() -> Iterator[Pair]:
    def received(at: dt.datetime) -> Fields:
        return {"received_time": moment(at)}

    def delivered(at: dt.datetime) -> Fields:
        return {"delivered_time": moment(at)}

    yield Pair(
        name="received-within-tolerance",
        why="four minutes after the hub's time: clocks differ",
        proves=True,
        receiver=received(AT + 4 * MINUTE),
    )
    yield Pair(
        name="received-later",
        why="six minutes after the hub's time",
        receiver=received(AT + 6 * MINUTE + MINUTE / 30),
    )
    early = _CREATED - 4 * MINUTE
    yield Pair(
        name="received-just-before-it-was-made",
        why="four minutes before the header was made: clocks differ",
        proves=True,
        receiver=received(early),
    )
    early = _CREATED - 6 * MINUTE
    yield Pair(
        name="received-before-it-was-made",
        why="six minutes before the header was made",
        receiver=received(early),
    )
    yield Pair(
        name="received-long-before",
        why="33 days before the hub's time, where the header is not at hand",
        created=None,
        receiver=received(AT - 33 * DAY),
    )
    yield Pair(
        name="delivered-before-it-was-made",
        why="six minutes before the header was made",
        receiver=received(early),
        hub=delivered(early),
    )
    ahead = AT + 7 * MINUTE
    yield Pair(
        name="delivered-in-the-future",
        why="six minutes from now",
        receiver=received(ahead),
        hub=delivered(ahead),
    )
    yield Pair(
        name="hub-certificate-not-yet-valid",
        why="at the time that the receipt states",
        hub=delivered(AT - 100 * DAY),
        created=None,
    )
