"""Notifications: the hub tells a requester that there is something to fetch (OSO's notificatie).

The one state machine of a notification (design.md#notifications). It is announced,
PENDING; each attempt to tell is claimed with a lease, and ends in NOTIFIED, or
PENDING again until it is due anew, or GIVEN_UP when it was tried for long enough.
"""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.links import Link, link_digest, twelve_months_after
from wissel.routing.exchange.fetching.transfers import Terms, Transfer
from wissel.routing.exchange.kinds import require_relation
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, RoutingKey

TRIED: Final = dt.timedelta(days=5)
"""For how long a notification is tried before it is given up."""
FIRST_WAIT: Final = dt.timedelta(seconds=10)
"""How long after the first attempt the second one comes; each further wait is twice as long."""
LONGEST_WAIT: Final = dt.timedelta(hours=1)
LEASE: Final = dt.timedelta(seconds=60)
"""How long an attempt belongs to its process; an attempt takes at most half of it."""
KEY_SHOWN: Final = dt.timedelta(hours=1)
"""How long a repeat of an announcement is told its link key, also when the requester has it."""
MOST_A_DAY: Final = 200
"""Notifications that one OIN may announce to one requester in 24 hours."""
MOST_PENDING: Final = 1000
"""Notifications of one OIN that may wait at once."""
_LONGEST_DOUBLING: Final = 16


class NotificationState(StrEnum):
    """Whether a requester was told."""

    PENDING = "PENDING"
    NOTIFIED = "NOTIFIED"
    GIVEN_UP = "GIVEN_UP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What a source announces: what there is to fetch, where, and who is told.

    `session_id` is that of an earlier session, None for a swv-dossier.
    `initiator` is a pseudonym of the account that ordered it.
    """

    notification_id: UUID
    source_oin: Oin
    source_routing_key: RoutingKey
    terms: Terms
    initiator: str
    session_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """An announcement and how far it is.

    `requester_oin` is who is told, as decided when it was announced. `link_sha256` is
    the digest of the link key, empty for a session; `link_key` the key itself, for as
    long as it is needed. The next attempt is `due`; `attempt` counts them. The last
    one belongs to `owner` until `lease_until`.
    """

    announcement: Announcement
    requester_oin: Oin
    announced: dt.datetime
    due: dt.datetime
    link_sha256: bytes = b""
    link_key: UUID | None = field(default=None, repr=False)
    state: NotificationState = NotificationState.PENDING
    attempt: int = 0
    owner: str = ""
    lease_until: dt.datetime

    @property
    def link(self) -> Link | None:
        """The new link that it makes; None for a session."""
        said, terms = self.announcement, self.announcement.terms
        if not self.link_sha256:
            return None
        return Link(
            source_oin=said.source_oin,
            source=terms.source,
            source_routing_key=said.source_routing_key,
            requester_oin=self.requester_oin,
            requester=terms.requester,
            requester_routing_key=terms.requester_routing_key,
            expires=twelve_months_after(self.announced),
        )


def check_announcement(said: Announcement) -> None:
    """Check what can be checked of an announcement by itself.

    1. The kind fits source and requester: `Refused(RELATION_INVALID)`.
    2. A session is named, unless it is about a swv-dossier:
       `Refused(FIELD_REQUIRED)`, `Refused(FIELD_INVALID)`.
    """
    terms = said.terms
    # 1.
    require_relation(terms.kind, terms.source, terms.requester)
    # 2.
    if terms.kind is not Kind.SWV and said.session_id is None:
        raise Refused(Reason.FIELD_REQUIRED, field="session_id")
    if terms.kind is Kind.SWV and said.session_id is not None:
        raise Refused(Reason.FIELD_INVALID, field="session_id", expected="none for a swv-dossier")


def check_session(
    said: Announcement, session: Transfer | None, requester_oins: Collection[Oin]
) -> None:
    """Check that a session is one in which this requester asked this source, whatever its age.

    `requester_oins` are those under which the system that is told may have asked.
    Raises `Refused` with SESSION_UNKNOWN, also for a session of others, and with
    SESSION_DEVIATES if the requester has another system or delivery point by now.
    """
    terms = said.terms
    asked = None if session is None else session.terms
    if session is None or asked is None or asked.source != terms.source:
        raise Refused(Reason.SESSION_UNKNOWN)
    if asked.requester != terms.requester:
        raise Refused(Reason.SESSION_UNKNOWN)
    if session.requester_oin not in requester_oins or asked != terms:
        raise Refused(Reason.SESSION_DEVIATES, at="requester")


def announce(
    said: Announcement, requester_oin: Oin, now: dt.datetime, new_key: Callable[[], UUID]
) -> Notification:
    """Return a new notification, due at once; that of a swv-dossier with a new link key."""
    key = new_key() if said.session_id is None else None
    return Notification(
        announcement=said,
        requester_oin=requester_oin,
        announced=now,
        due=now,
        link_sha256=b"" if key is None else link_digest(key),
        link_key=key,
        lease_until=now,
    )


def repeated(known: Notification, said: Announcement, now: dt.datetime) -> Notification:
    """Return what stands of an announcement that comes again, as far as it is still told.

    Raises `Refused(NOTIFICATION_ID_REUSED)` for another one under its id.
    """
    if known.announcement != said:
        raise Refused(Reason.NOTIFICATION_ID_REUSED, notification_id=str(said.notification_id))
    return without_key(known) if key_is_spent(known, now) else known


def claim(known: Notification, owner: str, now: dt.datetime) -> Notification | None:
    """Return a notification whose next attempt is the owner's; None if it is not its turn."""
    waits = known.state is NotificationState.PENDING
    if not waits or now < known.due or now < known.lease_until:
        return None
    attempt = known.attempt + 1
    return replace(known, attempt=attempt, owner=owner, lease_until=now + LEASE)


def end(
    known: Notification, attempt: int, now: dt.datetime, *, told: bool, chance: float
) -> Notification | None:
    """Return a notification whose attempt has ended; None if another one has begun since.

    `told` is whether the requester has it. If not it is due again later, each time
    twice as long, of which `chance` (0 to 1) is half; after `TRIED` it is given up.
    """
    if known.state is not NotificationState.PENDING or known.attempt != attempt:
        return None
    free = replace(known, owner="", lease_until=now)
    if told:
        ended = replace(free, state=NotificationState.NOTIFIED)
    elif now >= known.announced + TRIED:
        ended = replace(free, state=NotificationState.GIVEN_UP)
    else:
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempt - 1, _LONGEST_DOUBLING))
        return replace(free, due=now + longest * (0.5 + chance / 2))
    return without_key(ended) if key_is_spent(ended, now) else ended


def key_is_spent(known: Notification, now: dt.datetime) -> bool:
    """Whether nobody is told the link key any more, so that its digest is enough."""
    ended = known.state is not NotificationState.PENDING
    return ended and now >= known.announced + KEY_SHOWN


def without_key(known: Notification) -> Notification:
    """Return a notification without its link key in clear."""
    return replace(known, link_key=None)
