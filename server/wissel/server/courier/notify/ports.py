"""What telling requesters needs of the journal's database (design.md#notifications)."""

import datetime as dt
from typing import NamedTuple, Protocol, Self
from uuid import UUID

from wissel.routing.exchange.fetching.links import Link
from wissel.routing.exchange.fetching.notifications import Notification
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.ports import Clock, Links, Tables


class Position(NamedTuple):
    """Where a notification stands in the order in which they are due."""

    due: dt.datetime
    source_oin: Oin
    notification_id: UUID

    @classmethod
    def of(cls, notification: Notification) -> Self:
        """Return the position of a notification."""
        said = notification.announcement
        return cls(notification.due, said.source_oin, said.notification_id)


class Waiting(NamedTuple):
    """How many notifications are PENDING, and for how many seconds the oldest of them."""

    pending: int
    oldest: float


class KeptNotifications(Links, Protocol):
    """Notifications and links, durably. Each method raises `Refused(RECORD_UNAVAILABLE)`."""

    async def announce(self, new: Notification) -> Notification:
        """Keep a new notification with its link; return it, or what stands of the same one.

        Raises `Refused` with NOTIFICATION_ID_REUSED for another one of the same
        source under its id, NOTIFICATIONS_EXCEEDED and NOTIFICATIONS_WAITING.
        """
        ...

    async def find(self, source_oin: Oin, notification_id: UUID) -> Notification | None:
        """Return a notification, None if there is none."""
        ...


class Notifications(KeptNotifications, Protocol):
    """Notifications and links, with what tells and forgets them."""

    async def due(self, after: Position | None, limit: int) -> list[Notification]:
        """Return up to `limit` notifications that are due and nobody's, those after `after`.

        They come in the order in which they are due.
        """
        ...

    async def claim(self, known: Notification, owner: str) -> Notification | None:
        """Give the next attempt to `owner`; None if it is another's, or not due."""
        ...

    async def end(self, claimed: Notification, *, told: bool, chance: float) -> Notification | None:
        """End an attempt: see `notifications.end`; None if it was no longer the owner's."""
        ...

    async def waiting(self) -> Waiting:
        """Return how many notifications wait, and how long."""
        ...

    async def wipe_link_keys(self, limit: int) -> int:
        """Forget up to `limit` link keys in clear that nobody is told any more; return how many."""
        ...

    async def forget_notifications(self, before: dt.datetime, limit: int) -> int:
        """Forget up to `limit` notifications announced before an instant; return how many.

        Links that have expired go too.
        """
        ...


class NotifierDependencies(Protocol):
    """What the notifier of a process works with; `owner` names this process."""

    @property
    def notifications(self) -> Notifications:
        """Notifications and links."""
        ...

    @property
    def tables(self) -> Tables:
        """The facts."""
        ...

    @property
    def clock(self) -> Clock:
        """Now."""
        ...

    @property
    def owner(self) -> str:
        """Its name."""
        ...


class NoNotifications:
    """Keeps nothing: that of a server without a journal."""

    async def announce(self, _new: Notification) -> Notification:
        """Refuse to keep it."""
        raise Refused(Reason.RECORD_UNAVAILABLE)

    async def find(self, _source_oin: Oin, _notification_id: UUID) -> Notification | None:
        """Return None."""
        return None

    async def link(self, _link_sha256: bytes) -> Link | None:
        """Return None."""
        return None


def leave_to_later(_notification: Notification) -> None:
    """Do nothing: who looks at what is due tells it."""
