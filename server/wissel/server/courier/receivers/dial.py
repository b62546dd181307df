"""The lines to receivers that are kept, and how one is found (design.md#dialling).

Lines are kept by (host, port, OIN): one host may serve several parties, and a
party is its OIN, not its address.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Final

import grpc

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.trusted_path import Revoked
from wissel.server.courier.receivers.addresses import allowed_addresses
from wissel.server.courier.receivers.causes import Cause
from wissel.server.courier.receivers.line import Key, Line, LineOpener
from wissel.server.courier.receivers.names import HostNames
from wissel.server.courier.receivers.race import first_of

STAGGER: Final = 0.25
"""Seconds after which the next address is tried beside those before it (RFC 8305, section 8)."""
_SLOW: Final = "connecting to it takes too long"
_CLOSE_GRACE: Final = 600.0  # seconds: as long as the longest transfer that still uses it


MOST_LINES: Final = 512
"""How many lines are kept; the one that was used least recently is closed for another one."""
MOST_OF_ONE: Final = 64
"""How many of them to one party."""


class _Dialling:
    """A line that is being opened, for as many as wait for it."""

    def __init__(self, task: asyncio.Task[Line]) -> None:
        self.task = task
        self.waiting = 0


class Dialer:
    """Finds or opens lines to receivers; opening one takes at most so many `seconds`.

    With `private`, receivers may be at private and loopback addresses.
    """

    def __init__(
        self, opener: LineOpener, names: HostNames, seconds: float, *, private: bool = False
    ) -> None:
        self._opener = opener
        self._names = names
        self._seconds = seconds
        self._private = private
        self._lines: dict[Key, Line] = {}
        self._dialling: dict[Key, _Dialling] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def line(self, key: Key, revoked: Revoked) -> Line:
        """Return a line to a receiver that is connected.

        1. A known line is used again if it was probed less than ten minutes ago,
           its certificates still count, the hub's own has not been renewed, and
           it is connected.
        2. Otherwise the host is looked up, and its addresses are checked.
        3. A line is opened to them side by side, each a quarter of a second after
           the one before; the first that stands is taken (see `LineOpener.open`).

        Those who need the same line at the same time wait for one, and what comes
        of that is everybody's. Raises `Refused` with RECEIVER_UNREACHABLE,
        RECEIVER_UNTRUSTED or ADDRESS_NOT_ALLOWED.
        """
        while True:
            # 1.
            known = self._lines.pop(key, None)
            if known is not None:
                self._lines[key] = known  # the one that was used last
                if self._opener.holds(known, revoked) and self._opener.connected(known.channel):
                    return known
            # 2. and 3.
            line = await self._dialled(key, revoked)
            if self._opener.holds(line, revoked):
                return line
            self._give_up(line)

    @asynccontextmanager
    async def once(self, key: Key, revoked: Revoked) -> AsyncIterator[Line]:
        """Yield a line that is opened as a new one is, and closed with the block.

        No other is used, kept or given up for it. Raises as `line` does.
        """
        try:
            async with asyncio.timeout(self._seconds):
                line = await self._opened(key, revoked)
        except TimeoutError:
            raise _slow(key[0].host) from None
        try:
            yield line
        finally:
            await _close(line)

    @contextmanager
    def using(self, line: Line) -> Iterator[grpc.aio.Channel]:
        """Yield the channel of a line; after RECEIVER_TIMEOUT in the block it is not used again.

        A firewall or NAT that has forgotten a connection swallows what is sent
        over it, and tells nobody.
        """
        try:
            yield line.channel
        except Refused as refused:
            if refused.reason is Reason.RECEIVER_TIMEOUT:
                self._give_up(line)
            raise

    async def close(self) -> None:
        """Close all lines, without waiting for transfers."""
        ending = [*self._closing, *(each.task for each in self._dialling.values())]
        for task in ending:
            task.cancel()
        if ending:
            await asyncio.wait(ending)
        lines, self._lines = list(self._lines.values()), {}
        for line in lines:
            await line.channel.close()
        await self._names.close()

    async def _dialled(self, key: Key, revoked: Revoked) -> Line:
        """Return the line that is being opened; opening it ends when nobody waits any more."""
        dialling = self._dialling.get(key)
        if dialling is None:
            task = asyncio.create_task(self._known_or_new(key, revoked), name="dial")
            dialling = self._dialling[key] = _Dialling(task)
        dialling.waiting += 1
        try:
            await asyncio.wait([dialling.task])
        finally:
            dialling.waiting -= 1
            if dialling.task.done() or not dialling.waiting:
                dialling.task.cancel()
                self._forget(key, dialling)
        if dialling.task.cancelled():  # the process is ending
            raise Refused(Reason.RECEIVER_UNREACHABLE, host=key[0].host)
        try:
            return dialling.task.result()
        except Refused as refused:
            raise refused.again() from None

    def _forget(self, key: Key, dialling: _Dialling) -> None:
        if self._dialling.get(key) is dialling:
            del self._dialling[key]

    async def _known_or_new(self, key: Key, revoked: Revoked) -> Line:
        host = key[0].host
        try:
            async with asyncio.timeout(self._seconds):
                known = self._lines.get(key)
                if known is not None:
                    held = self._opener.holds(known, revoked)
                    if held and await self._opener.ready(known.channel):
                        return known
                    self._give_up(known)
                return await self._new(key, revoked)
        except TimeoutError:
            raise _slow(host) from None

    async def _new(self, key: Key, revoked: Revoked) -> Line:
        line = await self._opened(key, revoked)
        self._keep(line)
        return line

    async def _opened(self, key: Key, revoked: Revoked) -> Line:
        host_port, oin = key
        # 2.
        found = await self._names.addresses(host_port.host, oin)
        addresses = allowed_addresses(host_port.host, found, private=self._private)
        # 3.
        attempts = [partial(self._opener.open, key, address, revoked) for address in addresses]
        return await first_of(attempts, STAGGER, _close)

    def _keep(self, line: Line) -> None:
        """Keep a line, and give up those that are too many for it."""
        own = [key for key in self._lines if key[1] == line.key[1]]
        if len(own) >= MOST_OF_ONE:
            self._give_up(self._lines[own[0]])
        elif len(self._lines) >= MOST_LINES:
            self._give_up(next(iter(self._lines.values())))
        self._lines[line.key] = line

    def _give_up(self, line: Line) -> None:
        """Keep a line no longer; it is closed when the transfers on it have ended."""
        if self._lines.get(line.key) is not line:
            return
        del self._lines[line.key]
        task = asyncio.create_task(line.channel.close(_CLOSE_GRACE), name="retire a line")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _slow(host: str) -> Refused:
    return Refused(Reason.RECEIVER_UNREACHABLE, host=host, problem=_SLOW, cause=Cause.TCP)


async def _close(line: Line) -> None:
    await line.channel.close()
