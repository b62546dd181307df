"""What docs/operations.md tells an operator to type does what it says."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import grpc
import pytest

from support.builders.register_builders import actor, board
from support.paths import ROOT
from support.processes import postgres
from support.processes.processes import run
from support.worlds.stores import fresh_sqlite, register_at, sqlite_url
from support.worlds.whole_state import fill, rows
from wissel.routing.exchange.fetching.notifications import NotificationState
from wissel.routing.refusals.reasons import Reason
from wissel.server.registry.schools.differences import ChangeKind
from wissel.server.registry.shipped import SERVICES
from wissel.server.setting_rules import PREFIX
from wissel.server.settings import Settings

DOCUMENT: Final = (ROOT / "docs" / "operations.md").read_text()
REASONS: Final = re.compile(r"`([A-Z]+_[A-Z_]+)`")

Do = Callable[..., tuple[int, str]]


@pytest.fixture
def do(tmp_path: Path) -> Do:
    """Run a block of the document by its name, with these variables."""

    def block(name: str, **variables: object) -> tuple[int, str]:
        (script,) = re.findall(rf"^```sh {name}\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
        path = f"{Path(sys.executable).parent}{os.pathsep}{postgres.path()}"
        environ = {"PATH": path, **{key: str(value) for key, value in variables.items()}}
        return run(["/bin/bash", "-euc", script], environ=environ, cwd=tmp_path)

    return block


def folder(parent: Path, name: str) -> Path:
    made = parent / name
    made.mkdir()
    return made


def filled_sqlite(parent: Path) -> str:
    url = fresh_sqlite(folder(parent, "data"))
    asyncio.run(fill(url))
    return url


def filled_postgres() -> str:
    url = postgres.fresh_database()
    asyncio.run(fill(url))
    return url


async def transaction(url: str) -> None:
    async with register_at(url) as register, register.transaction(actor()) as more:
        await more.put(board(1, "after the backup"))


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    found = re.findall(rf"^\| `({PREFIX}\w+)` \|([^|]*)\|", DOCUMENT, re.MULTILINE)
    table = {name: default.strip() for name, default in found}

    assert table == {
        f"{PREFIX}{name.upper()}": _shown(field.default, required=field.is_required())
        for name, field in Settings.model_fields.items()
    }


def _shown(default: object, *, required: bool) -> str:
    if required:
        return "required"
    text = str(default).lower() if isinstance(default, bool) else str(default)
    return f"`{text}`" if default not in ("", (), None) else ""


def test_every_reason_named_is_one_of_ours() -> None:
    codes = {code.name for code in grpc.StatusCode}
    settings = (PREFIX, "OTEL_")
    named = {name for name in REASONS.findall(DOCUMENT) if not name.startswith(settings)} - codes

    assert named
    codes_of_services = {service.code for service in SERVICES}
    assert named <= {*Reason, *ChangeKind, *NotificationState, *codes_of_services}


def test_a_hub_moves_to_postgresql_and_back(tmp_path: Path, do: Do) -> None:
    source, back = filled_sqlite(tmp_path), sqlite_url(tmp_path / "back")
    target = postgres.fresh_database(migrated=False)

    there, said = do("move", FROM=source, TO=target)
    returned, _ = do("move", FROM=target, TO=back)

    assert (0, 0) == (there, returned), said
    assert "registry_event: " in said
    assert said.endswith("up to revision 2; all are equal\n")
    assert rows(source) == rows(target) == rows(back)


def test_a_hub_does_not_move_into_a_database_in_use(tmp_path: Path, do: Do) -> None:
    source = filled_sqlite(tmp_path)

    code, said = do("move", FROM=source, TO=source)

    assert 2 == code
    assert "is not empty" in said
    assert "Traceback" not in said


def test_sqlite_is_backed_up_in_use_and_restored(tmp_path: Path, do: Do) -> None:
    if shutil.which("sqlite3") is None:
        pytest.skip("the program sqlite3 is not installed")
    url = filled_sqlite(tmp_path)
    places = {"DATA": tmp_path / "data", "BACKUP": folder(tmp_path, "backup")}
    before = rows(url)

    backed_up = do("backup-sqlite", **places)
    asyncio.run(transaction(url))
    restored = do("restore-sqlite", **places)

    assert (0, 0) == (backed_up[0], restored[0]), backed_up[1] + restored[1]
    assert before == rows(url)


def test_postgresql_is_backed_up_and_restored(tmp_path: Path, do: Do) -> None:
    url, to = filled_postgres(), postgres.fresh_database(migrated=False)
    backup = folder(tmp_path, "backup")

    backed_up = do("backup-postgres", WISSEL_DATABASE_URL=url, BACKUP=backup)
    restored = do("restore-postgres", TO=to, BACKUP=backup)

    assert (0, 0) == (backed_up[0], restored[0]), backed_up[1] + restored[1]
    assert rows(url) == rows(to)
