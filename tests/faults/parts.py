"""The installed commands as processes that can be killed, stopped and started again."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from support.eventually import LONGEST_WAIT, eventually
from wissel.clients.processes import command

_OTHERS: Final = {name: value for name, value in os.environ.items() if "WISSEL" not in name}


class Part:
    """A command; with all its children it is one process group. Its output is in `log`."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        log: Path,
        environ: Mapping[str, str] | None = None,
        ready: str = "",
    ) -> None:
        self._arguments = [command(arguments[0]), *arguments[1:]]
        self._environ = {**_OTHERS, **(environ or {})}
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None
        self.log = log

    @property
    def pid(self) -> int:
        """The process id of the one that was started last."""
        assert self._process is not None, "it was never started"
        return self._process.pid

    def start(self) -> "Part":
        """Start it and wait until it says that it is ready, if it ever does."""
        with self.log.open("ab") as output:
            said = output.tell()
            self._process = subprocess.Popen(
                self._arguments,
                env=self._environ,
                cwd=self.log.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if self._ready:
            eventually(lambda: self._says_ready(said), f"{self.log.name} says {self._ready!r}")
        return self

    def runs(self) -> bool:
        """Whether its first process is still there."""
        return self._process is not None and self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to all of its processes."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def send_first(self, number: signal.Signals) -> None:
        """Send a signal to its first process alone, as a service manager does."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End all of its processes at once, and wait until they have gone."""
        if self._process is not None:
            self.send(signal.SIGKILL)
            self._process.wait()
            eventually(self.is_gone, f"{self.log.name} has gone")

    def ended(self, patience: float = LONGEST_WAIT) -> int:
        """Wait for its end and return its exit code."""
        assert self._process is not None
        return self._process.wait(timeout=patience)

    def is_gone(self) -> bool:
        """Whether no process of it is left."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def children(self) -> list[int]:
        """Return the process ids of its children: the workers of a hub."""
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii")
        return [int(each) for each in found.split()]

    def output(self) -> str:
        """Return all that it has said, in all its lives."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def _says_ready(self, after: int) -> bool:
        if not self.runs():
            message = f"{self.log.name} ended too soon:\n{self.output()[-3000:]}"
            raise AssertionError(message)
        return self._ready.encode() in self.log.read_bytes()[after:]
