"""Runs a hub of several workers: reserves the port, starts the parent, serves the metrics."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from prometheus_client.multiprocess import mark_process_dead

from wissel.server.observing.metrics_server import serving_metrics
from wissel.server.port import reserved
from wissel.server.setting_rules import PREFIX
from wissel.server.settings import WORKERS_VARIABLE, Settings, StartError
from wissel.server.workers.metrics_endpoint import registry_of
from wissel.server.workers.parent import Parent, WorkerStart

_FOLDERS: Final = "metrics"
METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that makes `prometheus_client` keep its metrics in files in that folder."""
_COMMAND: Final = (sys.executable, "-P", "-m", "wissel.server")


def run(settings: Settings, arguments: Sequence[str], say: Callable[[str], None]) -> int:
    """Run the workers of `settings` until a signal; returns the exit code.

    `arguments` are those of the command that starts a worker; the number of its
    file descriptor is added. The environment must still hold what `settings` were
    read from. `say` prints a line for the operator. Raises `ListenError`
    and `StartError`.
    """
    with ExitStack() as stack:
        address = stack.enter_context(reserved(settings.listen))
        folder = stack.enter_context(_metrics_folder(settings.data_dir))

        def environ(worker: int) -> Mapping[str, str]:
            own = folder / str(worker)
            own.mkdir(parents=True, exist_ok=True)
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


@contextmanager
def _metrics_folder(data_dir: Path) -> Iterator[Path]:
    """Make a folder for the metrics of the workers of this parent, while the block lasts.

    It lies with the data of the hub: what lies in the system's folder for temporary
    files is removed after some days, while the hub still needs it. Folders of
    parents that are gone are removed.
    """
    folders = data_dir / _FOLDERS
    for left in folders.glob("*"):
        if left.name.isdecimal() and not _runs(int(left.name)):
            shutil.rmtree(left, ignore_errors=True)
    folder = folders / str(os.getpid())
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"WISSEL_DATA_DIR {data_dir}: {error.strerror}"
        raise StartError(message) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's
        return True
    return True


async def _run(settings: Settings, folder: Path, start: WorkerStart) -> int:
    parent = Parent(settings.workers, start)
    with ExitStack() as stack:
        registry = registry_of(folder, parent)
        stack.enter_context(serving_metrics(settings.metrics_listen, registry, parent.states))
        return await parent.run()
