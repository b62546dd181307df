"""A hub says what is wrong with its SQLite before it opens a file."""

from pathlib import Path

import pytest

from wissel.server.settings import StartError
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


@pytest.mark.parametrize("name", ["registry.db", "journal.db"])
def test_a_file_that_is_no_database_is_named_and_left_as_it_is(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(b"not a database")

    with pytest.raises(EngineUnfit) as unfit:
        SqliteEngine(f"sqlite:///{tmp_path / 'registry.db'}").require_fit()

    assert str(unfit.value).startswith(f"{file} is not an SQLite database; ")
    assert b"not a database" == file.read_bytes()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "registry.db").mkdir()

    with pytest.raises(EngineUnfit, match=r"registry\.db cannot be read: Is a directory"):
        SqliteEngine(f"sqlite:///{tmp_path / 'registry.db'}").require_fit()


def test_an_empty_file_may_become_a_database(tmp_path: Path) -> None:
    (tmp_path / "registry.db").touch()

    SqliteEngine(f"sqlite:///{tmp_path / 'registry.db'}").require_fit()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with pytest.raises(StartError, match=r"data: the folder of the database: File exists"):
        SqliteEngine(f"sqlite:///{tmp_path / 'data' / 'registry.db'}").make_room()
