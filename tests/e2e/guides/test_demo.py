"""`python -m wissel.clients.demo`: what `make demo` runs, to its end and not."""

import hashlib
import re
import signal
import sys
from contextlib import AbstractContextManager
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest

from support.paths import SHARED
from support.processes.processes import Running, group_is_gone, spawn

DEMO: Final = [sys.executable, "-m", "wissel.clients.demo"]
BESIDE: Final = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh"]
"""Starts a command as a script does that goes on meanwhile: with SIGINT ignored."""
FIXTURES: Final = Path(str(files("wissel.clients") / "fixtures"))
DATA: Final = SHARED / "data"
DELIVERED: Final = re.compile(
    r"DELIVERED (?P<message>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (?P<size>\d+) bytes "
    r"sha256:(?P<sha256>[0-9a-f]{64}) (?P<sender>\w+) -> (?P<receiver>\w+) via (?P<key>\w{20})"
)


def demo(tmp_path: Path, *options: str) -> tuple[int, str]:
    """Run the demo in a place of its own; return its exit code and its last line."""
    with _demo(tmp_path, *options) as running:
        code = running.ended()

        assert group_is_gone(running.pid)
        assert [] == list((tmp_path / "tmp").iterdir())
        return code, running.output.splitlines()[-1]


def _demo(tmp_path: Path, *options: str) -> AbstractContextManager[Running]:
    (tmp_path / "tmp").mkdir()
    environ = {"TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path)}
    return spawn([*BESIDE, *DEMO, *options], environ=environ, cwd=tmp_path)


@pytest.mark.parametrize(
    ("dossier", "sender", "receiver"),
    [
        ("dossier-overstap.xml", "99XA00", "99XB02"),
        ("dossier-binnenbrin.xml", "99XB00", "99XB02"),
        ("dossier-swv.xml", "99XA00", "PO9901"),
    ],
)
def test_the_demo_delivers_a_dossier(
    tmp_path: Path, dossier: str, sender: str, receiver: str
) -> None:
    content = (FIXTURES / dossier).read_bytes()

    code, line = demo(tmp_path, "--dossier", str(FIXTURES / dossier))

    assert 0 == code, line
    found = DELIVERED.fullmatch(line)
    assert found is not None, line
    assert (str(len(content)), hashlib.sha256(content).hexdigest()) == found.group("size", "sha256")
    assert (sender, receiver) == found.group("sender", "receiver")


@pytest.mark.parametrize(
    ("dossier", "receiver"),
    [
        ("Voorbeelddossier_OV_POPO_full.xml", r"\d\d[A-Z]{2}\d\d"),
        ("Voorbeelddossier_PaO_POSWV_full.xml", r"PO9901"),
    ],
)
def test_the_demo_delivers_a_real_dossier_between_real_schools(
    tmp_path: Path, dossier: str, receiver: str
) -> None:
    file = DATA / "oso-gegevensset-2019.1" / dossier
    if not file.exists() or not (DATA / "duo").exists():
        pytest.skip(f"the open data of DUO and Edustandaard is not in {DATA}")

    code, line = demo(tmp_path, "--dossier", str(file), "--schools", str(DATA / "duo"))

    assert 0 == code, line
    found = DELIVERED.fullmatch(line)
    assert found is not None, line
    assert hashlib.sha256(file.read_bytes()).hexdigest() == found["sha256"]
    assert re.fullmatch(receiver, found["receiver"])


def test_a_file_that_cannot_be_read_as_a_dossier_travels_too(tmp_path: Path) -> None:
    file, site = tmp_path / "notes.bin", tmp_path / "site"
    file.write_bytes(b"\x00\xff" * 5000)

    code, line = demo(tmp_path, "--dossier", str(file), "--site", str(site))

    assert 0 == code, line
    assert "De Wissel" in (site / "index.html").read_text(encoding="utf-8")
    assert f" 10000 bytes sha256:{hashlib.sha256(file.read_bytes()).hexdigest()} " in line


@pytest.mark.parametrize(
    "options",
    [("--dossier", "absent.xml"), ("--schools", "absent-folder")],
    ids=["dossier", "schools"],
)
def test_what_is_not_there_is_named_and_nothing_is_left(
    tmp_path: Path, options: tuple[str, str]
) -> None:
    code, line = demo(tmp_path, *options)

    assert 1 == code
    assert line.startswith("demo: ")
    assert options[1] in line


@pytest.mark.parametrize(
    ("chapter", "number", "code"),
    [("1. ", signal.SIGTERM, 143), ("4. ", signal.SIGTERM, 143), ("2. ", signal.SIGINT, 130)],
)
def test_a_demo_that_is_interrupted_leaves_nothing(
    tmp_path: Path, chapter: str, number: signal.Signals, code: int
) -> None:
    with _demo(tmp_path) as running:
        running.line_with(chapter)

        running.signal(number)

        assert code == running.ended()
        assert group_is_gone(running.pid)
        assert [] == list((tmp_path / "tmp").iterdir())
        assert running.output.endswith("demo: interrupted; everything has been stopped\n")
