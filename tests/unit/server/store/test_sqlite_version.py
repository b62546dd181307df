"""A hub needs an SQLite with RETURNING, and says so before it opens a file."""

from pathlib import Path

import pytest

from wissel.server.store.engine import EngineUnfit
from wissel.server.store.sqlite import OLDEST, SqliteEngine


@pytest.mark.parametrize("version", [(3, 34, 1), (3, 7), (2, 99, 99)])
def test_an_older_library_is_named_with_what_is_needed(
    version: tuple[int, ...], tmp_path: Path
) -> None:
    engine = SqliteEngine(f"sqlite:///{tmp_path / 'registry.db'}", version)

    with pytest.raises(EngineUnfit) as unfit:
        engine.require_fit()

    there = ".".join(map(str, version))
    assert f"is {there}, and a hub needs 3.35 or later (RETURNING); install" in str(unfit.value)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("version", [OLDEST, (3, 35, 1), (3, 40, 1), (4, 0, 0)])
def test_a_library_with_returning_is_taken(version: tuple[int, ...]) -> None:
    SqliteEngine("sqlite:///registry.db", version).require_fit()
