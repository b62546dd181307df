"""Without the extras: the SDK works, and the commands say what to install."""

import subprocess
import sys

import pytest

EXTRAS = ("typer", "rich", "lxml", "structlog", "sqlalchemy", "alembic", "uvloop", "orjson")


def without_extras(code: str) -> subprocess.CompletedProcess[str]:
    absent = f"import sys; sys.modules.update(dict.fromkeys({EXTRAS!r}))"
    return subprocess.run(
        [sys.executable, "-c", f"{absent}\n{code}"], capture_output=True, text=True, check=False
    )


def test_the_sdk_needs_no_extra() -> None:
    done = without_extras("import wissel.clients, wissel.clients.testing")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("wissel.clients.cli", "wissel: typer is missing; run: pip install 'wissel[cli]'\n"),
        ("wissel.server", "wissel-server: typer is missing; run: pip install 'wissel[server]'\n"),
    ],
)
def test_a_command_says_what_to_install(module: str, said: str) -> None:
    done = without_extras(f"from {module} import main; main()")

    assert (done.returncode, done.stderr) == (2, said)
