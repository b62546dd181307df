"""A hub of several workers: the port, the parent and what it shows, put together."""

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
from wissel.server.workers.metrics_endpoint import watched
from wissel.server.workers.parent import Parent, Start
from wissel.server.workers.port import held

METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""A process that has it keeps its metrics in that folder, for others to read."""
_COMMAND: Final = (sys.executable, "-P", "-m", "wissel.server")


def run(settings: Settings, arguments: Sequence[str], say: Callable[[str], None]) -> int:
    """Run the workers of `settings` until a signal; returns the exit code.

    `arguments` start a worker, but for the number of its descriptor, which is
    added; the settings that `settings` were read from are still in the
    environment. Raises `ListenError`.
    """
    with ExitStack() as stack:
        address = stack.enter_context(held(settings.listen))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="wissel-metrics-")))

        def environ(worker: int) -> Mapping[str, str]:
            own = folder / str(worker)
            own.mkdir(exist_ok=True)
            metrics = {METRICS_FOLDER: str(own)} if settings.metrics_listen else {}
            # A file of settings may have changed since: these must be the same in all.
            agreed = {f"{PREFIX}LISTEN": address, WORKERS_VARIABLE: str(settings.workers)}
            return {**os.environ, **metrics, **agreed}

        def died(worker: int, pid: int) -> None:
            own = str(folder / str(worker))
            mark_process_dead(pid, own)  # type: ignore[no-untyped-call]

        start = Start(
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


async def _run(settings: Settings, folder: Path, start: Start) -> int:
    parent = Parent(settings.workers, start)
    with ExitStack() as stack:
        if settings.metrics_listen:
            stack.enter_context(watched(settings.metrics_listen, folder, parent))
        return await parent.run()
