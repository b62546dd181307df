"""One watch: what its caller is told, in the order of the log, until somebody ends it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.server.registry.events import LAST_REVISION, Position
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.watching import Part, behind, parts_after, shown
from wissel.server.rpc.calls.call import Call
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.scoping import current_scope
from wissel.server.rpc.services.mandates.watching.feed import Feed
from wissel.server.rpc.services.mandates.watching.messages import Cause, reached, resync, told
from wissel.server.rpc.services.mandates.watching.resuming import (
    Resumption,
    digest_of,
    resumption_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Where a caller wants to begin: with what it took in, after a revision, or now."""

    resumption: Resumption | None = None
    revision: int | None = None


def beginning_of(request: pb.WatchMandatesRequest) -> Beginning:
    """Return where a request wants to begin; raises `Refused(RESUME_TOKEN_INVALID)`."""
    if request.resume_token:
        return Beginning(resumption=resumption_of(request.resume_token))
    if request.HasField("after_revision"):
        return Beginning(revision=min(request.after_revision, LAST_REVISION))
    return Beginning()


class Watch:
    """Goes through the log for one caller, at the pace at which the caller takes what it is told.

    Nothing waits for the caller: what is not told yet stays in the feed, which all share,
    or else in the log.
    """

    def __init__(self, backend: Backend, feed: Feed, call: Call) -> None:
        self._backend = backend
        self._feed = feed
        self._call = call
        self._table = call.table
        self._scope = current_scope()
        self._past = feed.past
        self._place = Position.after(0)
        self._known = ("", 0)
        self._unfinished = False
        self._behind = False
        self._now = asyncio.get_running_loop().time

    async def responses(self, beginning: Beginning) -> AsyncGenerator[pb.WatchMandatesResponse]:
        """Yield what the caller is told; never ends by itself."""
        cause = await self._begin(beginning)
        yield resync(self._resumption(), cause) if cause else reached(self._resumption())
        last = self._now()
        while True:
            woken = self._feed.woken
            parts = await self._next()
            if isinstance(parts, Cause):
                self._leap()
                yield resync(self._resumption(), parts)
                last = self._now()
                continue
            for part in parts:
                response = self._told(part)
                if response is not None:
                    yield response
                    last = self._now()
                await asyncio.sleep(0)
            if parts:
                continue
            unfinished, self._unfinished = self._unfinished, False
            if unfinished or not await self._waited(woken, until=last + self._heartbeat):
                yield reached(self._resumption())
                last = self._now()

    @property
    def _heartbeat(self) -> float:
        return self._backend.watches.bounds.heartbeat

    async def _begin(self, beginning: Beginning) -> Cause | None:
        """Take the place where the caller begins; return why it cannot be told what changed."""
        revision, taken_in = beginning.revision, beginning.resumption
        if taken_in is not None:
            revision = taken_in.revision
        if revision is None:
            self._leap()
            return Cause.START
        mark, head = await self._feed.read(partial(_mark_of, revision=revision))
        if revision > head or (taken_in is not None and taken_in.mark != mark):
            self._leap()
            return Cause.ANOTHER_PAST
        if taken_in is not None and taken_in.scope != digest_of(self._scope):
            self._leap()
            return Cause.SCOPE
        await self._backend.follower.reached(revision)
        self._place, self._known = Position.after(revision), (mark, revision)
        return None

    async def _next(self) -> Sequence[Part] | Cause:
        """Return what comes next, nothing if it has not come yet, or why that cannot be told."""
        if self._past != self._feed.past:
            self._past = self._feed.past
            if not await self._is_known():
                return Cause.ANOTHER_PAST
        if not self._is_same_scope():
            return Cause.SCOPE
        found = self._feed.since(self._place)
        if found is None:
            return await self._from_log()
        self._behind = False
        if not found and self._place.revision <= self._feed.reached:
            self._place = Position.after(self._feed.reached)
            self._known = (self._feed.mark, self._feed.reached)
        return found

    async def _from_log(self) -> Sequence[Part] | Cause:
        """Return what comes next of what the feed keeps no longer."""
        return await self._feed.read(self._log_in)

    async def _log_in(self, snapshot: Snapshot) -> Sequence[Part] | Cause:
        if not self._behind:
            self._behind = True
            revision, most = self._place.revision, self._backend.watches.bounds.too_far
            if await behind(snapshot, revision, self._scope, most + 1) > most:
                return Cause.TOO_FAR
        until = self._table.revision
        parts, place = await parts_after(snapshot, self._place, until, self._scope)
        if not parts:
            self._place = place
        return parts

    def _told(self, part: Part) -> pb.WatchMandatesResponse | None:
        """Return what the caller is told of a part, and take it for told."""
        self._place = part.place
        if part.whole:
            self._known = (part.mark, part.place.revision)
        visible = shown(part, self._scope, self._table)
        if visible is not None:
            self._unfinished = not part.whole
            token = self._resumption().token() if part.whole else ""
            return told(visible, token, self._table, self._backend.today())
        if self._unfinished and part.whole:
            self._unfinished = False
            return reached(self._resumption())
        return None

    def _is_same_scope(self) -> bool:
        """Whether the same systems or services are the caller's as when it was told last."""
        table = self._backend.follower.table
        if table.reference is not self._table.reference:
            peer = self._call.admitted.peer
            self._call.table, self._call.caller = table, self._backend.gates.caller_of(peer, table)
        self._table = table
        return current_scope() == self._scope

    async def _is_known(self) -> bool:
        """Whether the log still has what the caller has taken in."""
        mark, revision = self._known
        return mark == (await self._feed.read(partial(_mark_of, revision=revision)))[0]

    def _leap(self) -> None:
        """Go on from the last revision, with whatever is the caller's own now."""
        self._scope = current_scope()
        self._past = self._feed.past
        self._place = Position.after(self._feed.reached)
        self._known = (self._feed.mark, self._feed.reached)

    def _resumption(self) -> Resumption:
        mark, revision = self._known
        return Resumption(revision, mark, digest_of(self._scope))

    async def _waited(self, woken: asyncio.Event, until: float) -> bool:
        """Wait for more, and return whether it came in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await woken.wait()
                return True
        return False


async def _mark_of(snapshot: Snapshot, revision: int) -> tuple[str, int]:
    """Return what a revision is known by, and which is the last."""
    return (await snapshot.marks({revision})).get(revision, ""), snapshot.revision
