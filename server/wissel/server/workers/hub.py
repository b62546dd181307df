"""Runs a hub of several workers: reserves the port, starts the parent, serves the metrics."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from prometheus_client.multiprocess import mark_process_dead

from wissel.server.settings import PREFIX, WORKERS_VARIABLE, Settings
from wissel.server.workers.metrics_endpoint import serving_metrics
from wissel.server.workers.parent import Parent, WorkerStart
from wissel.server.workers.port import reserved

METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that makes `prometheus_client` keep its metrics in files in that folder."""
_COMMAND: Final = (sys.executable, "-P", "-m", "wissel.server")


def run(settings: Settings, arguments: Sequence[str], say: Callable[[str], None]) -> int:
    """Run the workers of `settings` until a signal; returns the exit code.

    `arguments` are those of the command that starts a worker; the number of its
    file descriptor is added. The environment must still hold what `settings` were
    read from. `say` prints a line for the operator. Raises `ListenError`.
    """
    with ExitStack() as stack:
        address = stack.enter_context(reserved(settings.listen))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="wissel-metrics-")))

        def environ(worker: int) -> Mapping[str, str]:
            own = folder / str(worker)
            own.mkdir(exist_ok=True)
            metrics = {METRICS_FOLDER: str(own)} if settings.metrics_listen else {}
            # The file of settings may have changed since, and these must not differ.
            common = {f"{PREFIX}LISTEN": address, WORKERS_VARIABLE: str(settings.workers)}
            return {**os.environ, **metrics, **common}

        def died(worker: int, pid: int) -> None:
            own = str(folder / str(worker))
            mark_process_dead(pid, own)  # type: ignore[no-untyped-call]

        start = WorkerStart(
            command=(*_COMMAND, *arguments),
            environ=environ,
            ready=lambda: say(f"serving on {address}"),
            died=died,
            say=say,
        )
        code = asyncio.run(_run(settings, folder, start))
    if code == 0:
        say("stopped")
    return code


async def _run(settings: Settings, folder: Path, start: WorkerStart) -> int:
    parent = Parent(settings.workers, start)
    with ExitStack() as stack:
        if settings.metrics_listen:
            stack.enter_context(serving_metrics(settings.metrics_listen, folder, parent))
        return await parent.run()
