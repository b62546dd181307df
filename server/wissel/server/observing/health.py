"""Tells the health checks whether this process serves: not while its facts are too old."""

import asyncio
from collections.abc import Callable
from typing import Final, NoReturn

import structlog

from wissel.server.courier.ports import Tables
from wissel.server.rpc.server import RpcServer

NOT_SERVING_SECONDS: Final = 2.0
"""Facts that may be older than this make a hub report NOT_SERVING (design.md#staleness)."""
_EVERY_SECONDS: Final = 0.25

_log = structlog.get_logger(__name__)


async def report_health(
    server: RpcServer, tables: Tables, tell: Callable[[bool], None]
) -> NoReturn:
    """Update the health checks of a server that serves whenever its facts become stale or fresh.

    `tell` is called four times a second with whether it serves, and with False
    when this is cancelled.
    """
    serving = True
    try:
        while True:
            tell(serving)
            await asyncio.sleep(_EVERY_SECONDS)
            fresh = tables.staleness() <= NOT_SERVING_SECONDS
            if fresh is not serving:
                serving = fresh
                _log.warning("serving" if fresh else "not serving: the facts are too old")
                await server.set_serving(serving=fresh)
    finally:
        tell(False)
