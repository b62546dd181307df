"""Every fault against messages at every step: nothing lost, nothing twice, no false receipt."""

from collections.abc import Iterator

import pytest

from faults.rules import require_agreement
from faults.scenarios import ALL, SCENARIOS, Scenario
from faults.stage import Stage, running_stage
from faults.stages import Stages
from faults.waves import wave

SEED = 1
ALWAYS = {("sqlite", 2, "hub-killed"), ("postgres", 1, "commit-answer-lost")}
"""Those that `make test` runs too."""

CASES = [
    pytest.param(
        database,
        workers,
        scenario,
        id=f"{database}-{workers}-{scenario.name}",
        marks=() if (database, workers, scenario.name) in ALWAYS else pytest.mark.faults,
    )
    for database, workers in ALL
    for scenario in SCENARIOS
    if (database, workers) in scenario.places
]


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages[Stage]]:
    with Stages(tmp_path_factory, running_stage) as stages:
        yield stages


@pytest.mark.parametrize(("database", "workers", "scenario"), CASES)
def test_all_three_agree_after(
    stages: Stages[Stage], database: str, workers: int, scenario: Scenario
) -> None:
    with stages.borrowed(database, workers) as stage:
        with wave(stage, scenario.name, scenario.steps, SEED) as under_way:
            scenario.fault(under_way)
            under_way.settle()

        require_agreement(stage, accepts=scenario.accepts)
