"""Every fault against fetches at every step: nothing lost, nothing twice, no false receipt."""

from collections.abc import Iterator

import pytest

from faults.fetching.rules import require_fetched
from faults.fetching.scenarios import FETCHES, FetchScenario
from faults.fetching.stage import FetchStage, running_fetches
from faults.fetching.waves import fetch_wave
from faults.scenarios import ALL
from faults.stages import Stages

ALWAYS = {("postgres", 2, "hub-killed")}
"""Those that `make test` runs too."""

CASES = [
    pytest.param(
        database,
        workers,
        scenario,
        id=f"{database}-{workers}-fetch-{scenario.name}",
        marks=() if (database, workers, scenario.name) in ALWAYS else pytest.mark.faults,
    )
    for database, workers in ALL
    for scenario in FETCHES
    if (database, workers) in scenario.places
]


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages[FetchStage]]:
    with Stages(tmp_path_factory, running_fetches) as stages:
        yield stages


@pytest.mark.parametrize(("database", "workers", "scenario"), CASES)
def test_hub_and_requester_agree_after(
    stages: Stages[FetchStage], database: str, workers: int, scenario: FetchScenario
) -> None:
    with stages.borrowed(database, workers) as stage:
        with fetch_wave(stage, scenario.name, scenario.steps) as under_way:
            scenario.fault(under_way)
            under_way.settle()

        require_fetched(stage)
