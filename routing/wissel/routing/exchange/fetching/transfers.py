"""Sessions of prepare and fetch: OSO's own flow, as far as the Traffic Center keeps it.

The new school's system starts a session, the old school's asks whether what it was
asked for is that session, and the first one signs off with the best result that it
had (design.md#transfers). Nothing here says which pupil it is about.
"""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from wissel.routing.exchange.envelope import Kind
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, Oin, Organisation, RoutingKey

LIFETIME: Final = dt.timedelta(hours=24)
"""How long a session may be used."""

MOST_A_DAY: Final = 200
"""Sessions that one requester may start with one source school in 24 hours."""


MOST_NOT_FOUND: Final = 20
"""Keys without a dossier that one requester may ask one source school for in 24 hours."""


class TransferResult(StrEnum):
    """What came of a session, the best first: the ladder of OSO's afmelding."""

    TRANSFERRED = "TRANSFERRED"
    UNCHANGED = "UNCHANGED"
    NOT_READY = "NOT_READY"
    REQUESTER_NOT_ALLOWED = "REQUESTER_NOT_ALLOWED"
    VERSION_MISMATCH = "VERSION_MISMATCH"
    NOT_FOUND = "NOT_FOUND"
    FAILED = "FAILED"


_RANK: Final = {result: rank for rank, result in enumerate(TransferResult)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a session is about: who asks whom, at which delivery point, for which kind."""

    source: Brin
    requester: Organisation
    requester_routing_key: RoutingKey
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A session of `requester_oin`; `result` is None as long as it is not signed off.

    `initiator` is a pseudonym of the account that ordered it.
    """

    session_id: UUID
    requester_oin: Oin
    terms: Terms
    initiator: str
    started: dt.datetime
    expires: dt.datetime
    result: TransferResult | None = None


def start(
    session_id: UUID, requester_oin: Oin, terms: Terms, initiator: str, now: dt.datetime
) -> Transfer:
    """Return a new session, which may be used for `LIFETIME`."""
    return Transfer(
        session_id=session_id,
        requester_oin=requester_oin,
        terms=terms,
        initiator=initiator,
        started=now,
        expires=now + LIFETIME,
    )


def check_transfer(transfer: Transfer | None, said: Terms, now: dt.datetime) -> Transfer:
    """Return the session if what a source was asked for is that session.

    1. There is such a session: `Refused(SESSION_UNKNOWN)`.
    2. It was not signed off: `Refused(SESSION_SIGNED_OFF)`, OSO's
       SessieReedsAfgemeld.
    3. It has not expired: `Refused(SESSION_EXPIRED)`.
    4. Both organisations and the kind are those of the session:
       `Refused(SESSION_DEVIATES)`, OSO's SessieAfwijkend.
    5. So is the requester's delivery point: `Refused(DELIVERY_POINT_UNKNOWN)`,
       OSO's OnbekendAanleverpunt.
    """
    # 1. to 3.
    known = _usable(transfer, now)
    # 4.
    for field in ("source", "requester", "kind"):
        if getattr(said, field) != getattr(known.terms, field):
            raise Refused(Reason.SESSION_DEVIATES, at=field)
    # 5.
    if said.requester_routing_key != known.terms.requester_routing_key:
        raise Refused(Reason.DELIVERY_POINT_UNKNOWN, routing_key=said.requester_routing_key)
    return known


def usable_by(transfer: Transfer | None, caller: Oin, now: dt.datetime) -> Transfer:
    """Return the session if the caller is its requester, and may use it.

    Raises `Refused` with SESSION_UNKNOWN also for a session of another, and with
    SESSION_SIGNED_OFF or SESSION_EXPIRED.
    """
    if transfer is None or transfer.requester_oin != caller:
        raise Refused(Reason.SESSION_UNKNOWN)
    return _usable(transfer, now)


def sign_off(
    transfer: Transfer | None, caller: Oin, result: TransferResult, now: dt.datetime
) -> Transfer:
    """Return the session as its requester ends it; the same result again changes nothing.

    Raises what `usable_by` raises.
    """
    mine = transfer is not None and transfer.requester_oin == caller
    if transfer is not None and mine and transfer.result is result:
        return transfer
    return replace(usable_by(transfer, caller, now), result=result)


def best(results: set[TransferResult]) -> TransferResult:
    """Return the best of the results of all delivery points that were asked."""
    return min(results, key=_RANK.__getitem__)


def _usable(transfer: Transfer | None, now: dt.datetime) -> Transfer:
    if transfer is None:
        raise Refused(Reason.SESSION_UNKNOWN)
    if transfer.result is not None:
        raise Refused(Reason.SESSION_SIGNED_OFF, result=transfer.result)
    if now >= transfer.expires:
        raise Refused(Reason.SESSION_EXPIRED)
    return transfer
