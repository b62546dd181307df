"""How long the installed command takes to publish who is connected, with all locations of today."""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from bench.hub import hub, seed
from bench.world import PER_SCHOOL, brins
from wissel.clients.processes import command
from wissel.routing.facts import Fact, Location, School, Sector
from wissel.routing.values.identifiers import BoardNumber, Vestiging
from wissel.routing.values.points import Point

LOCATIONS: Final = 8_622
"""Points of locations that are known, each here of a school of its own."""
_ROUNDS: Final = 3


def overview_seconds(folder: Path, certificates: Path) -> float:
    """Return how long the slowest of several runs takes, from a running hub to the files."""
    url = f"sqlite:///{folder / 'registry.db'}"
    asyncio.run(seed(url, LOCATIONS * PER_SCHOOL, "https://127.0.0.1:1", beside=_located()))
    with hub(folder, certificates, folder / "hub.log") as service:
        environ = {
            **os.environ,
            "WISSEL_SERVER": service.address,
            "WISSEL_CERTIFICATE": str(certificates / "operator.pem"),
            "WISSEL_KEY": str(certificates / "operator.key"),
            "WISSEL_TRUST_ROOTS": str(certificates / "root.pem"),
        }
        return max(_seconds(folder / "site", environ) for _ in range(_ROUNDS))


def _seconds(site: Path, environ: dict[str, str]) -> float:
    started = time.perf_counter()
    asked = [command("wissel"), "overview", "--out", str(site)]
    subprocess.run(asked, env=environ, check=True, capture_output=True)
    return time.perf_counter() - started


def _located() -> Iterator[Fact]:
    """Yield the schools of the register again, each with a town and a point."""
    for index, brin in enumerate(islice(brins(), LOCATIONS)):
        location = Location(
            vestiging=Vestiging(f"{brin}00"),
            name=f"School {brin}",
            source="BENCH",
            city=f"Plaats {index % 2_000}",
            sector=Sector.PO,
            point=Point.parse(50.8 + index % 97 / 40, 3.4 + index % 89 / 25, "point"),
        )
        board = BoardNumber(f"{index // 8:05}")
        yield School(brin=brin, board=board, source="BENCH", locations=(location,))
