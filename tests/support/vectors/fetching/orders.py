"""orders.json: what a hub orders a source to provide (protocol.md#fetching)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from support.vectors import messages
from support.vectors.identities import AT, KINDS, Identities
from support.vectors.messages import DAY, MINUTE, moment, serialized
from support.vectors.signed_case import SignedCase
from support.vectors.signing import Case, Notary
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.signing.dsse import PROVIDE_ORDER, ROUTE_STAMP


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered(SignedCase):
    """An order as changes to a faultless one, as Noord gets it."""

    reason: ClassVar = "ORDER_INVALID"
    verifier: ClassVar = {"hub_oin": HUB.oin, "source_oin": NOORD.oin}

    signer: str = "hub-p256"
    payload_type: str = PROVIDE_ORDER

    def payload(self) -> bytes:
        """Return it, serialized."""
        return order(**self.changed)


def order(**changed: Any) -> bytes:
    """Return a serialized ProvideOrder: 99XA of Noord is to give a dossier to 99XC of Zuid."""
    fields: dict[str, Any] = {
        "hub_oin": HUB.oin,
        "session_id": messages.MESSAGE_ID,
        "source_oin": NOORD.oin,
        "source": {"brin": "99XA", "routing_key": "0000000700099XA00001"},
        "requester_oin": ZUID.oin,
        "requester": {"brin": "99XC", "routing_key": "0000000700099XC00001"},
        "overdrachtsoort": "overstapdossier",
        "search_key": messages.digest(b"a search key"),
        "source_key_id": "noord-1",
        "requester_key_id": "zuid-1",
        "issued_time": moment(AT),
        "expire_time": moment(AT + 2 * MINUTE),
    }
    given = {name: value for name, value in (fields | changed).items() if value is not None}
    return serialized(pb.ProvideOrder(**given))


def orders(who: Identities, notary: Notary) -> Iterator[Case]:
    """Yield the cases, each with its verdict."""
    for case in (*_right(), *_wrong()):
        yield case.to_json(who, notary)


def _right() -> Iterator[Ordered]:
    for kind in KINDS:
        yield Ordered(name=kind, why="as it must be", holds=True, signer=f"hub-{kind}")
    link: dict[str, Any] = {"search_key": None, "link_key": messages.MESSAGE_ID}
    yield Ordered(name="link", why="with a link key", holds=True, changed=link)
    newer = {"if_collected_after": moment(AT - DAY), "accepted_versions": ["2026", "2025"]}
    yield Ordered(name="newer", why="only a newer one", holds=True, changed=newer)
    late = AT + 6 * MINUTE
    yield Ordered(name="clock-ahead", why="clocks differ", holds=True, now=late)


def _wrong() -> Iterator[Ordered]:
    cause = "PAYLOAD_TYPE_UNEXPECTED"
    why = "signed as a stamp"
    yield Ordered(name="type", why=why, cause=cause, payload_type=ROUTE_STAMP)
    yield Ordered(name="signer", why="signed by another", signer="zuid-p256")
    other = {"hub_oin": ZUID.oin}
    why = "another hub's, signed by it"
    yield Ordered(name="hub", why=why, changed=other, signer="zuid-p256")
    changed: dict[str, Any] = {"source_oin": ZUID.oin}
    yield Ordered(name="source", why="for another source", changed=changed)
    yield Ordered(name="unknown-field", why="field 99, which it has not", unknown=True)
    short = {"search_key": b"1" * 31}
    yield Ordered(name="search-key", why="a search key of 31 bytes", changed=short)
    yield Ordered(name="no-key", why="no key", changed={"search_key": None})
    yield Ordered(name="kind", why="a kind that there is not", changed={"overdrachtsoort": "x"})
    yield Ordered(name="expired", why="seven minutes past its end", now=AT + 9 * MINUTE)
    yield Ordered(name="future", why="six minutes from now", now=AT - 6 * MINUTE)
