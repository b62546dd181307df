"""The table of what is tried with fetches; see `faults.scenarios`.

Each fault meets fetches at all of sixteen steps at once, unless its row names others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from faults import hurting, hurting_database
from faults.fetching import hurting as fetching
from faults.fetching.stage import FetchStage
from faults.fetching.waves import FetchStep
from faults.scenarios import ALL, HUBS, OUTSIDE, POSTGRES, WORKERS, Places
from faults.waves import Wave

FetchSteps = Sequence[tuple[str, FetchStep]]

EVERYWHERE: Final[FetchSteps] = (
    ("near", FetchStep.HANDSHAKE),
    ("near", FetchStep.SESSION),
    ("far", FetchStep.CONNECT),
    ("far", FetchStep.HANDSHAKE),
    ("far", FetchStep.ORDER),
    ("far", FetchStep.HEADER),
    ("near", FetchStep.OPENING),
    ("near", FetchStep.FIRST),
    ("far", FetchStep.MIDDLE),
    ("near", FetchStep.MIDDLE),
    ("far", FetchStep.LAST),
    ("near", FetchStep.LAST),
    ("far", FetchStep.END),
    ("near", FetchStep.END),
    ("near", FetchStep.RECEIPT),
    ("near", FetchStep.ANSWER),
)
AT_COMMITS: Final[FetchSteps] = (
    ("near", FetchStep.SESSION),
    ("far", FetchStep.HEADER),
    ("far", FetchStep.LAST),
    ("near", FetchStep.RECEIPT),
) * 2
"""About to be started, claimed, ended as UNCERTAIN, and signed for."""
AT_LAST_BYTES: Final[FetchSteps] = (("near", FetchStep.LAST),) * 8
AT_RECEIPT: Final[FetchSteps] = (("near", FetchStep.RECEIPT),) * 8


@dataclass(frozen=True, slots=True)
class FetchScenario:
    """One fault, the steps that it meets, and the places where it is tried."""

    fault: Callable[[Wave[FetchStage]], None]
    steps: FetchSteps = EVERYWHERE
    places: Places = ALL

    @property
    def name(self) -> str:
        """The fault in words."""
        return self.fault.__name__.replace("_", "-")


FETCHES: Final = (
    FetchScenario(hurting.hub_killed),
    FetchScenario(hurting.hub_killed_and_cut, places=HUBS),
    FetchScenario(fetching.hub_killed_in_receipts, steps=AT_RECEIPT, places=WORKERS),
    FetchScenario(hurting.hub_stopped, places=OUTSIDE),
    FetchScenario(hurting.worker_killed, places=WORKERS),
    FetchScenario(hurting.worker_stopped, places=WORKERS),
    FetchScenario(hurting.first_hub_stopped, places=HUBS),
    FetchScenario(fetching.source_killed, places=OUTSIDE),
    FetchScenario(fetching.source_killed_and_cut, places=[("sqlite", 1)]),
    FetchScenario(fetching.source_stopped, places=OUTSIDE),
    FetchScenario(hurting.senders_killed, places=OUTSIDE),
    FetchScenario(fetching.requesters_killed_in_ends, places=HUBS, steps=AT_LAST_BYTES),
    FetchScenario(hurting.senders_stopped, places=OUTSIDE),
    FetchScenario(fetching.nobody_comes_back, places=OUTSIDE),
    FetchScenario(hurting.wires_cut, places=OUTSIDE),
    FetchScenario(hurting.wires_slow, places=OUTSIDE),
    FetchScenario(hurting_database.journal_locked, steps=AT_COMMITS, places=OUTSIDE),
    FetchScenario(hurting_database.hub_killed_in_commits, steps=AT_COMMITS, places=HUBS),
    FetchScenario(hurting_database.database_killed, places=[("postgres", 1)]),
    FetchScenario(hurting_database.database_stopped, places=[("postgres", 2)]),
    FetchScenario(hurting_database.database_slow, places=[("postgres", 1)]),
    FetchScenario(hurting_database.database_cut, places=[("postgres", 2)]),
    FetchScenario(hurting_database.commit_lost, steps=AT_COMMITS, places=POSTGRES),
    FetchScenario(hurting_database.commit_answer_lost, steps=AT_COMMITS, places=POSTGRES),
    FetchScenario(hurting_database.hub_killed_on_commit, steps=AT_COMMITS, places=POSTGRES),
)
