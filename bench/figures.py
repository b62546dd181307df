"""The figures that are measured, and what each is to reach."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RESULTS: Final = Path(__file__).parent / "results.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured figure, with the line that tells more of it."""

    key: str
    value: float
    row: str


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure is to be: at least, or at most, a bound."""

    bound: float
    at_most: bool = False

    def told(self, value: float) -> str:
        """Return whether a value reaches it, for people."""
        reached = value <= self.bound if self.at_most else value >= self.bound
        words = "at most" if self.at_most else "at least"
        return f"goal {words} {self.bound:g}: {'reached' if reached else 'not reached'}"


GOALS: Final[Mapping[str, Goal]] = {
    "resolve_ratio_10k": Goal(0.70),
    "resolve_1m_to_10k": Goal(0.95),
    "decide_us_1m": Goal(5, at_most=True),
    "table_bytes_per_mandate": Goal(700, at_most=True),
    "load_seconds_1m": Goal(25, at_most=True),
    "forward_175k_ratio": Goal(0.55),
    "forward_25m_ratio": Goal(0.80),
    "forward_25m_memory_mib": Goal(16, at_most=True),
    "workers_2_capacity_ratio": Goal(1.6),
    "revocation_ms": Goal(1000, at_most=True),
}


def keep(figures: Mapping[str, float]) -> None:
    """Write the figures to `results.json`, beside those that were not measured this time."""
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps({**known, **figures}, indent=2) + "\n")
