"""A bounded memory of what was worked out before."""

from collections.abc import Hashable
from threading import Lock
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(dict[K, V]):
    """A dictionary that keeps the `size` entries put last. Threads may share it.

    Being asked for keeps nothing: that would cost each reader a lock. What is
    forgotten while it is still of use is worked out once more.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._lock = Lock()

    def put(self, key: K, value: V) -> None:
        """Remember `value`, and forget the entry put longest ago when there are too many."""
        with self._lock:
            self.pop(key, None)
            self[key] = value
            if len(self) > self._size:
                del self[next(iter(self))]
