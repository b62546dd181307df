"""The HTTP server of a hub, of one process or of several: `/metrics` and `/healthz`."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from socketserver import ThreadingMixIn
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app

from wissel.server.observing.worker_state import WorkerState
from wissel.server.settings import ListenError

METRICS: Final = "/metrics"
HEALTH: Final = "/healthz"


@contextmanager
def serving_metrics(
    listen: str, registry: CollectorRegistry, states: Callable[[], Sequence[WorkerState]]
) -> Iterator[None]:
    """Serve the metrics and the health on `listen` in a thread while the block lasts.

    `listen` is `host:port`, without a host on 127.0.0.1; for an empty one nothing
    is served. `states` returns the state of each process. Raises `ListenError`.
    """
    if not listen:
        yield
        return
    host, _, port = listen.rpartition(":")
    try:
        server = make_server(
            host or "127.0.0.1", int(port), _site(registry, states), _Server, _Handler
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


def _site(
    registry: CollectorRegistry, states: Callable[[], Sequence[WorkerState]]
) -> WSGIApplication:
    metrics = make_wsgi_app(registry)

    def site(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case path if path == METRICS:
                answer: Iterable[bytes] = metrics(environ, start)
                return answer
            case path if path == HEALTH:
                return _health(states(), start)
            case _:
                start("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
                return [f"not here; see {METRICS} and {HEALTH}\n".encode()]

    return site


def _health(states: Sequence[WorkerState], start: StartResponse) -> list[bytes]:
    """Answer 200 if every process serves, else 503; the body says which one does not."""
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
