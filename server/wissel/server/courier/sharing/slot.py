"""One transfer under way, and how long it waits for its receiver (design.md#bounds)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from wissel.routing.values.identifiers import Oin
from wissel.server.courier.receivers.line import Key

BRISK_RATE: Final = 1024 * 1024
"""Bytes by which a receiver makes good for a second of waiting: a large dossier takes its time."""


class Slot:
    """A transfer of `sender` that is under way. Instants and durations are in seconds.

    It waits for its receiver while that is dialled, while bytes are taken, and
    from the half-close to the answer. Each of these is a stage that begins at
    nothing; what was waited in a stage adds up, and bytes that were taken make
    good for it.
    """

    __slots__ = ("_limit", "_since", "_waited", "cut_off", "probe", "receiver", "sender", "sent")

    def __init__(self, sender: Oin) -> None:
        self.sender = sender
        self.receiver: Key | None = None
        """Whom the transfer goes to, once that is decided."""
        self.probe: float | None = None
        """Since when it is the one that tries a receiver which did not answer others, if it is."""
        self.sent: float | None = None
        """When the stream was half-closed after its final chunk, if it was."""
        self.cut_off = False
        """Whether it was ended before its deadline, so that others have room."""
        self._limit: asyncio.Timeout | None = None
        self._since: float | None = None
        self._waited = 0.0

    @asynccontextmanager
    async def until(self, deadline: float) -> AsyncIterator[None]:
        """Raise `TimeoutError` if the block lasts longer, or when the transfer is cut off."""
        try:
            async with asyncio.timeout_at(deadline) as self._limit:
                yield
        finally:
            self._limit = None  # it knows the task, which knows the slot

    @property
    def party(self) -> Oin | None:
        """The receiver's OIN."""
        return None if self.receiver is None else self.receiver[1]

    def begin_stage(self) -> None:
        """Forget what was waited before."""
        self._since, self._waited = None, 0.0

    def begin_wait(self, now: float) -> None:
        """Note that the receiver is waited for from now on."""
        self._since = now

    def end_wait(self, now: float, taken: int = 0) -> float:
        """Note that the receiver took so many bytes; return how long it was waited for."""
        took = 0.0 if self._since is None else now - self._since
        self._since, self._waited = None, max(self._waited + took - taken / BRISK_RATE, 0.0)
        return took

    def await_answer(self, now: float) -> None:
        """Note that all has been sent, and that only the answer is waited for."""
        self.begin_stage()
        self.sent = self._since = now

    def waited(self, now: float) -> float:
        """Return how long the receiver is waited for in this stage, 0 if it is not."""
        return 0.0 if self._since is None else self._waited + now - self._since

    def cut(self, now: float) -> None:
        """End the transfer as if its deadline had come."""
        self.cut_off = True
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(now)
