"""Refuses what a forked process has of its parent and cannot use (design.md#sdk).

gRPC works in threads, and a fork copies none of them: in the child, calls over a
connection of the parent would wait for ever, and so would new ones as long as
gRPC was running when the process was forked.
"""

import os
import threading
from typing import Final

import grpc

from wissel.clients.errors import UsedAfterFork

_POLLER: Final = "(_poll_wrapper)"
"""How the name of the thread ends that gRPC for asyncio runs while a channel or server lives."""
_FIX: Final = (
    "make it in the child, after the fork, and close() what the parent had open before the fork; "
    "or let multiprocessing start processes with 'spawn'"
)


class _Process:
    """Remembers the process of which this one was forked while gRPC ran there; 0 for none."""

    def __init__(self) -> None:
        self.parent = 0
        self._forking = 0
        if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
            os.register_at_fork(before=self._before, after_in_child=self._in_child)

    def _before(self) -> None:
        names = [thread.name for thread in threading.enumerate()]
        self._forking = os.getpid() if any(name.endswith(_POLLER) for name in names) else 0

    def _in_child(self) -> None:
        # A child of a child cannot use what its parent could not use.
        self.parent = self.parent or self._forking
        if self._forking:
            # When the last object of gRPC goes, it waits for its thread, which is
            # not here: the child would never end. So one use of it is never ended.
            grpc.aio.init_grpc_aio()


_PROCESS: Final = _Process()


class Origin:
    """The process in which `name` was begun; take one when it begins."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pid = os.getpid()

    @property
    def elsewhere(self) -> bool:
        """Whether it was begun in another process, of which this one is a fork."""
        return self._pid != os.getpid()

    def require_here(self) -> None:
        """Raise `UsedAfterFork` if it was begun before this process was forked."""
        if self.elsewhere:
            message = (
                f"{self._name} was opened in process {self._pid}, before the fork that began "
                f"process {os.getpid()}, and does not work here. Fix: {_FIX}."
            )
            raise UsedAfterFork(message)


def require_grpc(name: str) -> None:
    """Raise `UsedAfterFork` if gRPC was running when this process was forked.

    `name` is what cannot be opened for that reason.
    """
    if _PROCESS.parent:
        message = (
            f"{name} cannot be opened: process {os.getpid()} was forked from process "
            f"{_PROCESS.parent} while a hub or LAS was open there. Fix: {_FIX}."
        )
        raise UsedAfterFork(message)
