"""docs/vendors.md is true: its test file passes as the project of a vendor."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.paths import ROOT
from wissel.clients.cli.app import app
from wissel.clients.cli.examples import commands

GUIDE = (ROOT / "docs" / "vendors.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", GUIDE, flags=re.DOTALL | re.MULTILINE)


def test_the_test_file_of_the_guide_passes(tmp_path: Path) -> None:
    [test_file] = [text for language, text in BLOCKS if "def test_" in text]
    (tmp_path / "test_transfer.py").write_text(test_file)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:asyncio"],
        cwd=tmp_path,
        env={**os.environ, "WISSEL_DATABASE_URL": "sqlite:////nowhere/of/somebody.db"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


@pytest.mark.parametrize(
    "line",
    [
        line
        for language, text in BLOCKS
        if language == "sh"
        for line in text.splitlines()
        if line.startswith("wissel ")
    ],
)
def test_each_command_of_the_guide_exists(line: str) -> None:
    words = line.split()[1:]

    named = {" ".join(words[:count]) for count in (1, 2, 3)}
    assert named & {name for name, _ in commands(app)}
