"""What can be seen of the journal's writer from outside: its commits, and what waited for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from wissel.routing.exchange.delivery import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One transaction that is durable; all durations are in seconds.

    `waits` are those of its moves, each from being handed in until the work on
    this transaction began. `turn` is what the writer waited for the lock that
    other processes hold, `took` the transaction itself. `steps` is where each
    message that moved then stood, in the order of the moves.
    """

    waits: Sequence[float]
    turn: float
    took: float
    steps: Sequence[Delivery]


Watch: TypeAlias = Callable[[Commit], None]
"""Is told of each commit, on the event loop; must not raise."""


def unwatched(_commit: Commit) -> None:
    """Nobody looks."""
