"""What a board does with the command and a token: several mandates at once, and switching."""

import datetime as dt
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

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
            "WISSEL_SERVER": self.hub.server,
            "WISSEL_CERTIFICATE": str(self.hub.folder / "pki" / f"{self.portal}.pem"),
            "WISSEL_KEY": str(self.hub.folder / "pki" / f"{self.portal}.key"),
            "WISSEL_TRUST_ROOTS": str(self.hub.roots),
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
