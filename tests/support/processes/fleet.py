"""A hub of two workers, and what its parent shows of them."""

import http.client
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from support.eventually import eventually
from support.processes.hub_process import ENOUGH, HubProcess, Place, serving
from support.processes.processes import free_port
from wissel.clients.hub import AsyncHub
from wissel.clients.identity import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The hub, and the port on which its parent is watched."""

    hub: HubProcess
    port: int

    def get(self, path: str) -> tuple[int, str]:
        """Return status and body of a page of the parent."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def workers(self) -> list[dict[str, Any]]:
        """Return the workers as `/healthz` shows them."""
        return _workers(self.get("/healthz")[1])

    def pids(self) -> list[int]:
        """Return the process ids of the workers."""
        return [worker["pid"] for worker in self.workers()]

    def samples(self, name: str) -> list[float]:
        """Return the values of a metric, in the order in which they are shown."""
        families = text_string_to_metric_families(self.get("/metrics")[1])
        return [
            sample.value for family in families for sample in family.samples if sample.name == name
        ]

    def counted(self, calls: int) -> list[float]:
        """Return the calls of each worker once so many are counted: they come in blocks."""
        return eventually(
            lambda: self.samples("wissel_worker_calls_total"),
            f"{calls} calls are counted",
            until=lambda by_worker: sum(by_worker) >= calls,
        )

    def healthy(self) -> list[dict[str, Any]]:
        """Wait until `/healthz` answers 200, and return the workers that it shows then.

        The parent learns in its own time what became of a worker.
        """
        _, body = eventually(
            lambda: self.get("/healthz"),
            "all workers serve",
            until=lambda page: page[0] == HTTPStatus.OK,
        )
        return _workers(body)

    @asynccontextmanager
    async def connections(self, identity: Identity) -> AsyncIterator[list[AsyncHub]]:
        """Open so many connections that each worker has some of them."""
        async with AsyncExitStack() as stack:
            yield [
                await stack.enter_async_context(
                    AsyncHub(
                        self.hub.address,
                        identity,
                        user="testing",
                        outbox=self.hub.place.folder / f"outbox-{number}",
                    )
                )
                for number in range(ENOUGH)
            ]


def _workers(body: str) -> list[dict[str, Any]]:
    workers: list[dict[str, Any]] = json.loads(body)["workers"]
    return workers


@contextmanager
def running_fleet(place: Place, **settings: str) -> Iterator[Fleet]:
    """Serve with two workers; everything ends with the block."""
    port = free_port()
    watched = {
        "WISSEL_WORKERS": "2",
        "WISSEL_METRICS_LISTEN": f"127.0.0.1:{port}",
        "TMPDIR": str(place.folder),  # killed by the test, it leaves something behind
    }
    with serving(place, **watched, **settings) as hub:
        yield Fleet(hub=hub, port=port)
