"""Real processes in tests: started, listened to, signalled, and never left behind.

with spawn(["wissel-server", "serve"], environ=..., cwd=tmp_path) as hub:
    address = hub.line_with("serving on ").split()[-1]
    hub.signal(signal.SIGTERM)
    assert 0 == hub.ended()
"""

import os
import queue
import random
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from support.eventually import LONGEST_WAIT
from wissel.clients.processes import command
from wissel.clients.testing import TestingHub

_RANDOM: Final = random.SystemRandom()  # hypothesis seeds the usual one
_SILENT: Final = {
    name: value
    for name, value in os.environ.items()
    if "WISSEL" not in name and name != "PYTHONUNBUFFERED"
}
"""What commands get of ours: they write into a pipe as they do for anybody."""


class Running:
    """A process whose lines, of both streams, are read as they come."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._seen: list[str] = []
        self._reads = threading.Event()
        self._reads.set()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def output(self) -> str:
        """What it has said so far, as far as somebody asked."""
        return "".join(self._seen)

    def line_with(self, text: str) -> str:
        """Return the next line that holds `text`; fail if the process ends without one."""
        while (line := self._lines.get(timeout=LONGEST_WAIT)) is not None:
            self._seen.append(line)
            if text in line:
                return line.rstrip("\n")
        message = f"ended without saying {text!r}:\n{self.output}"
        raise AssertionError(message)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to this process alone."""
        self._process.send_signal(number)

    def stop_reading(self) -> None:
        """Read no more of its lines but the one that comes next, and what came with it."""
        self._reads.clear()

    def hang_up(self) -> None:
        """Close its output, once `stop_reading` has taken its last line; its writes fail."""
        self.line_with("")
        if self._process.stdout is not None:
            self._process.stdout.close()

    def exit_code(self) -> int:
        """Wait for its end without reading; return its exit code."""
        return self._process.wait(timeout=LONGEST_WAIT)

    def read_on(self) -> None:
        """Read its lines again."""
        self._reads.set()

    def still_runs(self) -> None:
        """Fail, with all it said, if it has ended."""
        if self._process.poll() is not None:
            message = f"ended by itself with {self.ended()}:\n{self.output}"
            raise AssertionError(message)

    def ended(self) -> int:
        """Wait for its end and return its exit code."""
        code = self._process.wait(timeout=LONGEST_WAIT)
        while (line := self._lines.get(timeout=LONGEST_WAIT)) is not None:
            self._seen.append(line)
        self._lines.put(None)
        return code

    def close(self) -> None:
        """End it and whatever it started, if that still runs, and let go of its output."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._reads.set()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self) -> None:
        if self._process.stdout is not None:
            for line in self._process.stdout:
                self._lines.put(line)
                self._reads.wait()
                if self._process.stdout.closed:
                    break
        self._lines.put(None)


@contextmanager
def spawn(
    arguments: Sequence[str], *, environ: Mapping[str, str] | None = None, cwd: Path
) -> Iterator[Running]:
    """Start a command without any `WISSEL_*` variable but those given; it ends with the block.

    It leads a process group of its own, so that a test can see what it leaves behind.
    """
    process = subprocess.Popen(
        [_found(arguments[0]), *arguments[1:]],
        env={**_SILENT, **(environ or {})},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    running = Running(process)
    try:
        yield running
    finally:
        running.close()


def run(
    arguments: Sequence[str], *, environ: Mapping[str, str] | None = None, cwd: Path
) -> tuple[int, str]:
    """Run a command to its end; return its exit code and what it said on both streams."""
    with spawn(arguments, environ=environ, cwd=cwd) as running:
        code = running.ended()
        return code, running.output


def group_is_gone(leader: int) -> bool:
    """Return whether no process is left of the group that `leader` was spawned as."""
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return True
    return False


def free_port() -> int:
    """Return a port that was free a moment ago.

    It lies below those that the system gives to connections and to port 0, so that
    none of these takes it before it is served on.
    """
    while True:
        port = _RANDOM.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _found(name: str) -> str:
    return name if "/" in name else command(name)


def calling_as(hub: TestingHub, name: str, server: str = "") -> dict[str, str]:
    """Return the settings of a command that calls as the party of a certificate of the hub's.

    `server` is called in place of the hub, if it is given.
    """
    keys = hub.folder / "pki"
    return {
        "WISSEL_SERVER": server or hub.server,
        "WISSEL_CERTIFICATE": str(keys / f"{name}.pem"),
        "WISSEL_KEY": str(keys / f"{name}.key"),
        "WISSEL_TRUST_ROOTS": str(hub.roots),
    }
