"""Whether the processes of a hub serve, for `/healthz`; needs neither gRPC nor a database."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

SILENT_SECONDS: Final = 5.0
"""A process counts as not serving when it last told that it does longer ago than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerState:
    """The state of one process of a hub at a moment; `pid` is 0 while it has none."""

    worker: int
    pid: int
    serves: bool
    restarts: int


class OwnState:
    """The state of a hub that is this one process."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._serves = False
        self._told_at = 0.0

    def tell(self, serves: bool) -> None:
        """Record whether the process serves at this moment."""
        self._serves, self._told_at = serves, self._monotonic()

    def states(self) -> list[WorkerState]:
        """Return the state; any thread may call this, also one of a process that hangs."""
        lately = self._monotonic() - self._told_at <= SILENT_SECONDS
        return [WorkerState(worker=0, pid=os.getpid(), serves=self._serves and lately, restarts=0)]
