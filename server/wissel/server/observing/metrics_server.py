"""Serves the metrics of a hub that is one process; those of workers are served by their parent."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from wissel.server.settings import ListenError


@contextmanager
def serving_metrics(listen: str, registry: CollectorRegistry) -> Iterator[None]:
    """Serve the metrics on `listen` (`host:port`) in a thread while the block lasts.

    Without a host it listens on 127.0.0.1; for an empty `listen` it serves
    nothing. Raises `ListenError`.
    """
    if not listen:
        yield
        return
    host, _, port = listen.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host or "127.0.0.1", registry)
    except (OSError, ValueError) as error:
        message = f"WISSEL_METRICS_LISTEN {listen}: {error}"
        raise ListenError(message) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
