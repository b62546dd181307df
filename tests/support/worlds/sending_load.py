"""Senders that never stop, over many connections."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.worlds.underway import send
from wissel.clients.errors import Refused, WisselError
from wissel.clients.hub import AsyncHub
from wissel.clients.identity import Identity
from wissel.clients.sending.receipts import DeliveryReceipt
from wissel.clients.transport.retry import Patience


@dataclass(kw_only=True)
class Load:
    """What comes of the sending, as it comes."""

    receipts: list[DeliveryReceipt] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    enough: bool = False
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def sent(self, more: int) -> None:
        """Wait until so many more messages have been delivered."""
        goal = len(self.receipts) + more
        while len(self.receipts) < goal:
            await self._next()

    async def failed(self, more: int) -> None:
        """Wait until so many more have failed."""
        goal = self.failures.total() + more
        while self.failures.total() < goal:
            await self._next()

    async def _next(self) -> None:
        self._moved.clear()
        async with asyncio.timeout(60):
            await self._moved.wait()

    async def run(self, hub: AsyncHub) -> None:
        """Send one message after the other, whatever becomes of them."""
        while not self.enough:
            try:
                self.receipts.append(await send(hub))
            except WisselError as error:
                reason = error.reason if isinstance(error, Refused) else type(error).__name__
                self.failures[str(reason)] += 1
            self._moved.set()


@asynccontextmanager
async def sending(
    addresses: Sequence[str],
    identity: Identity,
    outbox: Path,
    patience: Patience,
    deadline: dt.timedelta | None = None,
) -> AsyncIterator[Load]:
    """Send without an end, one message at a time over one connection to each address."""
    load = Load()
    async with AsyncExitStack() as stack:
        hubs = [
            await stack.enter_async_context(
                AsyncHub(
                    address,
                    identity,
                    outbox=outbox / str(number),
                    patience=patience,
                    deadline=deadline,
                )
            )
            for number, address in enumerate(addresses)
        ]
        tasks = [asyncio.create_task(load.run(hub)) for hub in hubs]
        try:
            yield load
        finally:
            load.enough = True
            await asyncio.gather(*tasks)
