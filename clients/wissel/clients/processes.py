"""Runs the installed commands as processes, and ends them."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from wissel.clients.errors import WisselError

_POLL: Final = 0.02
STOP_SECONDS: Final = 15.0
ISSUER: Final = "oidc-provider-mock"
"""The command of a login broker for development, which is no part of ours."""


class ProcessFailed(WisselError):
    """A command is not installed, failed or ended too soon; the message holds its output."""


def command(name: str) -> str:
    """Return the path of an installed command: beside this Python, else on the PATH.

    Raises `ProcessFailed` with what to install.
    """
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        extras = "testing" if name == ISSUER else "server,cli"
        message = f"the command {name} is not installed; try: pip install 'wissel[{extras}]'"
        raise ProcessFailed(message)
    return found


def run(arguments: Sequence[str], *, environ: Mapping[str, str] | None = None) -> str:
    """Run a command to its end and return what it printed, or raise `ProcessFailed`."""
    done = subprocess.run(  # noqa: S603 - our own commands
        [command(arguments[0]), *arguments[1:]],
        env=_only(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"{' '.join(arguments)} exited {done.returncode}: {done.stderr.strip()}"
        raise ProcessFailed(message)
    return done.stdout


def _only(environ: Mapping[str, str] | None) -> dict[str, str]:
    """Return the environment of this process without `WISSEL_*`, and with what is given.

    A `WISSEL_DATABASE_URL` that a user has set must not be used by a hub for tests.
    """
    others = {name: value for name, value in os.environ.items() if not _ours(name)}
    return {**others, **(environ or {})}


def _ours(name: str) -> bool:
    return name.upper().startswith("WISSEL_")


class Service:
    """A command that serves until it is stopped, with its output in the file `log`.

    It has started once a line of its output contains `ready`; the rest of that
    line is `address`. Use it as a context manager: leaving the block ends the
    process.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        log: Path,
        ready: str,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._arguments = [command(arguments[0]), *arguments[1:]]
        self._environ = _only(environ)
        self._ready = ready
        self.log = log
        self.address = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id; `ProcessFailed` if it does not run."""
        if self._process is None:
            raise ProcessFailed("the process is not running")
        return self._process.pid

    def start(self, *, within: float = 60.0) -> Self:
        """Start it and wait until it is ready; `ProcessFailed` if it is not `within` seconds."""
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands
                self._arguments,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_ready(time.monotonic() + within)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End it with SIGTERM, and with SIGKILL after `STOP_SECONDS`."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        killer = threading.Timer(STOP_SECONDS, process.kill)
        killer.start()
        try:
            process.wait()
        finally:
            killer.cancel()

    def output(self) -> str:
        """Return its output so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait_until_ready(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            for line in self.output().splitlines():
                if self._ready in line:
                    self.address = line.partition(self._ready)[2].strip()
                    return
            if self._process is None or self._process.poll() is not None:
                break
            time.sleep(_POLL)
        message = f"{self._arguments[0]} did not become ready:\n{self.output()[-2000:]}"
        raise ProcessFailed(message)
