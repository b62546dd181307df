"""Where the cookbook is run: a folder that looks like a checkout, and ports of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from support.processes.processes import Running, free_port, run, spawn

HUB: Final = "127.0.0.1:7443"
LAS: Final = "localhost:8443"
"""Addresses as the document writes them."""
_RUN: Final = "make run"
_BASH: Final = "/bin/bash"


class Kitchen:
    """Runs commands of the document as its reader would, with the addresses of this run."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._serving: list[Running] = []
        self._addresses = {HUB: f"127.0.0.1:{free_port()}", LAS: f"localhost:{free_port()}"}
        self._environ = {
            "HOME": str(folder / "home"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "100",
        }

    def serve(self, command: str, settings: str) -> None:
        """Start what keeps running, and wait until it serves."""
        if command == _RUN:
            command = f"wissel-server dev --listen {HUB}"
        started = spawn(
            [_BASH, "-c", f"{self._here(settings)}exec {self._here(command)}"],
            environ=self._environ,
            cwd=self._folder,
        )
        running = self._stack.enter_context(started)
        running.line_with("serving on ")
        self._serving.append(running)

    def run(self, settings: str, command: str) -> str:
        """Run a command after the settings of the document; return all it printed.

        Raises `AssertionError` once a process that should serve has ended.
        """
        script = self._here(f"{settings}{command}")
        _, printed = run([_BASH, "-c", script], environ=self._environ, cwd=self._folder)
        for running in self._serving:
            running.still_runs()
        for written, here in self._addresses.items():
            printed = printed.replace(here, written)
        return printed

    def _here(self, text: str) -> str:
        for written, here in self._addresses.items():
            text = text.replace(written, here)
        return text


@contextmanager
def kitchen(folder: Path, checkout: Path) -> Iterator[Kitchen]:
    """Make `folder` look like the checkout at its first use; stop everything at the end."""
    (folder / "home").mkdir()
    for name in ("clients", "protos"):
        (folder / name).symlink_to(checkout / name)
    (folder / ".venv").symlink_to(sys.prefix)
    with ExitStack() as stack:
        yield Kitchen(folder, stack)
