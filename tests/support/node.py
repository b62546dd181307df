"""Node, for what shows that the contract is enough without our code."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

import pytest

from support.paths import ROOT
from wissel.clients.processes import Service
from wissel.clients.testing.cast import HUB

REQUIRED: Final = os.environ.get("TESTS_NEED_NODE") == "true"
"""Whether Node must be here, as `.ci/run` says."""
_READY: Final = "serving on "
_EXAMPLE: Final = ROOT / "docs" / "examples" / "javascript"


def node() -> str:
    """Return the path of `node`; skip the test where it is absent, fail where it is required."""
    found = shutil.which("node")
    if found is None:
        absent("Node is not installed: `apt-get install nodejs`")
    return found


def javascript_las() -> tuple[str, str]:
    """Return the command of the LAS in docs/examples; skip where its modules are absent."""
    found = node()
    if not (_EXAMPLE / "node_modules" / "@grpc" / "grpc-js").is_dir():
        absent(f"modules are missing: npm ci --prefix {_EXAMPLE.relative_to(ROOT)}")
    return found, str(_EXAMPLE / "las.mjs")


def absent(reason: str) -> NoReturn:
    """Skip the test for a reason, or fail it where Node is required."""
    if REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)


def identity(certificate: Path, key: Path, roots: Path) -> list[str]:
    """Return the arguments that say who it is, and which hub it trusts."""
    files = ("--certificate", str(certificate), "--key", str(key), "--roots", str(roots))
    return [*files, "--hub-oin", HUB.oin]


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[str]:
    """Serve the receiver in JavaScript; yield its address."""
    command = [*javascript_las(), "serve", "--listen", "localhost:0", *arguments]
    storage = ("--storage", str(folder / "inbox"))
    with Service([*command, *storage], log=folder / "las.log", ready=_READY) as process:
        yield process.address
