"""Hearing of changes that other processes commit: NOTIFY and LISTEN.

Whoever commits a revision notifies `CHANNEL` in the same transaction. Hearing
it only saves the wait for the next poll: a notification may be lost with its
connection, so followers poll regardless (design.md#staleness).
"""

import asyncio
from collections.abc import Callable
from typing import Final

import psycopg
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.server.store.postgres.timeouts import CONNECT_SECONDS, BoundedAsyncConnection

CHANNEL: Final = "wissel_head"
"""The channel; what it carries is the new revision, as text."""

_RETRY_SECONDS: Final = 0.5
_QUIET_SECONDS: Final = 2.0
"""After so long without a notification LISTEN is said again: is the server still there?"""
_LOG: Final = structlog.get_logger("wissel.listen")


async def announce(connection: AsyncConnection, revision: int) -> None:
    """Notify other processes of a revision, once this transaction commits."""
    told = {"channel": CHANNEL, "revision": str(revision)}
    await connection.execute(text("SELECT pg_notify(:channel, :revision)"), told)


async def listen(url: str, heard: Callable[[int], None]) -> None:
    """Call `heard` with each revision that any process announces; `url` is one of libpq.

    It runs until it is cancelled, on a connection of its own that is opened
    again whenever it breaks.
    """
    while True:
        try:
            await _listen(url, heard)
        except psycopg.Error as error:
            _LOG.warning("listening failed", error=type(error).__name__)
        await asyncio.sleep(_RETRY_SECONDS)


async def _listen(url: str, heard: Callable[[int], None]) -> None:
    async with await BoundedAsyncConnection.connect(
        url, autocommit=True, connect_timeout=CONNECT_SECONDS
    ) as connection:
        while True:
            await connection.execute(f"LISTEN {CHANNEL}".encode())
            async for notification in connection.notifies(timeout=_QUIET_SECONDS):
                heard(int(notification.payload))
