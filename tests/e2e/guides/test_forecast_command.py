"""`wissel forecast`, as an operator, a vendor and a job that runs by itself use it."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.processes.processes import calling_as, run
from wissel.clients.processes import command
from wissel.clients.testing import TestingHub, Vendor, running_hub

LAST = "2090-07-31"


@pytest.fixture(scope="module")
def hub() -> Iterator[TestingHub]:
    with running_hub() as running:
        yield running


@pytest.fixture(scope="module")
def vendor(hub: TestingHub) -> Vendor:
    made = hub.vendor("mylas", oin="00000003990000770000")
    hub.connect(made, "99XA", url="https://localhost:9")
    return made


def wissel(hub: TestingHub, name: str, folder: Path, *arguments: str) -> tuple[int, str]:
    environ = {
        **calling_as(hub, name),
        "USER": "a.desk",
    }
    return run([command("wissel"), *arguments], environ=environ, cwd=folder)


def test_what_will_break_is_told_until_it_is_mended(
    hub: TestingHub, vendor: Vendor, tmp_path: Path
) -> None:
    """A job that runs by itself hears of a break by the exit code."""
    ask = ("forecast", "--days", "30")
    quiet = wissel(hub, vendor.name, tmp_path, *ask, "--fail-on-break")
    _, listed = wissel(hub, "operator", tmp_path, "mandate", "list", "--json")
    (mandate,) = json.loads(listed)
    _, today = wissel(hub, "operator", tmp_path, *ask, "--json")
    last = json.loads(today)["from_date"]
    change = ("mandate", "update", mandate["mandate_id"], "--reason", "the contract ends")
    ended = wissel(hub, "operator", tmp_path, *change, "--end", last)

    told, table = wissel(hub, vendor.name, tmp_path, *ask)
    failing, _ = wissel(hub, vendor.name, tmp_path, *ask, "--fail-on-break")
    _, data = wissel(hub, "operator", tmp_path, *ask, "--school", "99XA", "--json")
    wissel(hub, "operator", tmp_path, *ask, "--xlsx", "forecast.xlsx")
    wissel(hub, "operator", tmp_path, *change, "--end", LAST)
    mended = wissel(hub, vendor.name, tmp_path, *ask, "--fail-on-break")

    assert (0, 0, 1, 0) == (quiet[0], told, failing, mended[0])
    assert 0 == ended[0], ended[1]
    assert f"mandate {mandate['mandate_id']} of las-mylas ends {last}" in table
    assert "GIVE_MANDATE" in table
    assert "the board" in table
    with zipfile.ZipFile(tmp_path / "forecast.xlsx") as book:
        texts = book.read("xl/sharedStrings.xml").decode()
    assert {"GIVE_MANDATE", "99XA OSO_OV"} <= set(re.findall(r">([^<]+)</t>", texts))
    (event,) = json.loads(data)["events"]
    assert "MANDATE_MISSING" == event["reason"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--days", "0"), 2, "--days"),
        (("--days", "367"), 2, "--days"),
        (("--service", "NONE"), 1, "SERVICE_NOT_FOUND"),
        (("--school", "x"), 1, "IDENTIFIER_MALFORMED"),
    ],
)
def test_what_cannot_be_asked_is_said(
    hub: TestingHub, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended, text = wissel(hub, "operator", tmp_path, "forecast", *arguments)

    assert code == ended
    assert said in text
    assert "Traceback" not in text
