"""A cache of bounded size."""

from collections.abc import Hashable
from threading import Lock
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(dict[K, V]):
    """A dictionary that keeps the last `size` entries that were put. Threads may share it.

    Entries leave in the order in which they were put, not in that of their use:
    recording each use would cost every reader a lock.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._lock = Lock()

    def put(self, key: K, value: V) -> None:
        """Add or replace an entry, and drop the oldest one when there are more than `size`."""
        with self._lock:
            self.pop(key, None)
            self[key] = value
            if len(self) > self._size:
                del self[next(iter(self))]
