"""Serves the LAS of the test school, and sends its answers beside that."""

import asyncio
import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wissel.clients.hub import AsyncHub
from wissel.clients.identity import Identity
from wissel.clients.las.server import LasServer, LasSettings, until_stopped
from wissel.clients.transport.retry import Patience
from wissel.clients.trial.answering import Answering, TestLas
from wissel.clients.trial.ledger import Ledger
from wissel.routing.values.identifiers import Oin

MAX_PAYLOAD: Final = 1024 * 1024
"""The largest test message; made-up dossiers are far smaller."""
_PATIENCE: Final = Patience(total=5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestLasSettings:
    """Where the test LAS serves (`listen`), its hub at `server`, and its folder `storage`."""

    __test__ = False  # no test, whatever pytest makes of its name

    listen: str
    server: str
    hub_oin: Oin
    storage: Path


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def serve_test_las(
    identity: Identity,
    settings: TestLasSettings,
    started: Callable[[str], None],
    now: Callable[[], dt.datetime] = _utc_now,
) -> None:
    """Be the LAS of the test school until SIGINT or SIGTERM.

    What has arrived by then and is not answered is answered by the next process on the
    same folder. Raises as `las.serve` does.
    """
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()
    outbox = settings.storage / "outbox"
    ledger = Ledger(settings.storage)
    las = TestLas(ledger, lambda: loop.call_soon_threadsafe(arrived.set), now)
    serving = LasSettings(
        listen=settings.listen,
        hub_oin=settings.hub_oin,
        storage=settings.storage / "inbox",
        max_payload_bytes=MAX_PAYLOAD,
        now=now,
    )
    hub = AsyncHub(
        settings.server,
        identity,
        hub_oin=settings.hub_oin,
        outbox=outbox,
        patience=_PATIENCE,
        now=now,
    )
    try:
        async with hub:
            answers = Answering(hub=hub, ledger=ledger, outbox=outbox, now=now)
            answering = asyncio.create_task(answers.run(arrived))
            try:
                await until_stopped(LasServer(las, identity, serving), started)
            finally:
                answering.cancel()
                with suppress(asyncio.CancelledError):
                    await answering
    finally:
        ledger.close()
