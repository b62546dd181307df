"""What a board does with the command and a token: several mandates at once, and switching."""

import datetime as dt
import json
import os
import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from support.processes.processes import calling_as
from wissel.clients.processes import command
from wissel.clients.testing import TestingHub, running_hub, running_issuer
from wissel.clients.testing.desk import BOARD
from wissel.routing.values.days import ONE_DAY, day_of

TODAY: Final = day_of(dt.datetime.now(dt.UTC))
SOON: Final = str(TODAY + 30 * ONE_DAY)
LATER: Final = str(TODAY + 60 * ONE_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Runs `wissel` for the person of a token, with the certificate of a portal."""

    hub: TestingHub
    portal: str
    token: Path

    def run(self, *arguments: str, code: int = 0, typed: str = "") -> tuple[str, str]:
        """Run a command; return what it prints and what it says on stderr."""
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.hub.folder),
            **calling_as(self.hub, self.portal),
            "WISSEL_TOKEN_FILE": str(self.token),
        }
        done = subprocess.run(
            [command("wissel"), *arguments],
            env=environ,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert code == done.returncode, done.stderr
        return done.stdout, done.stderr

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", code=code)[0])


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """A board with three schools, two vendors, and a portal."""
    with running_issuer() as issuer, running_hub(issuer=issuer) as hub:
        portal = hub.portal()
        for name, number in (("een", 77), ("twee", 78)):
            hub.vendor(name, oin=f"000000039900007{number:02}000")
        for place in ("99XA", "99XB", "99XC"):
            hub.desk.school(place)
        token = tmp_path_factory.mktemp("board") / "token"
        token.write_text(issuer.token(boards=[BOARD]))
        yield Board(hub=hub, portal=portal.name, token=token)


def test_several_mandates_say_what_happens_next(board: Board) -> None:
    asked = ("mandate", "create-many", "99XA", "las-een", "OSO_OV", "RIO", "VVA")

    _, dry = board.run(*asked, "--dry-run")
    table, said = board.run(*asked)
    twice, _ = board.run(*asked, code=1)
    given = board.json("mandate", "list", "99XA")

    assert "DUO" in dry
    assert {"OSO_OV", "RIO", "VVA"} == {each["service"] for each in given}
    assert 3 == table.count("las-een")
    assert "MANDATE_AWAITING" in said
    assert "usually by" in said
    assert "SERVICE_NOTE" in said
    assert "" == twice


def test_a_system_is_switched_and_that_is_undone(board: Board) -> None:
    board.run("mandate", "create", "99XB", "OSO_OV", "las-een")
    asked = ("mandate", "switch", "99XB", "las-een", "las-twee", "OSO_OV", "--start", SOON)

    _, absent = board.run(*asked, "RIO", code=1)
    (checked,) = board.json(*asked, "--dry-run")["switches"]
    (done,) = board.json(*asked, "--provides-until", LATER)
    table, _ = board.run("mandate", "show", done["old_mandate"]["mandate_id"])
    (undone,) = board.json("mandate", "undo-switch", done["new_mandate"]["mandate_id"])
    _, again = board.run("mandate", "undo-switch", done["new_mandate"]["mandate_id"], code=1)

    assert "NOTHING_TO_SWITCH" in absent
    assert "" == checked["new_mandate"]["mandate_id"]
    assert SOON == done["new_mandate"]["start_date"]
    assert LATER in table
    assert "" == undone["old_mandate"]["end_date"]
    assert "MANDATE_ENDED" in again


def test_a_mandate_is_withdrawn_before_it_begins(board: Board) -> None:
    given = board.json("mandate", "create", "99XC", "OSO_OV", "las-twee", "--start", SOON)
    begun = board.json("mandate", "create", "99XC", "OSO_OV", "las-een")

    withdrawn = board.json("mandate", "withdraw", given["mandate_id"])
    _, refused = board.run("mandate", "withdraw", begun["mandate_id"], code=1)

    assert "ENDED" == withdrawn["status"]
    assert "MANDATE_STARTED" in refused


def test_a_mandate_is_copied_after_a_look_and_a_yes(board: Board) -> None:
    given = board.json("mandate", "create", "99XA", "ROD_PO", "las-een")
    asked = ("mandate", "copy", given["mandate_id"])

    shown, question = board.run(*asked, code=1, typed="n\n")
    dry = board.json(*asked, "--dry-run")
    _, unasked = board.run(*asked, "--json", code=2)
    _, said = board.run(*asked, "99XB", typed="y\n")
    rest = board.json(*asked, "--yes")
    _, none = board.run(*asked, code=1)

    assert 2 == shown.count("CAN_COPY")
    assert "Give 2 of these 2 schools a mandate for ROD_PO to las-een" in question
    assert "its owner processes each" in question
    assert 2 == dry["copy_count"]
    assert "--yes" in unasked
    assert "copied to 1 schools" in said
    assert [("99XB", "ALREADY_MANDATED"), ("99XC", "CAN_COPY")] == [
        (each["brin"], each["state"]) for each in rest
    ]
    assert rest[1]["mandate_id"]
    assert "no school to which it can be copied" in none


def test_a_board_overlooks_its_mandates(board: Board, tmp_path: Path) -> None:
    board.run("mandate", "create", "99XB", "CE_VO", "las-twee", "--start", SOON, "--end", LATER)
    file = tmp_path / "mandates.xlsx"

    table, _ = board.run("board", "overview", BOARD)
    data = board.json("board", "overview", BOARD)
    on_that_day = board.json("board", "overview", BOARD, "--on", SOON)
    _, said = board.run("board", "overview", BOARD, "--xlsx", str(file))
    _, unknown = board.run("board", "overview", "12345", code=1)
    _, nowhere = board.run("board", "overview", BOARD, "--xlsx", "/nowhere/x.xlsx", code=2)

    assert "CE_VO" in table
    assert f"las-twee PLANNED from {SOON} until {LATER}" in table
    assert ["99XA", "99XB", "99XC"] == [each["brin"] for each in data]
    planned, begun = (each[1]["services"]["CE_VO"][0]["state"] for each in (data, on_that_day))
    assert ("PLANNED", "SYSTEM_NOT_QUALIFIED") == (planned, begun)
    assert "3 schools" in said
    with zipfile.ZipFile(file) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert {"99XB", "CE_VO"} <= set(re.findall(r">([^<]+)</t>", texts))
    assert 2 == len(sheets)
    assert "BOARD_NOT_FOUND" in unknown
    assert "/nowhere/x.xlsx" in nowhere


def test_a_boards_yearly_check_names_what_is_odd(board: Board) -> None:
    board.run("mandate", "create", "99XC", "VERZUIM", "las-een", "--end", SOON)

    table, said = board.run("board", "review", BOARD, "--soon", "31", code=1)
    found = board.json("board", "review", BOARD, "--soon", "29", code=1)

    assert "ENDS_SOON" in table
    assert "99XC VERZUIM las-een: The system las-een is not qualified" in said
    odd = {
        (each["brin"], each["service"]): {one["reason"] for one in each["odd"]} for each in found
    }
    assert "ENDS_SOON" not in odd["99XC", "VERZUIM"]
    assert "MANDATE_AWAITING" not in odd["99XC", "VERZUIM"]
    assert "SYSTEM_NOT_QUALIFIED" in odd["99XC", "VERZUIM"]
