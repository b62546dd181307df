"""The parent of the workers: starts them, restarts those that end, and stops them.

It never makes a gRPC object and never forks, because gRPC does not survive a fork:
a worker is the same command, started as a new process with a hidden option.
"""

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from wissel.server.observing.worker_state import SILENT_SECONDS, WorkerState
from wissel.server.workers.control_channel import SERVES

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 30.0
_GOOD_LIFE: Final = 60.0  # seconds after which an earlier death is forgiven
_STOPPED_AT_ONCE: Final = 1
_NOT_STARTED: Final = 1
_WORDS: Final = 64


@dataclass(slots=True, kw_only=True)
class _Worker:
    """One of the workers; its process is replaced when it ends."""

    number: int
    process: asyncio.subprocess.Process | None = None
    says_it_serves: bool = False
    heard_at: float = 0.0
    restarts: int = 0

    def state(self, now: float) -> WorkerState:
        process = self.process
        return WorkerState(
            worker=self.number,
            pid=process.pid if process else 0,
            serves=self.says_it_serves and now - self.heard_at <= SILENT_SECONDS,
            restarts=self.restarts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStart:
    """How workers are started, and what is called when something happens to them.

    The number of the file descriptor of a `ControlChannel` is appended to
    `command`; `environ(n)` returns the environment of worker n; `ready` is called
    once, when all serve for the first time; `died(n, pid)` when a process has
    ended; `say` takes a line for the operator.
    """

    command: Sequence[str]
    environ: Callable[[int], Mapping[str, str]]
    ready: Callable[[], None]
    died: Callable[[int, int], None]
    say: Callable[[str], None]


class Parent:
    """Keeps `count` workers running until it is told to stop."""

    def __init__(
        self, count: int, start: WorkerStart, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._workers = [_Worker(number=number) for number in range(count)]
        self._start = start
        self._monotonic = monotonic
        self._ready = False
        self._stopping = asyncio.Event()
        self._code = 0

    def states(self) -> list[WorkerState]:
        """Return the state of each worker now; any thread may call this."""
        now = self._monotonic()
        return [worker.state(now) for worker in self._workers]

    async def run(self) -> int:
        """Run the workers until SIGTERM or SIGINT; returns the exit code.

        If a worker ends before all have served once, the hub ends with its code:
        the worker has printed what is wrong, and would fail again.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._signalled)
        async with asyncio.TaskGroup() as group:
            for worker in self._workers:
                group.create_task(self._keep(worker))
        return self._code

    def _signalled(self) -> None:
        if not self._stopping.is_set():
            self._start.say("stopping: finishing what is under way")
            self._stop()
            return
        self._start.say("stopped at once")
        self._code = _STOPPED_AT_ONCE
        self._send(signal.SIGKILL)

    def _stop(self) -> None:
        self._stopping.set()
        self._send(signal.SIGTERM)

    def _send(self, number: signal.Signals) -> None:
        for worker in self._workers:
            if worker.process is not None:
                with suppress(ProcessLookupError):
                    worker.process.send_signal(number)

    async def _keep(self, worker: _Worker) -> None:
        pause = _FIRST_PAUSE
        while True:
            began = self._monotonic()
            code = await self._live(worker)
            if self._stopping.is_set():
                self._ended_in_stopping(worker, code)
                return
            if not self._ready:
                self._code = code if code > 0 else 1
                self._stop()
                return
            pause = _FIRST_PAUSE if self._monotonic() - began > _GOOD_LIFE else pause
            self._start.say(f"worker {worker.number} ended with {code}: starts in {pause:g} s")
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
                    return
            worker.restarts += 1
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _ended_in_stopping(self, worker: _Worker, code: int) -> None:
        # A worker that does not serve yet is ended by SIGTERM itself. The code of a
        # failed start, or of a second signal, is not overwritten.
        if self._code == 0 and code not in {0, -signal.SIGTERM}:
            self._start.say(f"worker {worker.number} ended with {code}")
            self._code = 1

    async def _live(self, worker: _Worker) -> int:
        """Run one process as this worker; returns its exit code."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                try:
                    process = await self._started(worker.number, theirs.fileno())
                except OSError as error:  # no process or no memory to be had
                    self._start.say(f"worker {worker.number} cannot start: {error.strerror}")
                    return _NOT_STARTED
            worker.process = process
            if self._stopping.is_set():  # the signal came while it was being started
                process.terminate()
            await self._listen(worker, ours)
            code = await process.wait()
        worker.says_it_serves = False
        worker.process = None
        self._start.died(worker.number, process.pid)
        return code

    async def _started(self, number: int, descriptor: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self._start.command,
            str(descriptor),
            env=self._start.environ(number),
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=(descriptor,),
        )

    async def _listen(self, worker: _Worker, ours: socket.socket) -> None:
        """Read what a worker sends, until its end of the socket pair is closed."""
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        with suppress(ConnectionError):
            while words := await loop.sock_recv(ours, _WORDS):
                self._heard(worker, serves=words.endswith(SERVES))

    def _heard(self, worker: _Worker, *, serves: bool) -> None:
        """Record whether a worker serves; report when it begins to, and once that all do."""
        if serves and not worker.says_it_serves and worker.process is not None:
            self._start.say(f"worker {worker.number} serves as process {worker.process.pid}")
        worker.says_it_serves = serves
        worker.heard_at = self._monotonic()
        if self._ready or self._stopping.is_set():
            return
        self._ready = all(state.serves for state in self.states())
        if self._ready:
            self._start.ready()
