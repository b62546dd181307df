"""Mijn OSO is taken over as docs/operations.md says, and its board need do nothing."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from support.paths import ROOT
from support.processes.processes import calling_as
from wissel.clients.processes import command
from wissel.clients.testing import TestingHub, running_hub, running_issuer
from wissel.clients.testing.cast import OPERATOR

BOARD: Final = "99801"
BLOCKS: Final = dict(
    re.findall(
        r"^```sh (mijn-oso[a-z-]*)\n(.*?)^```$",
        (ROOT / "docs" / "operations.md").read_text(),
        re.DOTALL | re.MULTILINE,
    )
)
EXPORT: Final = """BRIN;Aanleverpunt;Systeem;Status;Soort\r
98XA;0;las-een;actief;LAS\r
98XA;2;las-een;actief;LAS\r
98XB;0;las-een;niet aangesloten;LAS\r
"""
UNKNOWN: Final = "97ZZ;0;las-een;actief;LAS\r\n"
SIGNED: Final = f"Bestuursnummer;Overeenkomst;Datum\r\n{BOARD};OSO;1-5-2019\r\n"


@dataclass(frozen=True, slots=True)
class Desk:
    """Runs commands as the operator, or as the portal for a person of the board."""

    hub: TestingHub
    folder: Path
    token: Path

    def run(
        self, *arguments: str, code: int = 0, person: bool = False, vendor: str = "", **more: str
    ) -> str:
        name = "portal" if person else vendor or OPERATOR.name
        environ = {
            "PATH": f"{Path(command('wissel')).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "USER": "a.desk",
            **calling_as(self.hub, name),
            **({"WISSEL_TOKEN_FILE": str(self.token)} if person else {}),
            **more,
        }
        done = subprocess.run(
            arguments,
            env=environ,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert code == done.returncode, done.stdout + done.stderr
        return done.stdout + done.stderr

    def json(self, *arguments: str, **how: Any) -> Any:
        return json.loads(self.run("wissel", *arguments, "--json", **how))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("move")
    with running_issuer() as issuer, running_hub(issuer=issuer) as hub:
        hub.portal("portal")
        hub.vendor("een", oin="00000003990007700000")
        token = folder / "token"
        token.write_text(issuer.token(boards=[BOARD]))
        made = Desk(hub, folder, token)
        for brin in ("98XA", "98XB"):
            school = ("schools", "register", brin, "--name", brin, "--board", BOARD)
            numbers = ("--vestiging", "00", "--vestiging", "02", "--reason", "test")
            made.run("wissel", *school, *numbers)
        (folder / "overeenkomsten.csv").write_text(SIGNED)
        yield made


@pytest.fixture(scope="module")
def said(desk: Desk) -> str:
    """What the commands of the document print; they have run."""
    (desk.folder / "aanleverpunten.csv").write_text(EXPORT)
    return desk.run("/bin/bash", "-euc", BLOCKS["mijn-oso"])


def test_it_is_taken_over_as_the_document_says(desk: Desk, said: str) -> None:
    mandates = desk.json("mandate", "list", "98XA")
    own = desk.json("connection", "check", "98XA", "--service", "OSO_OV", person=True, code=1)
    review = desk.run("wissel", "board", "review", BOARD, person=True, code=1)
    agreed = desk.json("agreement", "check", "OSO_OV", "--board", BOARD)

    assert 2 == said.count("GIVEN")  # once tried and once done
    assert "Nothing was changed." in said
    assert [("OSO_OV", "2022-08-15")] == [
        (each["service"], each["start_date"]) for each in mandates
    ]
    assert ["ENDPOINT_MISSING"] == [gap["reason"] for gap in own[0]["gaps"]]
    assert ["KENNISNET_OSR"] == own[0]["kinds_to_sign"]
    assert "counts for KENNISNET_OSR here: nothing has to be done." in review
    assert {"MIGRATED"} == {each["agreement"]["status"] for each in agreed["required"]}


@pytest.mark.usefixtures("said")
def test_report_and_proposals_are_written(desk: Desk) -> None:
    report = (desk.folder / "report.csv").read_text("utf-8-sig").splitlines()
    (vendor,) = (desk.folder / "vendors").iterdir()

    assert 1 + 1 + 3 == len(report)
    assert "NOT_CONNECTED" in report[-1]
    assert [
        "98XA;OSO_OV;las-een;;0000000700098XA00001;;98XA00;0;LAS;;",
        "98XA;OSO_OV;las-een;;0000000700098XA00002;;98XA02;2;LAS;;",
    ] == vendor.read_text("utf-8-sig").splitlines()[1:]


@pytest.mark.usefixtures("said")
def test_the_same_again_changes_nothing_and_says_what_cannot_be_moved(desk: Desk) -> None:
    (desk.folder / "more.csv").write_text(EXPORT + UNKNOWN)
    asked = ("move", "mijn-oso", "more.csv", "--agreements", "overeenkomsten.csv")

    before = desk.json("whoami")
    told = desk.run("wissel", *asked, "--reason", "again", code=1)
    after = desk.json("whoami")

    assert before["revision"] == after["revision"]
    assert "SCHOOL_NOT_FOUND" in told
    assert "97ZZ" in told


@pytest.mark.parametrize(
    ("line", "code", "problem"),
    [
        ("98XA;0;las-een;actief\r\n", 2, "line 5: 4 columns instead of 5"),
        ("98XA;7a;las-een;actief;LAS\r\n", 1, "line 5"),
        ("98XA;0;las-een;bijna;LAS\r\n", 1, "line 5, its status is none of"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(
    desk: Desk, line: str, code: int, problem: str
) -> None:
    (desk.folder / "broken.csv").write_text(EXPORT + line)
    before = desk.json("whoami")

    told = desk.run("wissel", "move", "mijn-oso", "broken.csv", "--reason", "x", code=code)

    assert problem in told
    assert before["revision"] == desk.json("whoami")["revision"]


@pytest.mark.usefixtures("said")
def test_its_vendor_registers_what_was_proposed_and_the_school_is_connected(desk: Desk) -> None:
    (file,) = (desk.folder / "vendors").iterdir()
    block = ("/bin/bash", "-euc", BLOCKS["mijn-oso-vendor"])

    told = desk.run(*block, vendor="een", FILE=str(file), URL="https://las.example:8443")
    connected = desk.run("wissel", "connection", "check", "98XA", person=True)
    again = desk.run(*block, vendor="een", FILE=str(file), URL="https://las.example:8443")

    assert "2 REGISTERED" in told
    assert "98XA OSO_OV: connected by las-een" in connected
    assert "KENNISNET_OSR counts by what came from Mijn OSO" in connected
    assert "2 UNCHANGED" in again
