"""Notifications and links are forgotten after a time, link keys in clear sooner."""

import datetime as dt

from wissel.server.courier.notify.ports import Notifications
from wissel.server.courier.ports import Clock
from wissel.server.courier.settle.reduction import BATCH
from wissel.server.retention import Progress


class NotificationForgetting:
    """Forgets the notifications that were announced longer than `kept` ago, and links that ended.

    Link keys in clear go as soon as nobody is told them any more.
    """

    def __init__(self, notifications: Notifications, clock: Clock, kept: dt.timedelta) -> None:
        self._notifications = notifications
        self._clock = clock
        self._kept = kept

    async def step(self) -> Progress:
        """Forget up to `BATCH` keys and notifications. Raises `Refused(RECORD_UNAVAILABLE)`."""
        keys = await self._notifications.wipe_link_keys(BATCH)
        before = self._clock() - self._kept
        done = await self._notifications.forget_notifications(before, BATCH)
        return Progress(done, more=BATCH in (done, keys))
