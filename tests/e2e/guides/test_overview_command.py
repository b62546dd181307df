"""`wissel overview` as a process against a hub: what it writes, and what it leaves alone."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.processes.processes import calling_as
from wissel.clients.processes import command
from wissel.clients.testing import TestingHub, running_hub

FILES = [
    "diensten.html",
    "index.html",
    "lijst.html",
    "overzicht.json",
    "overzicht.xlsx",
    "systemen.html",
]


@pytest.fixture(scope="module")
def hub() -> Iterator[TestingHub]:
    with running_hub() as running:
        vendor = running.vendor("mylas", oin="00000003990000770000")
        running.connect(vendor, "99XA", url="https://localhost:9")
        yield running


def run(
    hub: TestingHub, *arguments: str, name: str = "operator", code: int = 0, server: str = ""
) -> tuple[str, str]:
    environ = {
        **os.environ,
        **calling_as(hub, name, server),
    }
    done = subprocess.run(
        [command("wissel"), *arguments],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert code == done.returncode, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


def test_a_site_is_written_and_written_anew(hub: TestingHub, tmp_path: Path) -> None:
    site = tmp_path / "var" / "site"

    told, _ = run(hub, "overview", "--out", str(site), "--json")
    _, said = run(hub, "overview", "--out", str(site), "--day", "2020-01-01")

    report, data = json.loads(told), json.loads((site / "overzicht.json").read_text())
    assert FILES == sorted(each.name for each in site.iterdir())
    assert report["files"] == [str(site / name) for name in FILES]
    assert report["connected"] >= 1
    assert ("2020-01-01", report["revision"]) == (data["day"], data["revision"])
    assert f"0 of {report['locations']} locations are connected on 2020-01-01" in said


def test_who_is_connected_is_listed(hub: TestingHub) -> None:
    all_told = json.loads(run(hub, "connection", "list", "--service", "OSO_OV", "--json")[0])

    assert ["las-mylas"] in [each["system_ids"] for each in all_told if each["brin"] == "99XA"]


@pytest.mark.parametrize(
    ("arguments", "more", "said"),
    [
        ((), {"name": "mylas", "code": 2}, "made by an operator or a chain partner"),
        (("--day", "1-9-2026"), {"code": 1}, "DATE_MALFORMED"),
        ((), {"server": "127.0.0.1:1", "code": 3}, "cannot be reached"),
    ],
)
def test_what_is_there_stays_if_nothing_can_be_read(
    hub: TestingHub, tmp_path: Path, arguments: tuple[str, ...], more: dict[str, str], said: str
) -> None:
    (tmp_path / "index.html").write_text("of yesterday")

    _, told = run(hub, "overview", "--out", str(tmp_path), *arguments, **more)  # type: ignore[arg-type]

    assert said in told
    assert ["index.html"] == [each.name for each in tmp_path.iterdir()]


def test_a_folder_that_cannot_be_one_is_named(hub: TestingHub, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")

    _, said = run(hub, "overview", "--out", str(taken / "site"), code=2)

    assert str(taken) in said
