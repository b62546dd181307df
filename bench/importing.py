"""How long the installed command takes to import all of DUO's files that lie here."""

import asyncio
import os
import subprocess
import time
from pathlib import Path
from typing import Final

from bench.hub import hub, seed
from wissel.clients.processes import command

_MANDATES: Final = 10_000
_DATA: Final = Path(__file__).parents[2] / "shared" / "data"
_DAYS: Final = ("2026-04-01", "2026-08-01")


def files() -> tuple[list[Path], list[Path]]:
    """Return DUO's own files that are whole: of April, and the latest."""
    april, latest = (_DATA / "duo-2026").glob("*.2026-04.csv"), (_DATA / "duo").glob("*.csv")
    return sorted(april), sorted(latest)


def import_seconds(folder: Path, certificates: Path) -> float:
    """Return how long all files take, one after the other, with what each does to routes."""
    asyncio.run(seed(f"sqlite:///{folder / 'registry.db'}", _MANDATES, "https://127.0.0.1:1"))
    with hub(folder, certificates, folder / "hub.log") as service:
        environ = {
            **os.environ,
            "WISSEL_SERVER": service.address,
            "WISSEL_CERTIFICATE": str(certificates / "operator.pem"),
            "WISSEL_KEY": str(certificates / "operator.key"),
            "WISSEL_TRUST_ROOTS": str(certificates / "root.pem"),
        }
        started = time.perf_counter()
        for paths, day in zip(files(), _DAYS, strict=True):
            subprocess.run(
                [
                    *(command("wissel"), "--user", "benchmark", "--reason", "benchmark"),
                    *("schools", "import", *map(str, paths), "--as-of", day),
                ],
                env=environ,
                check=True,
                capture_output=True,
            )
        return time.perf_counter() - started
