"""Node, for what shows that the contract is enough without our code."""

import os
import shutil
from typing import Final, NoReturn

import pytest

IN_CI: Final = os.environ.get("CI") == "true"
"""Whether what is absent must be here."""


def node() -> str:
    """Return the path of `node`; skip the test where it is absent, but fail in CI."""
    found = shutil.which("node")
    if found is None:
        absent("Node is not installed: `apt-get install nodejs`")
    return found


def absent(reason: str) -> NoReturn:
    """Skip the test for a reason, or fail it in CI."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)
