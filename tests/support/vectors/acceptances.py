"""acceptances.json: what a hub signs when an agreement is accepted (protocol.md#acceptances)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from support.vectors import messages
from support.vectors.identities import AT, KINDS, Identities
from support.vectors.messages import DAY, MINUTE, moment, serialized
from support.vectors.signing import Case, Notary
from wissel.clients.testing.cast import HUB, NOORD, PORTAL
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.signing.dsse import AGREEMENT_ACCEPTANCE, HUB_RECEIPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An acceptance as changes to a faultless one."""

    name: str
    why: str
    proves: bool = False
    cause: str = ""
    changed: dict[str, Any] = field(default_factory=dict)
    signer: str = "hub-p256"
    payload_type: str = AGREEMENT_ACCEPTANCE
    unknown: bool = False
    now: dt.datetime = AT + DAY

    def to_json(self, who: Identities, notary: Notary) -> Case:
        """Return the case: signed bytes in hex, and what is demanded of them."""
        payload = acceptance(**self.changed)
        payload = messages.with_unknown_field(payload) if self.unknown else payload
        signed = notary.sign(who.by_name[self.signer], self.payload_type, payload)
        return {
            "name": self.name,
            "why": self.why,
            "proves": self.proves,
            **({} if self.proves else {"reason": "ACCEPTANCE_INVALID"}),
            **({"cause": self.cause} if self.cause else {}),
            "now": self.now.isoformat(),
            "hub_oin": HUB.oin,
            "payload_type": self.payload_type,
            "signed": serialized(signed).hex(),
        }


def acceptance(**changed: Any) -> bytes:
    """Return a serialized AgreementAcceptance by a person of board 99001."""
    fields: dict[str, Any] = {
        "hub_oin": HUB.oin,
        "agreement_id": messages.MESSAGE_ID,
        "kind": "OSO",
        "text_version": "4.0",
        "language": "nl",
        "counterparty": "PO-Raad en VO-raad",
        "document_sha256": messages.digest(messages.PAYLOAD),
        "board_number": "99001",
        "start_date": "2026-12-01",
        "issuer": "https://broker.example",
        "subject": "pseudonym-of-a-person",
        "level": "urn:etoegang:core:assurance-class:loa3",
        "authenticated_time": moment(AT - 5 * MINUTE),
        "caller_oin": PORTAL.oin,
        "caller_certificate_sha256": messages.digest(b"certificate"),
        "accepted_time": moment(AT),
    }
    given = {name: value for name, value in (fields | changed).items() if value is not None}
    return serialized(pb.AgreementAcceptance(**given))


def acceptances(who: Identities, notary: Notary) -> Iterator[Case]:
    """Yield the cases, each with its verdict."""
    for case in (*_right(), *_wrong()):
        yield case.to_json(who, notary)


def _right() -> Iterator[Accepted]:
    for kind in KINDS:
        yield Accepted(name=kind, why="as it must be", proves=True, signer=f"hub-{kind}")
    vendor: dict[str, Any] = dict.fromkeys(
        ("board_number", "issuer", "subject", "level", "authenticated_time")
    )
    vendor |= {"kind": "VENDOR_OSO", "party_oin": NOORD.oin, "caller_oin": NOORD.oin}
    yield Accepted(name="vendor", why="by a vendor's certificate", proves=True, changed=vendor)
    notice = {"privacy_notice_sha256": messages.digest(b"notice")}
    yield Accepted(name="notice", why="with a privacybijsluiter", proves=True, changed=notice)
    ahead = AT - 4 * MINUTE
    why = "four minutes from now: clocks differ"
    yield Accepted(name="clock-behind", why=why, proves=True, now=ahead)


def _wrong() -> Iterator[Accepted]:
    cause = "PAYLOAD_TYPE_UNEXPECTED"
    why = "signed as a hub's receipt"
    yield Accepted(name="type", why=why, cause=cause, payload_type=HUB_RECEIPT)
    yield Accepted(name="signer", why="signed by another", signer="noord-p256")
    other = {"hub_oin": NOORD.oin}
    why = "another hub's, signed by it"
    yield Accepted(name="hub", why=why, changed=other, signer="noord-p256")
    yield Accepted(name="names-another-hub", why="it names another hub", changed=other)
    yield Accepted(name="unknown-field", why="field 99, which it has not", unknown=True)
    yield Accepted(
        name="digest", why="a digest of 31 bytes", changed={"document_sha256": b"1" * 31}
    )
    yield Accepted(name="kind", why="a kind that there is not", changed={"kind": "NONE"})
    yield Accepted(name="nobody", why="it names no signatory", changed={"board_number": None})
    yield Accepted(name="future", why="six minutes from now", now=AT - 6 * MINUTE)
    late = {"authenticated_time": moment(AT + 6 * MINUTE)}
    yield Accepted(name="login-later", why="accepted before the login", changed=late)
    early = {"accepted_time": moment(AT - 100 * DAY), "authenticated_time": None}
    why = "at the time that it states the certificate was not yet valid"
    yield Accepted(name="certificate-not-yet-valid", why=why, changed=early)
