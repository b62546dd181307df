"""The lines to receivers that are kept, and how one is found (design.md#dialling).

Lines are kept by (host, port, OIN): one host may serve several parties, and a
party is its OIN, not its address.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Final

import grpc

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.trusted_path import Revoked
from wissel.server.courier.receivers.addresses import addresses_of
from wissel.server.courier.receivers.line import Key, Line, LineOpener
from wissel.server.courier.receivers.race import first_of

STAGGER: Final = 0.25
"""Seconds after which the next address is tried beside those before it (RFC 8305, section 8)."""
_CLOSE_GRACE: Final = 600.0  # seconds: as long as the longest transfer that still uses it


class Dialer:
    """Finds or opens lines to receivers.

    With `private`, receivers may be at private and loopback addresses.
    """

    def __init__(self, opener: LineOpener, *, private: bool = False) -> None:
        self._opener = opener
        self._private = private
        self._lines: dict[Key, Line] = {}
        self._locks: dict[Key, asyncio.Lock] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def line(self, key: Key, revoked: Revoked) -> Line:
        """Return a line to a receiver that is connected.

        1. A known line is used again if it was probed less than ten minutes ago,
           its certificates still count, the hub's own has not been renewed, and
           it is connected.
        2. Otherwise the host is resolved, and its addresses are checked.
        3. A line is opened to them side by side, each a quarter of a second after
           the one before; the first that stands is taken (see `LineOpener.open`).

        Raises `Refused` with RECEIVER_UNREACHABLE, RECEIVER_UNTRUSTED or
        ADDRESS_NOT_ALLOWED.
        """
        async with self._locks.setdefault(key, asyncio.Lock()):
            return await self._known_or_new(key, revoked)

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
        lines, self._lines = list(self._lines.values()), {}
        for task in list(self._closing):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for line in lines:
            await line.channel.close()

    async def _known_or_new(self, key: Key, revoked: Revoked) -> Line:
        # 1.
        known = self._lines.get(key)
        if known is not None:
            usable = self._opener.holds(known, revoked) and await self._opener.ready(known.channel)
            if usable and self._lines.get(key) is known:
                return known
            self._give_up(known)
        # 2.
        addresses = await addresses_of(key[0], private=self._private)
        # 3.
        attempts = [partial(self._opener.open, key, address, revoked) for address in addresses]
        line = await first_of(attempts, STAGGER, _close)
        self._lines[key] = line
        return line

    def _give_up(self, line: Line) -> None:
        """Keep a line no longer; it is closed when the transfers on it have ended."""
        if self._lines.get(line.key) is not line:
            return
        del self._lines[line.key]
        task = asyncio.create_task(line.channel.close(_CLOSE_GRACE), name="retire a line")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _close(line: Line) -> None:
    await line.channel.close()
