"""The notifier: it tells requesters what was announced to them (design.md#notifications).

It runs in every process, on the same rows. A notification is told by the process to
which it was announced, at once, and after that, or when that process is gone, by
whoever looks first once it is due:

1. Both ends are decided on the facts of this moment, and the requester is still the
   one to whom it was announced.
2. The attempt is claimed, in one durable write with a lease.
3. The requester is dialled as a receiver is, and called.
4. What came of it is recorded: it was told, or is due again later, or given up.

Two processes that do the same at once do it once: each move names the attempt that it
follows. An attempt whose process died is made again, so a requester may be told twice.
"""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from wissel.routing.exchange.fetching.notifications import Notification, NotificationState
from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.errors import Refused
from wissel.server.courier.notify.call import NotifyCall
from wissel.server.courier.notify.ends import line_to
from wissel.server.courier.notify.observer import Attempted, NotifyObserver, Unobserved
from wissel.server.courier.notify.ports import NotifierDependencies, Position
from wissel.server.courier.ports import STALE_SECONDS
from wissel.server.courier.receivers.addresses import HostPort
from wissel.server.courier.receivers.line import Key
from wissel.server.courier.settle.backoff import Backoff

_LOG: Final = structlog.get_logger("wissel.notify")

_TOLD: Final = ("problem", "code", "receiver_reason", "http_status")
"""What the log tells of why a requester could not be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySchedule:
    """When and how many requesters are told; times are in seconds.

    Rows are looked at `every` so many seconds, `page` at a time. A call takes at most
    `call`, and as long to dial; `calls` are made at once, `calls_of_host` to one host
    and port. Who is not there is left alone for `first`, then twice as long each
    time, up to `most`. Tests replace `monotonic` and `chance` (0 to 1).
    """

    every: float
    page: int = 256
    call: float = 10.0
    calls: int = 8
    calls_of_host: int = 2
    first: float = 10.0
    most: float = 3600.0
    monotonic: Callable[[], float] = field(default=time.monotonic, repr=False)
    chance: Callable[[], float] = field(default=random.random, repr=False)


class Notifier:
    """Tells requesters; `observer` is told what comes of it."""

    def __init__(
        self,
        schedule: NotifySchedule,
        deps: NotifierDependencies,
        call: NotifyCall,
        observer: NotifyObserver | None = None,
    ) -> None:
        self._schedule = schedule
        self._notifications = deps.notifications
        self._tables = deps.tables
        self._call = call
        self._clock = deps.clock
        self._owner = deps.owner
        self._observer = observer or Unobserved()
        self._absent = Backoff[Key](schedule.first, schedule.most, schedule.chance)
        self._calling: Counter[HostPort] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._last: Position | None = None

    async def run(self) -> None:
        """Tell what is due until cancelled; an error is logged and does not end it."""
        try:
            while True:
                # 0.5 to 1.5 times `every`: processes must not look at the same moment.
                await asyncio.sleep(self._schedule.every * (0.5 + self._schedule.chance()))
                try:
                    await self.look()
                except Refused as refused:
                    _LOG.warning("notify_failed", reason=refused.reason)
                except Exception as error:  # noqa: BLE001 - whoever ends is not started again
                    _LOG.error("notify_failed", exc_info=error)
        finally:
            await self.close()

    async def look(self) -> None:
        """Begin to tell the next page of what is due, as far as there is a place for it."""
        self._absent.forget(self._schedule.monotonic())
        found = await self._notifications.due(self._last, self._schedule.page)
        self._last = Position.of(found[-1]) if len(found) == self._schedule.page else None
        self._begin_telling(found)
        self._observer.waiting(await self._notifications.waiting())

    def tell_soon(self, notification: Notification) -> None:
        """Tell a notification now, in a task; leave it to a later look if there is no place."""
        if notification.state is NotificationState.PENDING:
            self._begin_telling([notification])

    def _begin_telling(self, found: Sequence[Notification]) -> None:
        """Begin to tell notifications: those of one requester one after the other."""
        if self._tables.staleness() > STALE_SECONDS:
            return
        waiting: defaultdict[Key | None, list[Notification]] = defaultdict(list)
        for notification in found:
            line = self._line_to(notification)
            waiting[None if isinstance(line, Refused) else line].append(notification)
        now = self._schedule.monotonic()
        for key, notifications in waiting.items():
            if len(self._tasks) >= self._schedule.calls:
                return
            if key is None:
                self._begin(self._tell_all(None, notifications))
            elif self._has_place(key, now):
                self._calling[key[0]] += 1
                self._begin(self._tell_all(key, notifications))

    def _has_place(self, key: Key, now: float) -> bool:
        few = self._calling[key[0]] < self._schedule.calls_of_host
        return few and self._absent.due(key, now)

    async def settled(self) -> None:
        """Wait until no call is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Break off what is under way: it is told again when its lease has ended."""
        for task in self._tasks:
            task.cancel()
        await self.settled()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="notify a requester")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _line_to(self, notification: Notification) -> Key | Refused:
        """Return the line to a requester on the facts of this moment, or why there is none."""
        try:
            return line_to(notification, self._tables.table, self._clock())
        except Refused as refused:
            return refused

    async def _tell_all(self, key: Key | None, waiting: Sequence[Notification]) -> None:
        """Tell a requester all that waits for it, for as long as it is there."""
        try:
            for notification in waiting:
                if not await self._attempted(notification, key):
                    return
        finally:
            if key is not None:
                self._calling[key[0]] -= 1
                self._calling += Counter()  # without those at zero

    async def _attempted(self, notification: Notification, key: Key | None) -> bool:
        """Take all steps; return whether the requester at `key` can be told more.

        A refusal of the journal leaves an attempt to its lease.
        """
        # 1.
        line = self._line_to(notification)
        refused = line if isinstance(line, Refused) else None
        if key != (None if refused else line):
            return True  # it has moved since: a later look finds it elsewhere
        try:
            # 2.
            claimed = await self._notifications.claim(notification, self._owner)
            if claimed is None:
                return True
            # 3.
            if key is not None:
                refused = await self._called(claimed, key)
            # 4.
            await self._ended(claimed, refused, called=key is not None)
        except Refused as error:
            _LOG.warning("notify_failed", reason=error.reason, **_fields(notification))
        except Exception as error:  # noqa: BLE001 - one notification must not end the others
            _LOG.error("notify_failed", exc_info=error, **_fields(notification))
        return refused is None or key is None or not CATALOGUE[refused.reason].receiver_absent

    async def _called(self, claimed: Notification, key: Key) -> Refused | None:
        """Return why a requester could not be told, None if it was."""
        try:
            await self._call.tell(key, claimed)
        except Refused as refused:
            if CATALOGUE[refused.reason].receiver_absent:
                self._absent.failed(key, self._schedule.monotonic())
            else:
                self._absent.succeeded(key)
            return refused
        self._absent.succeeded(key)
        return None

    async def _ended(self, claimed: Notification, refused: Refused | None, *, called: bool) -> None:
        chance = self._schedule.chance()
        ended = await self._notifications.end(claimed, told=refused is None, chance=chance)
        if ended is None:
            return
        fields = _fields(ended) | {"attempt": ended.attempt, "state": ended.state.value}
        reason = "" if refused is None else refused.reason
        self._observer.attempted(_outcome(ended.state, told=refused is None, called=called), reason)
        if refused is None:
            _LOG.info("notified", **fields)
        else:
            said = {name: refused.metadata[name] for name in _TOLD if name in refused.metadata}
            _LOG.info("not_notified", **fields, reason=refused.reason, **said)


def _outcome(state: NotificationState, *, told: bool, called: bool) -> Attempted:
    if told:
        return Attempted.TOLD
    if state is NotificationState.GIVEN_UP:
        return Attempted.GIVEN_UP
    return Attempted.FAILED if called else Attempted.REFUSED


def _fields(notification: Notification) -> dict[str, object]:
    said = notification.announcement
    return {
        "notification_id": str(said.notification_id),
        "source_oin": said.source_oin,
        "requester_oin": notification.requester_oin,
    }
