"""The figures that are measured, and the goal of each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RESULTS: Final = Path(__file__).parent / "results.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured figure; `row` is the line that is printed for it, with its unit."""

    key: str
    value: float
    row: str


@dataclass(frozen=True, slots=True)
class Goal:
    """The bound of a figure: it must be at least that, or `at_most` that."""

    bound: float
    at_most: bool = False

    def verdict(self, value: float) -> str:
        """Return the goal and whether a value reaches it, in words."""
        reached = value <= self.bound if self.at_most else value >= self.bound
        words = "at most" if self.at_most else "at least"
        return f"goal {words} {self.bound:g}: {'reached' if reached else 'not reached'}"


FIGURES: Final[Mapping[str, Goal | None]] = {
    "resolve_ratio_10k": Goal(0.75),
    "resolve_1m_to_10k": Goal(0.93),
    "decide_us_1m": None,
    "table_bytes_per_mandate": Goal(160, at_most=True),
    "load_seconds_1m": None,
    "load_ratio_1m": None,
    "forward_175k_ratio": Goal(0.55),
    "forward_25m_ratio": Goal(0.85),
    "fetch_ratio": Goal(0.50),
    "forward_25m_memory_mib": Goal(16, at_most=True),
    "workers_2_capacity_ratio": Goal(1.6),
    "revocation_ms": Goal(1000, at_most=True),
    "stranger_cost_ratio": Goal(3, at_most=True),
    "stranger_memory_mib": Goal(64, at_most=True),
    "neighbour_p99_ratio": Goal(3, at_most=True),
    "impact_100k_seconds": Goal(5, at_most=True),
    "forecast_100k_seconds": Goal(5, at_most=True),
    "copy_1000_seconds": Goal(2, at_most=True),
    "copy_lock_ms": Goal(500, at_most=True),
    "dossier_check_ms": Goal(50, at_most=True),
    "dossier_check_ratio": Goal(2, at_most=True),
    "import_seconds": Goal(15, at_most=True),
    "overview_seconds": Goal(10, at_most=True),
    "watch_lag_ms": Goal(500, at_most=True),
    "history_1m_ms": Goal(50, at_most=True),
}
"""Every figure with its goal, if it has one.

Microseconds and seconds say something of one machine on one day, so they have
no goal, but for what somebody sits and waits for (`impact_100k_seconds`,
`forecast_100k_seconds`,
`copy_1000_seconds`, `import_seconds`, `overview_seconds`,
`history_1m_ms`) or has to wait for (`copy_lock_ms`,
`watch_lag_ms`).
`load_ratio_1m` is the time to load the table of a million mandates divided by that of
reading the same rows of the same database and decoding their JSON with orjson alone,
measured just before and just after.
"""


def keep(figures: Mapping[str, float]) -> None:
    """Write the figures to `results.json`, beside those that were not measured this time."""
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps({**known, **figures}, indent=2) + "\n")
