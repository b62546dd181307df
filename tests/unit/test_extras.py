"""Without the extras: the SDK works, and the commands say what to install."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

EXTRAS = (
    "typer",
    "rich",
    "lxml",
    "structlog",
    "sqlalchemy",
    "alembic",
    "uvloop",
    "orjson",
    "opentelemetry",
)


def without_extras(code: str, extras: Sequence[str] = EXTRAS) -> subprocess.CompletedProcess[str]:
    absent = f"import sys; sys.modules.update(dict.fromkeys({extras!r}))"
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


def test_nothing_of_opentelemetry_is_loaded_unless_traces_are_asked_for() -> None:
    code = """
import wissel.server.app, wissel.server.workers.hub, wissel.clients.cli.app, wissel.clients.las
from wissel.clients.transport.tracing import tracer_for
tracer_for("test", 0)
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""
    done = without_extras(code, ())

    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_a_sender_that_is_to_trace_says_what_to_install() -> None:
    code = """
from wissel.clients.cli.failing import explain_failure
from wissel.clients.errors import WisselError
from wissel.clients.transport.tracing import tracer_for
try:
    tracer_for("test", 0.5)
except WisselError as error:
    sys.exit(explain_failure(error))
"""
    done = without_extras(code, ("opentelemetry",))

    said = "wissel: to trace, opentelemetry is missing; run: pip install 'wissel[otel]'\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_a_hub_that_is_to_trace_says_what_to_install() -> None:
    code = """
import os
files = ("TLS_CERTIFICATE", "TLS_KEY", "TRUST_ROOTS", "SIGNING_CERTIFICATE", "SIGNING_KEY")
os.environ.update({f"WISSEL_{name}": "absent" for name in files}, WISSEL_TRACE_SHARE="0.1")
from wissel.server import main
sys.argv[1:] = ["serve"]
main()
"""
    done = without_extras(code, ("opentelemetry",))

    said = "WISSEL_TRACE_SHARE: opentelemetry is missing; run: pip install 'wissel[otel]'"
    assert (done.returncode, done.stderr) == (2, f"wissel-server: {said}\n")


def test_a_hub_that_is_to_use_postgresql_says_what_to_install() -> None:
    code = """
import os
files = ("TLS_CERTIFICATE", "TLS_KEY", "TRUST_ROOTS", "SIGNING_CERTIFICATE", "SIGNING_KEY")
os.environ.update({f"WISSEL_{name}": "absent" for name in files})
os.environ["WISSEL_DATABASE_URL"] = "postgresql://wissel@db.example/wissel"
from wissel.server import main
sys.argv[1:] = ["migrate"]
main()
"""
    done = without_extras(code, ("psycopg",))

    said = "WISSEL_DATABASE_URL: psycopg is missing; run: pip install 'wissel[postgres]'"
    assert (done.returncode, done.stderr) == (2, f"wissel-server: {said}\n")
