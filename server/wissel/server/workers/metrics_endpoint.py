"""The HTTP server of the parent: `/metrics`, summed over the workers, and `/healthz`."""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, Metric, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from wissel.server.settings import ListenError
from wissel.server.workers.parent import Parent

HEALTH: Final = "/healthz"
_CALLS: Final = "wissel_calls_total"


class WorkerMetrics(Collector):
    """Collects the metrics of all workers, added up, and a few of each worker.

    Each worker writes to a folder in `folder`, named by its number. The files of
    its earlier processes stay there, so that counters never go back.
    """

    def __init__(self, folder: Path, parent: Parent) -> None:
        self._folder = folder
        self._parent = parent

    def collect(self) -> Iterable[Metric]:
        """Yield every metric."""
        yield from _merged(self._folder.glob("*/*.db"))
        labels = ["worker"]
        serving = GaugeMetricFamily("wissel_worker_serving", "1 if it serves.", labels=labels)
        restarts = CounterMetricFamily(
            "wissel_worker_restarts", "Times that it was started again.", labels=labels
        )
        calls = CounterMetricFamily("wissel_worker_calls", "Finished calls.", labels=labels)
        for state in self._parent.states():
            name = str(state.worker)
            serving.add_metric([name], float(state.serves))
            restarts.add_metric([name], state.restarts)
            calls.add_metric([name], self._calls(name))
        yield from (serving, restarts, calls)

    def _calls(self, worker: str) -> float:
        metrics = _merged((self._folder / worker).glob("counter_*.db"))
        samples = (sample for metric in metrics for sample in metric.samples)
        return sum(sample.value for sample in samples if sample.name == _CALLS)


@contextmanager
def serving_metrics(listen: str, folder: Path, parent: Parent) -> Iterator[None]:
    """Serve /metrics and /healthz on `listen` (`host:port`) in a thread; raises `ListenError`."""
    registry = CollectorRegistry()
    registry.register(WorkerMetrics(folder, parent))
    host, _, port = listen.rpartition(":")
    try:
        server = make_server(
            host or "127.0.0.1", int(port), _site(registry, parent), _Server, _Handler
        )
    except (OSError, ValueError, OverflowError) as error:
        message = f"WISSEL_METRICS_LISTEN {listen}: {error}"
        raise ListenError(message) from None
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _merged(files: Iterable[Path]) -> list[Metric]:
    merged: Iterable[Metric] = MultiProcessCollector.merge(  # type: ignore[no-untyped-call]
        [str(file) for file in files]
    )
    return list(merged)


def _site(registry: CollectorRegistry, parent: Parent) -> WSGIApplication:
    metrics = make_wsgi_app(registry)

    def site(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == HEALTH:
            return _health(parent, start)
        answer: Iterable[bytes] = metrics(environ, start)
        return answer

    return site


def _health(parent: Parent, start: StartResponse) -> list[bytes]:
    """Answer 200 if every worker serves, else 503; the body says which one does not."""
    states = parent.states()
    serves = all(state.serves for state in states)
    start(
        "200 OK" if serves else "503 Service Unavailable",
        [("Content-Type", "application/json"), ("Cache-Control", "no-store")],
    )
    body = {"serves": serves, "workers": [asdict(state) for state in states]}
    return [json.dumps(body).encode()]


class _Server(ThreadingMixIn, WSGIServer):
    """One thread for each request, so that a slow client does not delay others."""

    daemon_threads = True


class _Handler(WSGIRequestHandler):
    """A handler without an access log."""

    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name above
        """Log nothing."""
