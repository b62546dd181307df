"""Whatever the environment is, a command says what is wrong in words, and never a traceback."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from support.builders.pki import Pki
from support.worlds.sending_world import DOSSIER
from wissel.clients.processes import command
from wissel.clients.testing.cast import HUB

_SECONDS: Final = 60
_SHELL: Final = "/bin/bash"
_CLOSED_PORT: Final = "localhost:1"
_PROXY: Final = "http://127.0.0.1:9"
_SEND: Final = f"send {DOSSIER} --from 99XA --to nobody"
"""It is refused when the envelope is made: the hub that is not there is not waited for."""
COMMANDS: Final = ("errors ROUTE_AMBIGUOUS", "doctor", _SEND, "outbox list")
_CALLS: Final = "whoami"
"""It waits five seconds for the hub, so only what goes with a call is tried with it."""
_ENDED: Final = "ended with"
_EACH: Final = """
import sys
from wissel.clients.cli import main
for line in sys.argv[1:]:
    sys.argv = ["wissel", *line.split()]
    try:
        main()
    except SystemExit as done:
        assert done.code in (0, 1, 2, 3), done.code
        print("ended with", done.code)
"""
"""Does what the installed command does, for each line: most of its time is the imports."""
UNSET: Final = None
ENVIRONMENTS: Final[dict[str, dict[str, str | None]]] = {
    "ASCII": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "a locale that is not there": {"LC_ALL": "xx_YY.bogus", "LANG": "\udcff"},
    "ASCII output": {"PYTHONIOENCODING": "ascii:strict"},
    "an account with an accent": {"USER": "daniël"},
    "an account of bytes": {"USER": "\udcff\udcfe", "LOGNAME": "\udcff"},
    "an account of two lines": {"USER": "a\nb"},
    "no account": {"USER": UNSET, "LOGNAME": UNSET, "USERNAME": UNSET},
    "no home": {"HOME": UNSET, "WISSEL_OUTBOX": UNSET},
    "a home that is not its own": {"HOME": "/proc", "WISSEL_OUTBOX": UNSET},
    "a state folder that cannot be": {"XDG_STATE_HOME": "/proc/x", "WISSEL_OUTBOX": UNSET},
    "an outbox that is a file": {"WISSEL_OUTBOX": "/dev/null"},
    "no width": {"COLUMNS": "abc", "LINES": "-1", "TERMINAL_WIDTH": "wide"},
    "a width of nothing": {"COLUMNS": "0", "TERMINAL_WIDTH": "0"},
    "an endless width": {"COLUMNS": "9" * 30, "TERMINAL_WIDTH": "100000000"},
    "an odd terminal": {"TERM": "bogus", "NO_COLOR": "1", "FORCE_COLOR": "1"},
    "warnings as errors": {"PYTHONWARNINGS": "error"},
    "proxies": {"http_proxy": _PROXY, "https_proxy": _PROXY, "grpc_proxy": _PROXY},
    "odd proxies": {"http_proxy": "\udcff", "HTTPS_PROXY": ":::", "no_proxy": "*,\udcff"},
    "a file for TLS keys": {"SSLKEYLOGFILE": "/nowhere/keys"},
    "no temporary folder": {"TMPDIR": "/nowhere"},
    "a folder as certificate": {"WISSEL_CERTIFICATE": "/"},
    "a certificate that is nowhere": {"WISSEL_CERTIFICATE": "/nowhere/\udcff"},
    "a key that is nowhere": {"WISSEL_KEY": "/nowhere"},
    "roots that are empty": {"WISSEL_TRUST_ROOTS": "/dev/null"},
    "a server with an accent": {"WISSEL_SERVER": "hé.example:7443"},
    "a server of bytes": {"WISSEL_SERVER": "\udcff:1"},
    "a server without a port": {"WISSEL_SERVER": "localhost"},
    "a port that is none": {"WISSEL_SERVER": "localhost:99999999999"},
    "a port in another script": {"WISSEL_SERVER": "localhost:²"},
    "a server as URL": {"WISSEL_SERVER": "https://localhost:1"},
    "a name that is none": {"WISSEL_SERVER": "a..b:1"},
    "an endless name": {"WISSEL_SERVER": f"{'a' * 250}:1"},
    "an OIN that is none": {"WISSEL_HUB_OIN": "é" * 20},
    "an OIN of bytes": {"WISSEL_HUB_OIN": "\udcff"},
    "another language": {"WISSEL_LANGUAGE": "daniël"},
    "a deadline in words": {"WISSEL_DEADLINE": "soon"},
    "a deadline of no number": {"WISSEL_DEADLINE": "nan"},
    "an endless deadline": {"WISSEL_DEADLINE": "1e300"},
    "a token that is nowhere": {"WISSEL_TOKEN_FILE": "/nowhere/\udcff"},
    "a folder as token": {"WISSEL_TOKEN_FILE": "/"},
    "an endless token": {"WISSEL_TOKEN_FILE": "/dev/zero"},
    "an empty token": {"WISSEL_TOKEN_FILE": "/dev/null"},
    "a share of no number": {"WISSEL_TRACE_SHARE": "nan"},
    "a collector of bytes": {"WISSEL_TRACE_SHARE": "1", "OTEL_EXPORTER_OTLP_ENDPOINT": "\udcff"},
}
REDIRECTIONS: Final = {
    "no input": "<&-",
    "no output": ">&-",
    "no errors": "2>&-",
    "nothing open": "<&- >&- 2>&-",
    "a full disk": ">/dev/full",
    "errors to a full disk": "2>/dev/full",
    "a full disk for both": ">/dev/full 2>/dev/full",
    "a reader that is gone": "| true",
}


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which only the hub is not there."""
    folder = tmp_path_factory.mktemp("usual")
    me = Pki.create(folder / "pki").issue("noord")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "USER": "a.desk",
        "WISSEL_SERVER": _CLOSED_PORT,
        "WISSEL_CERTIFICATE": str(me.certificate),
        "WISSEL_KEY": str(me.key),
        "WISSEL_TRUST_ROOTS": str(me.roots),
        "WISSEL_HUB_OIN": HUB.oin,
        "WISSEL_OUTBOX": str(folder / "outbox"),
        "WISSEL_DEADLINE": "1",
    }


def run(line: str, environ: dict[str, str], cwd: Path, *, first: str = "true") -> tuple[int, str]:
    """Run `wissel` with the words of a line of a shell; return its exit code and what it said.

    `first` is done before, in the same shell.
    """
    done = subprocess.run(
        [_SHELL, "-c", f"set -o pipefail; {first}; {command('wissel')} {line}"],
        env={name: os.fsencode(value) for name, value in environ.items()},
        cwd=cwd,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def require_words(line: str, outcome: tuple[int, str]) -> None:
    code, said = outcome
    assert code in {0, 1, 2, 3}, (line, said)
    assert "Traceback" not in said, (line, said)
    assert "Exception ignored" not in said, (line, said)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_odd_environment_is_told_in_words(
    usual: dict[str, str], tmp_path: Path, name: str
) -> None:
    changed: dict[str, str | None] = {**usual, **ENVIRONMENTS[name]}
    environ = {key: value for key, value in changed.items() if value is not UNSET}

    called = {"USER", "WISSEL_TOKEN_FILE"} & ENVIRONMENTS[name].keys()
    lines = (*COMMANDS, _CALLS) if called else COMMANDS
    done = subprocess.run(
        [sys.executable, "-c", _EACH, *lines],
        env={key: os.fsencode(value) for key, value in environ.items()},
        cwd=tmp_path,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    said = (done.stdout + done.stderr).decode(errors="replace")

    require_words(name, (done.returncode, said))
    assert said.count(_ENDED) == len(lines), said


@pytest.mark.parametrize("name", REDIRECTIONS)
def test_streams_that_are_closed_or_full_are_no_reason_to_fail_oddly(
    usual: dict[str, str], tmp_path: Path, name: str
) -> None:
    for line in (*COMMANDS, "--help", "errors --json"):
        require_words(line, run(f"{line} {REDIRECTIONS[name]}", usual, tmp_path))


def test_a_working_folder_may_be_gone(usual: dict[str, str], tmp_path: Path) -> None:
    gone = tmp_path / "gone"

    for line in (*COMMANDS, "send dossier.xml --from 99XA --to 99XB02"):
        gone.mkdir()
        require_words(line, run(line, usual, gone, first='rmdir "$PWD"'))


def test_a_proxy_is_not_blamed_on_the_certificate(usual: dict[str, str], tmp_path: Path) -> None:
    code, said = run("doctor", {**usual, "https_proxy": _PROXY}, tmp_path)

    assert code == 3
    assert "The proxy of https_proxy is not used" in said


@pytest.mark.parametrize(
    ("name", "value", "option"),
    [
        ("WISSEL_SERVER", "localhost", "the server"),
        ("WISSEL_LANGUAGE", "fr", "WISSEL_LANGUAGE"),
        ("WISSEL_DEADLINE", "nan", "WISSEL_DEADLINE"),
        ("WISSEL_OUTBOX", "/dev/null", "WISSEL_OUTBOX"),
    ],
)
def test_what_is_wrong_is_named(
    usual: dict[str, str], tmp_path: Path, name: str, value: str, option: str
) -> None:
    code, said = run(_SEND, {**usual, name: value}, tmp_path)

    assert code == 2
    assert option in said
