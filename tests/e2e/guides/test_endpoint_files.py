"""`wissel endpoint import` and `export`, by the installed command against a hub of its own."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from support.processes.processes import calling_as
from wissel.clients.processes import command
from wissel.clients.testing import TestingHub, Vendor, running_hub
from wissel.clients.testing.cast import OPERATOR

SUMMER: Final = "http://xml.kennisnet.nl/schemas/Overstapservice/20980801"
URL: Final = "https://localhost:9"
NEW: Final = (
    "BRIN,Dienst,Systeem,Routeringskenmerk\r\n99XB,OSO_OV,las-filelas,0000000700099XB00007\r\n"
)


class Cli:
    """Runs `wissel` as somebody, in a folder."""

    def __init__(self, hub: TestingHub, name: str, folder: Path) -> None:
        self._folder = folder
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "USER": "a.desk",
            "COLUMNS": "300",
            **calling_as(hub, name),
        }

    def run(self, *arguments: str, code: int = 0) -> tuple[bytes, str]:
        done = subprocess.run(
            [command("wissel"), *arguments],
            env=self._environ,
            cwd=self._folder,
            capture_output=True,
            timeout=60,
            check=False,
        )
        errors = done.stderr.decode()
        assert code == done.returncode, errors + done.stdout.decode()
        assert "Traceback" not in errors
        return done.stdout, errors

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", code=code)[0])


@pytest.fixture(scope="module")
def hub() -> Iterator[TestingHub]:
    with running_hub() as running:
        yield running


@pytest.fixture(scope="module")
def vendor(hub: TestingHub) -> Vendor:
    made = hub.vendor("filelas", oin="00000003990000760000")
    hub.connect(made, "99XA", url=URL)
    hub.connect(made, "99XB02", url=URL)
    return made


@pytest.fixture
def cli(hub: TestingHub, vendor: Vendor, tmp_path: Path) -> Cli:
    return Cli(hub, vendor.name, tmp_path)


@pytest.fixture
def operator(hub: TestingHub, tmp_path: Path) -> Cli:
    return Cli(hub, OPERATOR.name, tmp_path)


def statuses(answer: Any) -> list[str]:
    return [row["status"] for row in answer["rows"]]


def test_what_is_exported_is_imported_without_effect(cli: Cli, tmp_path: Path) -> None:
    exported, told = cli.run("endpoint", "export", "--service", "OSO_OV")
    (tmp_path / "file.csv").write_bytes(exported)

    answer = cli.json("endpoint", "import", "file.csv")

    assert exported.startswith(b"\xef\xbb\xbfBRIN;SERVICE;SYSTEM;")
    assert "2 endpoints" in told
    assert ["UNCHANGED", "UNCHANGED"] == statuses(answer)
    assert [2, 3] == [row["line"] for row in answer["rows"]]


def test_a_dry_run_tells_and_changes_nothing_and_a_second_import_neither(
    cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "new.csv").write_text(NEW)
    importing = ("endpoint", "import", "new.csv", "--url", "https://localhost:10")

    dry = cli.json(*importing, "--dry-run")
    first = cli.json(*importing, "--report", "done.csv")
    second = cli.json(*importing)
    other = cli.json("endpoint", "import", "new.csv", "--url", URL, code=1)
    updated = cli.json("endpoint", "import", "new.csv", "--url", URL, "--update")

    assert ["REGISTERED"] == statuses(dry) == statuses(first)
    assert 1 == len(dry["impacts"])
    assert ["UNCHANGED"] == statuses(second)
    assert "ROUTING_KEY_IN_USE" == other["rows"][0]["refusal"]["reason"]
    assert ["UPDATED"] == statuses(updated)
    report = (tmp_path / "done.csv").read_text("utf-8-sig").splitlines()
    assert report[1].startswith("2;99XB;OSO_OV;las-filelas;0000000700099XB00007;REGISTERED;ACTIVE;")
    table, told = cli.run(*importing, code=1)
    assert b"ROUTING_KEY_IN_USE" in table
    assert "line 2: An endpoint for this service version has this routing key" in told
    assert "1 REFUSED" in told


def test_a_broken_line_is_named_and_nothing_is_sent(cli: Cli, tmp_path: Path) -> None:
    text = NEW.replace("00007", "00008") + "99xb,OSO_OV,las-filelas,0000000700099XB00009\r\n"
    (tmp_path / "broken.csv").write_bytes(text.encode("cp1252"))

    _, told = cli.run("endpoint", "import", "broken.csv", "--url", URL, code=2)

    assert "broken.csv cannot be read, and nothing of it was used" in told
    assert "line 3: '99xb' is no BRIN" in told
    found = cli.json("endpoint", "list", "99XB")
    assert "0000000700099XB00008" not in {each["routing_key"] for each in found}


def test_a_summer_of_two_versions_is_an_export_and_an_import(
    cli: Cli, operator: Cli, tmp_path: Path
) -> None:
    operator.run(
        *("service", "add-version", "OSO_OV", SUMMER, "--start", "2098-08-01"),
        *("--reason", "release of the summer"),
    )
    out = ("--as-version", SUMMER, "--out", "summer.csv")
    cli.run("endpoint", "export", "99XA", "--service", "OSO_OV", *out)

    moved = cli.json("endpoint", "import", "summer.csv")
    again = cli.json("endpoint", "import", "summer.csv")
    _, left = cli.run("endpoint", "export", "99XA", "--service", "OSO_OV", *out)
    (row,) = moved["rows"]

    assert ("REGISTERED", "PLANNED") == (row["status"], row["endpoint"]["status"])
    assert (SUMMER, "2098-08-01") == (
        row["endpoint"]["service_version"],
        row["endpoint"]["start_date"],
    )
    assert ["UNCHANGED"] == statuses(again)
    assert "0 endpoints" in left
    _, refused = cli.run("endpoint", "export", "--service", "OSO_OV", "--as-version", "x", code=2)
    assert "has no version x" in refused


def test_an_extra_aanleverpunt_is_approved_by_the_desk(cli: Cli, operator: Cli) -> None:
    mandate = cli.json("mandate", "list", "99XA")[0]["mandate_id"]
    key = cli.json("endpoint", "suggest-key", mandate)["routing_key"]
    made = cli.json(
        *("endpoint", "register", mandate, "--routing-key", key, "--url", URL),
        *("--aanleverpunt", "100", "--attribute", "OT"),
    )

    waiting = operator.json("endpoint", "list", "--waiting")
    approved = operator.json("endpoint", "approve", made["endpoint_id"], "--reason", "letter")
    changed = cli.json("endpoint", "update", made["endpoint_id"], "--max-payload-bytes", "1000")

    assert [made["endpoint_id"]] == [each["endpoint_id"] for each in waiting]
    assert ("AWAITING_APPROVAL", "ACTIVE") == (made["status"], approved["status"])
    assert "1000" == changed["delivery_contract"]["max_payload_bytes"]
    assert 2 == len(cli.json("endpoint", "lookup", "0000000700099XA00000", "OSO_OV"))
