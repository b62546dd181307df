"""What the journal's writer tells of each commit: how long it took, and what moved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from wissel.routing.exchange.delivery import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One transaction that is durable; all durations are in seconds.

    `waits` has one duration for each move: from when it was handed in until
    the work on this transaction began. `turn` is how long the writer waited for
    other processes, `took` how long the transaction itself lasted. `steps` are
    the deliveries as the moves left them, in the order of the moves.
    """

    waits: Sequence[float]
    turn: float
    took: float
    steps: Sequence[Delivery]


CommitObserver: TypeAlias = Callable[[Commit], None]
"""Called with each commit, on the event loop; it must not raise."""


def ignore_commit(_commit: Commit) -> None:
    """Do nothing with a commit: the observer of a journal that is not measured."""
