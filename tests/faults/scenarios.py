"""The table of what is tried: a name, what happens to a wave, and where it can happen.

Each fault meets messages at all sixteen steps at once, unless its row names
others; resuming and comparing come after it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from faults import hurting, hurting_database
from faults.hub_stage import LANES
from faults.stage import Stage
from faults.waves import Step, Wave

Places = Sequence[tuple[str, int]]
"""Databases, and how many workers the hub on them has."""

ALL: Final[Places] = tuple(product(("sqlite", "postgres"), (1, 2)))
OUTSIDE: Final[Places] = (("sqlite", 1), ("postgres", 2))
"""For what makes little difference to a hub of more or fewer workers."""
WORKERS: Final[Places] = (("sqlite", 2), ("postgres", 2))
HUBS: Final[Places] = (("sqlite", 1), ("postgres", 1))
POSTGRES: Final[Places] = (("postgres", 1), ("postgres", 2))

Steps = Sequence[tuple[str, Step]]

EVERYWHERE: Final[Steps] = tuple(product(("near", "far"), Step))
AT_COMMITS: Final[Steps] = (("near", Step.OPENING), ("far", Step.ANSWER)) * (LANES // 2)
"""Half of them about to be claimed, half about to be finished."""
AT_CLAIM: Final[Steps] = (("near", Step.OPENING),) * LANES
AT_LAST_BYTES: Final[Steps] = (("far", Step.LAST),) * LANES
"""All but the last bytes have come: with them a receiver imports, whatever follows (ADR 7)."""
AT_RECEIPT: Final[Steps] = (("far", Step.ANSWER),) * LANES
AT_ANSWER: Final[Steps] = (("near", Step.ANSWER),) * LANES


@dataclass(frozen=True, slots=True)
class Scenario:
    """One fault, the steps that it meets, and the places where it is tried.

    `accepts` is how often a receiver may run through `accept` for one message.
    """

    fault: Callable[[Wave[Stage]], None]
    steps: Steps = EVERYWHERE
    places: Places = ALL
    accepts: int = 1

    @property
    def name(self) -> str:
        """The fault in words."""
        return self.fault.__name__.replace("_", "-")


SCENARIOS: Final = (
    Scenario(hurting.hub_killed),
    Scenario(hurting.hub_killed_and_cut),
    Scenario(hurting.hub_killed_in_ends, steps=AT_RECEIPT),
    Scenario(hurting.hub_stopped),
    Scenario(hurting.worker_killed, places=WORKERS),
    Scenario(hurting.worker_stopped, places=WORKERS),
    Scenario(hurting.first_hub_stopped, places=HUBS),
    Scenario(hurting.receiver_killed, places=OUTSIDE, accepts=2),
    Scenario(hurting.receiver_killed_and_cut, places=OUTSIDE, accepts=2),
    Scenario(hurting.receiver_killed_in_imports, places=OUTSIDE, steps=AT_LAST_BYTES, accepts=2),
    Scenario(hurting.receiver_stopped, places=OUTSIDE),
    Scenario(hurting.senders_killed, places=OUTSIDE),
    Scenario(hurting.senders_killed_in_ends, places=OUTSIDE, steps=AT_ANSWER),
    Scenario(hurting.senders_stopped, places=OUTSIDE),
    Scenario(hurting.nobody_comes_back, places=OUTSIDE),
    Scenario(hurting.wires_cut, places=OUTSIDE),
    Scenario(hurting.wires_slow, places=OUTSIDE),
    Scenario(hurting_database.journal_locked, steps=AT_COMMITS),
    Scenario(hurting_database.hub_killed_in_commits, steps=AT_COMMITS),
    Scenario(hurting_database.hub_stopped_in_commits, steps=AT_COMMITS),
    Scenario(hurting_database.turn_stopped, steps=AT_CLAIM, places=[("sqlite", 2)]),
    Scenario(
        # A stopped process keeps SQLite's turn for itself: see turn_stopped.
        hurting_database.first_hub_stopped_in_commits,
        steps=AT_COMMITS,
        places=[("postgres", 1)],
    ),
    Scenario(hurting_database.database_killed, places=POSTGRES),
    Scenario(hurting_database.database_stopped, places=POSTGRES),
    Scenario(hurting_database.database_slow, places=POSTGRES),
    Scenario(hurting_database.database_cut, places=POSTGRES),
    Scenario(hurting_database.commit_lost, steps=AT_COMMITS, places=POSTGRES),
    Scenario(hurting_database.commit_answer_lost, steps=AT_COMMITS, places=POSTGRES),
    Scenario(hurting_database.hub_killed_on_commit, steps=AT_COMMITS, places=POSTGRES),
)
