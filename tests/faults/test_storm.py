"""Faults at random, for a minute: whatever the order, all three agree afterwards.

`STORM_SEED` repeats one, `STORM_SECONDS` says how long it blows.
"""

import os
import random
from collections.abc import Iterator

import pytest

from faults.rules import require_agreement
from faults.scenarios import WORKERS
from faults.stage import Stage, running_stage
from faults.stages import Stages
from faults.storm import Storm

SEED = int(os.environ.get("STORM_SEED") or random.SystemRandom().randrange(1_000_000))
SECONDS = float(os.environ.get("STORM_SECONDS") or 60)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages[Stage]]:
    with Stages(tmp_path_factory, running_stage) as stages:
        yield stages


@pytest.mark.faults
@pytest.mark.parametrize(
    ("database", "workers"), WORKERS, ids=[f"{name}-{workers}" for name, workers in WORKERS]
)
def test_all_three_agree_after_a_storm(stages: Stages[Stage], database: str, workers: int) -> None:
    with stages.borrowed(database, workers) as stage:
        storm = Storm(stage=stage, chance=random.Random(SEED), seed=SEED)  # noqa: S311
        try:
            storm.blow(SECONDS)
            storm.calm()

            require_agreement(stage, accepts=1 + storm.kills)
        finally:
            print(f"STORM_SEED={SEED}: {storm.sent} messages, {', '.join(storm.log)}")  # noqa: T201
