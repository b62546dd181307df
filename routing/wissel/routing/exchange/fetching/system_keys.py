"""The key of a system, in its vendor's signed words (design.md#search-keys, ADR 40).

Both sides of a session make a secret of these keys. The hub keeps them and passes
them on; whoever uses one verifies it itself.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from wissel.routing.exchange.envelope import parse_message_id
from wissel.routing.exchange.message_shapes import SystemKeyMessage
from wissel.routing.exchange.messages import Fields, instant_fields, instant_of, parse_strict
from wissel.routing.exchange.receipt_messages import refused_as
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import SYSTEM_KEY, Signed, verify
from wissel.routing.signing.trusted_path import PathFinder
from wissel.routing.values.identifiers import Oin, SystemId

KEY_BYTES: Final = 32
"""Size of a key for X25519 (RFC 7748), public or private, and of what two of them make."""

SHORTEST: Final = dt.timedelta(days=1)
LONGEST: Final = dt.timedelta(days=400)
"""How long a key may be used, at least and at most."""

MOST_KEYS: Final = 4
"""Keys of one system that have not ended: the one in use, and those that it rotates to."""

_ANY_KEY: Final = X25519PrivateKey.from_private_bytes(bytes(range(KEY_BYTES)))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatement:
    """That a system has a public key for X25519, to be used from `start` until `end`."""

    hub_oin: Oin
    system_id: SystemId
    key_id: UUID
    public_key: bytes
    start: dt.datetime
    end: dt.datetime


def read_system_key(data: bytes, message_type: type[SystemKeyMessage]) -> KeyStatement:
    """Return the statement in verified bytes.

    1. It is a SystemKey without unknown fields, and each field is well formed.
    2. Its period lasts from `SHORTEST` to `LONGEST`.
    3. Its key is none of low order, with which every secret is zero (RFC 7748,
       section 6.1).

    Raises `Refused(SYSTEM_KEY_INVALID)` with the first that does not hold.
    """
    with refused_as(Reason.SYSTEM_KEY_INVALID):
        # 1.
        message = parse_strict(message_type, data, Reason.SYSTEM_KEY_INVALID)
        said = KeyStatement(
            hub_oin=Oin.parse(message.hub_oin, "hub_oin"),
            system_id=SystemId.parse(message.system_id, "system_id"),
            key_id=parse_message_id(message.key_id, "key_id"),
            public_key=message.public_key,
            start=instant_of(message.start_time, "start_time"),
            end=instant_of(message.end_time, "end_time"),
        )
    # 2.
    if not SHORTEST <= said.end - said.start <= LONGEST:
        raise _invalid("it lasts for less than a day, or more than 400", "end_time")
    # 3.
    if not is_usable(said.public_key):
        raise _invalid("no key for X25519", "public_key")
    return said


def is_usable(public_key: bytes) -> bool:
    """Whether a public key has 32 bytes and makes a secret at all, with whatever other key."""
    try:
        _ANY_KEY.exchange(X25519PublicKey.from_public_bytes(public_key))
    except ValueError:
        return False
    return True


def verified_key(
    signed: Signed,
    message_type: type[SystemKeyMessage],
    paths: PathFinder,
    owner: Oin,
    hub_oin: Oin,
    now: dt.datetime,
) -> KeyStatement:
    """Return what a vendor says about a key of its system.

    `owner` is the OIN whose certificate acts for that system: at an endpoint of the
    other side the OIN that serves it, for one's own key one's own.

    1. It is signed as a key, by a path that is trusted now.
    2. The verified bytes are such a statement: see `read_system_key`.
    3. It was signed by `owner`, for this hub.
    4. It has begun, and not ended.

    Raises `Refused(SYSTEM_KEY_INVALID)` with the first that does not hold.
    """
    said = signed_key(signed, message_type, paths, owner, hub_oin, now)
    # 4.
    if not said.start <= now < said.end:
        raise _invalid("not to be used now", "start_time" if now < said.start else "end_time")
    return said


def signed_key(
    signed: Signed,
    message_type: type[SystemKeyMessage],
    paths: PathFinder,
    owner: Oin,
    hub_oin: Oin,
    now: dt.datetime,
) -> KeyStatement:
    """Return the same by the first three rules of `verified_key`: of a key for whatever day."""
    with refused_as(Reason.SYSTEM_KEY_INVALID):
        # 1.
        verified = verify(signed, SYSTEM_KEY, paths, now)
    # 2.
    said = read_system_key(verified.payload, message_type)
    # 3.
    if verified.signer != owner:
        raise _invalid("of another signer", "signer_oin")
    if said.hub_oin != hub_oin:
        raise _invalid("for another hub", "hub_oin")
    return said


def system_key_fields(said: KeyStatement) -> Fields:
    """Return the fields of a SystemKey."""
    return {
        "hub_oin": said.hub_oin,
        "system_id": said.system_id,
        "key_id": str(said.key_id),
        "public_key": said.public_key,
        "start_time": instant_fields(said.start),
        "end_time": instant_fields(said.end),
    }


def _invalid(problem: str, at: str) -> Refused:
    return Refused(Reason.SYSTEM_KEY_INVALID, problem=problem, at=at)
