"""Whoever watches is told of everything, whatever happens to the hub and its database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import product

import pytest

from faults import watching
from faults.database import Database, Postgres, Sqlite
from faults.network import Network
from faults.stage import Stage, running_stage

ALWAYS = ("sqlite", 2, "hub_killed")
"""The one that `make test` runs too."""
EVERYWHERE = (watching.hub_killed,)
OF_WORKERS = (watching.worker_killed,)
OF_POSTGRES = (
    watching.database_killed,
    watching.database_stopped,
    watching.database_cut,
    watching.commit_lost,
    watching.commit_answer_lost,
)
Fault = Callable[[Stage, Callable[[], None]], None]


def cases() -> Iterator[object]:
    for database, workers in product(("sqlite", "postgres"), (1, 2)):
        faults: list[Fault] = [*EVERYWHERE]
        faults += OF_WORKERS if workers > 1 else ()
        faults += OF_POSTGRES if database == "postgres" else ()
        for fault in faults:
            always = (database, workers, fault.__name__) == ALWAYS
            yield pytest.param(
                *(database, workers, fault),
                id=f"{database}-{workers}-watch-{fault.__name__.replace('_', '-')}",
                marks=() if always else pytest.mark.faults,
            )


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, int], Stage]]:
    """Gives the last stage again, or one of another kind in its place."""
    with ExitStack() as stack:
        there: dict[tuple[str, int], Stage] = {}

        def stage(kind: str, workers: int) -> Stage:
            if (kind, workers) not in there:
                stack.pop_all().close()
                there.clear()
                folder = tmp_path_factory.mktemp(f"watch-{kind}-{workers}-")
                network = stack.enter_context(Network())
                database: Database = (
                    Sqlite(folder / "data") if kind == "sqlite" else Postgres(network)
                )
                stack.callback(database.close)
                running = running_stage(folder, network, database, workers, lanes=1)
                there[kind, workers] = stack.enter_context(running)
            return there[kind, workers]

        yield stage


@pytest.mark.parametrize(("database", "workers", "fault"), list(cases()))
def test_everything_is_told_after(
    stages: Callable[[str, int], Stage], database: str, workers: int, fault: Fault
) -> None:
    stage = stages(database, workers)
    with watching.watching(stage) as under_way:
        under_way.change()
        fault(stage, under_way.change)
        under_way.change()

        under_way.require_all_told()
