"""Hearing of changes that other processes commit, on PostgreSQL.

Whoever commits a revision notifies `CHANNEL` in the same transaction. Hearing
it only saves the wait for the next poll: a notification may be lost with its
connection, so followers poll regardless (design.md#staleness).
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.server.store.engine import driver_url, is_sqlite

CHANNEL: Final = "wissel_head"
"""The channel; what it carries is the new revision, as text."""

_RETRY_SECONDS: Final = 0.5
_SILENT_SECONDS: Final = 2.0
"""After so long without a notification LISTEN is said again: is the server still there?"""
_LOG: Final = structlog.get_logger("wissel.listen")


async def notify(connection: AsyncConnection, revision: int) -> None:
    """Tell other processes of a revision, once this transaction commits."""
    if connection.dialect.name == "postgresql":
        told = {"channel": CHANNEL, "revision": str(revision)}
        await connection.execute(text("SELECT pg_notify(:channel, :revision)"), told)


async def listen(url: str, heard: Callable[[int], None]) -> None:
    """Call `heard` with each revision that any process commits in the database at `url`.

    It runs until it is cancelled, on a connection of its own that is opened
    again whenever it breaks. On SQLite, which has no notifications, it returns
    at once.
    """
    if is_sqlite(url):
        return
    import psycopg  # noqa: PLC0415 - an extra, which a hub on SQLite does without

    place = driver_url(url, asynchronous=False).set(drivername="postgresql")
    while True:
        try:
            await _listen(place.render_as_string(hide_password=False), heard)
        except psycopg.Error as error:
            _LOG.warning("listening failed", error=type(error).__name__)
        await asyncio.sleep(_RETRY_SECONDS)


async def _listen(place: str, heard: Callable[[int], None]) -> None:
    from wissel.server.store import pg_timeouts  # noqa: PLC0415 - as above

    async with await pg_timeouts.AttentiveAsyncConnection.connect(
        place, autocommit=True, connect_timeout=pg_timeouts.CONNECTING
    ) as connection:
        while True:
            await connection.execute(f"LISTEN {CHANNEL}".encode())
            async for notification in connection.notifies(timeout=_SILENT_SECONDS):
                heard(int(notification.payload))
