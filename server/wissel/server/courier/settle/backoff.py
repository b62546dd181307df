"""When to try something again that did not work: later each time."""

from collections.abc import Callable, Hashable
from typing import Final, Generic, NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)

_LONGEST_DOUBLING: Final = 32


class _Turn(NamedTuple):
    due: float
    failures: int


class Backoff(Generic[Key]):
    """Remembers, for each key, when it is due; all in seconds.

    The wait after failure n is `first` · 2ⁿ, up to `most`, and half of it is
    `chance` (0 to 1): so that processes which saw the same do not act in step.
    """

    def __init__(self, first: float, most: float, chance: Callable[[], float]) -> None:
        self._first = first
        self._most = most
        self._chance = chance
        self._turns: dict[Key, _Turn] = {}

    def __len__(self) -> int:
        return len(self._turns)

    def due(self, key: Key, now: float) -> bool:
        """Whether a key's time has come; one that never failed is always due."""
        turn = self._turns.get(key)
        return turn is None or now >= turn.due

    def known(self, key: Key) -> bool:
        """Whether a key is remembered."""
        return key in self._turns

    def failed(self, key: Key, now: float) -> None:
        """Put a key off, for longer than the last time."""
        turn = self._turns.get(key)
        failures = 0 if turn is None else turn.failures + 1
        wait = min(self._most, self._first * 2.0 ** min(failures, _LONGEST_DOUBLING))
        self._turns[key] = _Turn(now + wait * (0.5 + self._chance() / 2), failures)

    def worked(self, key: Key) -> None:
        """Forget a key."""
        self._turns.pop(key, None)

    def forget(self, now: float) -> None:
        """Forget the keys that were due so long ago that nobody asks for them any more."""
        old = [key for key, turn in self._turns.items() if now - turn.due > 2 * self._most]
        for key in old:
            del self._turns[key]
