"""When to try again what failed: later each time (exponential backoff)."""

from collections.abc import Callable, Hashable
from typing import Final, Generic, NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)

_LONGEST_DOUBLING: Final = 32


class _Retry(NamedTuple):
    due: float
    failures: int


class Backoff(Generic[Key]):
    """Knows of each key when it is due; all instants and durations are in seconds.

    The wait after failure n is `first` · 2ⁿ, up to `most`. Half of it is
    multiplied by `chance` (0 to 1), so that processes which saw the same failure
    do not try again at the same moment.
    """

    def __init__(self, first: float, most: float, chance: Callable[[], float]) -> None:
        self._first = first
        self._most = most
        self._chance = chance
        self._retries: dict[Key, _Retry] = {}

    def __len__(self) -> int:
        return len(self._retries)

    def due(self, key: Key, now: float) -> bool:
        """Whether it is time to try a key; one that has not failed is always due."""
        retry = self._retries.get(key)
        return retry is None or now >= retry.due

    def known(self, key: Key) -> bool:
        """Whether a key is remembered."""
        return key in self._retries

    def failed(self, key: Key, now: float) -> None:
        """Count a failure of a key, at the instant `now`."""
        retry = self._retries.get(key)
        failures = 0 if retry is None else retry.failures + 1
        wait = min(self._most, self._first * 2.0 ** min(failures, _LONGEST_DOUBLING))
        self._retries[key] = _Retry(now + wait * (0.5 + self._chance() / 2), failures)

    def succeeded(self, key: Key) -> None:
        """Forget the failures of a key."""
        self._retries.pop(key, None)

    def forget(self, now: float) -> None:
        """Forget the keys that have been due for twice the longest wait: nothing tries them."""
        old = [key for key, retry in self._retries.items() if now - retry.due > 2 * self._most]
        for key in old:
            del self._retries[key]
