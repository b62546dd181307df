"""system_keys.json and search_keys.json: finding a pupil (protocol.md#search-keys)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from support.vectors.identities import AT, KINDS, Identities
from support.vectors.messages import DAY, moment, serialized
from support.vectors.signed_case import SignedCase
from support.vectors.signing import Case, Notary
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.fetching.search_keys import (
    KeyOf,
    NumberKind,
    PupilNumber,
    search_key,
    session_secret,
)
from wissel.routing.signing.dsse import DELIVERY_OUTCOME, SYSTEM_KEY

SOURCE_KEY: Final = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
REQUESTER_KEY: Final = X25519PrivateKey.from_private_bytes(bytes(range(101, 133)))
SOURCE: Final = KeyOf(
    system_id=NOORD.system_id, key_id=UUID("2c5d0a51-7a53-4c5c-8f0e-8d6c3b1f4a10")
)
REQUESTER: Final = KeyOf(
    system_id=ZUID.system_id, key_id=UUID("b1a6f2d4-91c7-4e0b-a2d8-5c7e9f3b6d21")
)
LOW_ORDER: Final = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"


def public(key: X25519PrivateKey) -> bytes:
    """Return the public key, 32 bytes."""
    return key.public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated(SignedCase):
    """A statement as changes to a faultless one."""

    reason: ClassVar = "SYSTEM_KEY_INVALID"
    verifier: ClassVar = {"owner_oin": NOORD.oin, "hub_oin": HUB.oin}

    signer: str = "noord-p256"
    payload_type: str = SYSTEM_KEY

    def payload(self) -> bytes:
        """Return it, serialized."""
        return statement(**self.changed)


def statement(**changed: Any) -> bytes:
    """Return a serialized SystemKey of Noord, a month old and good for a year."""
    fields: dict[str, Any] = {
        "hub_oin": HUB.oin,
        "system_id": SOURCE.system_id,
        "key_id": str(SOURCE.key_id),
        "public_key": public(SOURCE_KEY),
        "start_time": moment(AT - 30 * DAY),
        "end_time": moment(AT + 335 * DAY),
    }
    return serialized(pb.SystemKey(**(fields | changed)))


def system_keys(who: Identities, notary: Notary) -> Iterator[Case]:
    """Yield the statements, each with its verdict."""
    for case in (*_right(), *_wrong()):
        yield case.to_json(who, notary)


def _right() -> Iterator[Stated]:
    for kind in KINDS:
        yield Stated(name=kind, why="as it must be", holds=True, signer=f"noord-{kind}")
    begins = {"start_time": moment(AT), "end_time": moment(AT + DAY)}
    yield Stated(name="shortest", why="begins now, for a day", holds=True, changed=begins)
    longest = {"start_time": moment(AT), "end_time": moment(AT + 400 * DAY)}
    yield Stated(name="longest", why="400 days", holds=True, changed=longest)


def _wrong() -> Iterator[Stated]:
    cause = "PAYLOAD_TYPE_UNEXPECTED"
    why = "signed as an outcome"
    yield Stated(name="type", why=why, cause=cause, payload_type=DELIVERY_OUTCOME)
    yield Stated(name="signer", why="signed by another than the owner", signer="zuid-p256")
    yield Stated(name="hub-signs", why="the hub's own word for it", signer="hub-p256")
    yield Stated(name="unknown-field", why="field 99, which it has not", unknown=True)
    other: dict[str, dict[str, Any]] = {
        "another hub": {"hub_oin": ZUID.oin},
        "no system": {"system_id": "LAS Noord"},
        "no UUID": {"key_id": "1"},
        "31 bytes": {"public_key": b"9" * 31},
        "a key of low order": {"public_key": bytes.fromhex(LOW_ORDER)},
        "a key of zero": {"public_key": bytes(32)},
        "less than a day": {
            "start_time": moment(AT),
            "end_time": moment(AT + DAY - dt.timedelta(seconds=1)),
        },
        "more than 400 days": {
            "start_time": moment(AT),
            "end_time": moment(AT + 400 * DAY + dt.timedelta(seconds=1)),
        },
        "the end before the start": {"start_time": moment(AT), "end_time": moment(AT - DAY)},
        "not begun yet": {"start_time": moment(AT + dt.timedelta(seconds=1))},
        "ended now": {"end_time": moment(AT)},
    }
    for why, changed in other.items():
        yield Stated(name=why.replace(" ", "-"), why=why, changed=changed)


def search_keys() -> Iterator[Case]:
    """Yield sessions, with what both sides make of a number."""
    sessions = ("6b7f0c6e-5f0e-4c7a-9a1e-2d1c0b9a8f70", "00000000-0000-4000-8000-000000000001")
    for session in sessions:
        secret = session_secret(SOURCE_KEY, public(REQUESTER_KEY), UUID(session), SOURCE, REQUESTER)
        for kind, digits in ((NumberKind.BSN, "999990019"), (NumberKind.OWN, "012345678")):
            number = PupilNumber(kind=kind, digits=digits)
            yield {
                "name": f"{kind} {session[:8]}",
                "session_id": session,
                "source": _side(SOURCE, SOURCE_KEY),
                "requester": _side(REQUESTER, REQUESTER_KEY),
                "secret": secret.hex(),
                "number": f"{kind}:{digits}",
                "search_key": search_key(secret, number).hex(),
            }


def _side(name: KeyOf, key: X25519PrivateKey) -> dict[str, str]:
    return {
        "system_id": name.system_id,
        "key_id": str(name.key_id),
        "private_key": key.private_bytes_raw().hex(),
        "public_key": public(key).hex(),
    }
