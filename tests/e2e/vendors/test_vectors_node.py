"""Node agrees with the vectors, by a script that has none of our code."""

import json
import shutil
import subprocess
from pathlib import Path

from support.node import node
from support.paths import ROOT

VECTORS = ROOT / "docs" / "vectors"


def test_every_vector_holds() -> None:
    done = verified(VECTORS)

    assert (0, "") == (done.returncode, done.stderr)


def test_a_vector_that_does_not_hold_is_named(tmp_path: Path) -> None:
    """So the script looks at what it counts."""
    folder = tmp_path / "vectors"
    shutil.copytree(VECTORS, folder)
    path = folder / "signatures.json"
    cases = json.loads(path.read_text())
    cases[0] |= {"valid": False, "reason": "SIGNATURE_INVALID"}
    path.write_text(json.dumps(cases))

    done = verified(folder)

    assert (1, True) == (done.returncode, "signatures p256" in done.stderr)


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [node(), str(folder / "verify.mjs")], capture_output=True, text=True, check=False
    )
