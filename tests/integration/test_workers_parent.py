"""The parent of workers, with scripts in their place: what it does when they misbehave."""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from support.processes.processes import free_port
from wissel.server.observing.metrics_server import serving_metrics
from wissel.server.observing.worker_state import SILENT_SECONDS, OwnState
from wissel.server.port import reserved
from wissel.server.settings import ListenError
from wissel.server.workers.metrics_endpoint import registry_of
from wissel.server.workers.parent import Parent, WorkerStart

SERVES = "import os, signal, sys; os.write(int(sys.argv[1]), b'+'); signal.pause()"
FAILS = "raise SystemExit(4)"
DIES = "import os, sys; os.write(int(sys.argv[1]), b'+'); sys.exit(5)"


@dataclass
class Told:
    """What a parent tells, line by line."""

    lines: list[str] = field(default_factory=list)
    died: list[int] = field(default_factory=list)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    deaths: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def start(self, script: str, command: tuple[str, ...] = ()) -> WorkerStart:
        """Return how to start a script as a worker."""
        return WorkerStart(
            command=command or (sys.executable, "-c", script),
            environ=environ,
            ready=self.ready.set,
            died=self._died,
            say=self.lines.append,
        )

    def _died(self, worker: int, _pid: int) -> None:
        self.died.append(worker)
        self.deaths.release()


def environ(_worker: int) -> Mapping[str, str]:
    return os.environ


def test_the_parent_has_no_grpc_and_no_database() -> None:
    code = "import sys, wissel.server.__main__, wissel.server.workers.hub; print(*sys.modules)"

    modules = subprocess.check_output([sys.executable, "-c", code], text=True).split()

    assert set() == {"grpc", "sqlalchemy"}.intersection(modules)


async def test_a_worker_that_fails_before_all_serve_ends_the_hub_with_its_code() -> None:
    told = Told()

    code = await Parent(2, told.start(FAILS)).run()

    assert 4 == code
    assert not told.ready.is_set()


async def test_a_command_that_cannot_be_started_ends_the_hub(tmp_path: Path) -> None:
    told = Told()

    code = await Parent(1, told.start("", (str(tmp_path / "absent"),))).run()

    assert 1 == code
    assert ["worker 0 cannot start: No such file or directory"] == told.lines


async def test_the_pause_before_a_restart_grows() -> None:
    told = Told()
    running = asyncio.create_task(Parent(1, told.start(DIES)).run())
    for _ in range(3):
        await told.deaths.acquire()

    os.kill(os.getpid(), signal.SIGTERM)
    code = await running

    assert 0 == code
    said = [line for line in told.lines if "starts in" in line]
    assert [f"worker 0 ended with 5: starts in {pause} s" for pause in (0.1, 0.2)] == said[:2]


async def test_a_worker_that_falls_silent_counts_as_not_serving() -> None:
    told, now = Told(), [0.0]
    parent = Parent(1, told.start(SERVES), monotonic=lambda: now[0])
    running = asyncio.create_task(parent.run())
    await told.ready.wait()

    serves = []
    for now[0] in (SILENT_SECONDS, SILENT_SECONDS + 0.1):
        serves += [state.serves for state in parent.states()]
    os.kill(os.getpid(), signal.SIGTERM)

    assert 0 == await running
    assert [True, False] == serves
    assert [0] == told.died


async def test_workers_that_do_not_serve_yet_are_shown_as_such(tmp_path: Path) -> None:
    port, parent = free_port(), Parent(2, Told().start(SERVES))
    registry = registry_of(tmp_path, parent)
    with serving_metrics(f"127.0.0.1:{port}", registry, parent.states):
        status, shown = get(port, "/healthz")

    assert 503 == status
    workers = [{"worker": n, "pid": 0, "serves": False, "restarts": 0} for n in range(2)]
    assert {"serves": False, "workers": workers} == json.loads(shown)


def test_a_hub_of_one_process_tells_its_health_as_one_of_several_does() -> None:
    now = [0.0]
    state = OwnState(lambda: now[0])
    port = free_port()

    told = []
    with serving_metrics(f"127.0.0.1:{port}", CollectorRegistry(), state.states):
        told.append(get(port, "/healthz"))
        state.tell(True)
        told.append(get(port, "/healthz"))
        now[0] = SILENT_SECONDS + 0.1
        told.append(get(port, "/healthz"))
        others = [get(port, path)[0] for path in ("/", "/health", "/metrics", "/metrics/")]

    assert [503, 200, 503] == [status for status, _ in told]
    own = {"worker": 0, "pid": os.getpid(), "serves": True, "restarts": 0}
    assert {"serves": True, "workers": [own]} == json.loads(told[1][1])
    assert [404, 404, 200, 404] == others


def get(port: int, path: str) -> tuple[int, bytes]:
    """Return the status and the body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])  # noqa: S104 - and closed at once
def test_a_held_port_takes_workers_and_nobody_else(host: str) -> None:
    with reserved(f"{host}:0") as address:
        port = int(address.rpartition(":")[2])
        with socket.socket() as worker, socket.socket() as stranger:
            worker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            worker.bind(("127.0.0.1", port))
            worker.listen()
            with (
                socket.create_connection(("127.0.0.1", port)),
                pytest.raises(OSError, match="in use"),
            ):
                stranger.bind(("127.0.0.1", port))

    assert f"{host}:{port}" == address


@pytest.mark.parametrize(
    "listen", ["", "localhost", "localhost:", "localhost:x", "localhost:70000", "x.invalid:1"]
)
def test_an_address_that_is_none_is_said(listen: str) -> None:
    with pytest.raises(ListenError, match="cannot be served on"), reserved(listen):
        pass
