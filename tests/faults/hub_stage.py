"""What stages have in common: a hub on a database, with a lane of wires for each message."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from faults.database import Database
from faults.network import Leg, Network
from faults.parts import Part
from support.processes.hub_process import Place
from support.processes.processes import free_port
from wissel.clients.testing import Vendor
from wissel.clients.testing.cast import HUB

DEADLINE: Final = 6.0
"""Seconds that one attempt may take; a lease is five longer."""
SIZE: Final = 1_200_000
"""Bytes of a dossier: three of the SDK's chunks."""
LANES: Final = 16
SERVING: Final = "serving on "
_SERVE: Final = ("wissel-server", "serve")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The wires of one message at a time, to one school."""

    number: int
    school: str
    near: Leg
    """From who calls the hub to the hub."""
    far: Leg
    """From the hub to whom it calls."""

    @property
    def legs(self) -> tuple[Leg, Leg]:
        """Both wires."""
        return self.near, self.far


@dataclass(frozen=True, slots=True, kw_only=True)
class HubStage(ABC):
    """A hub that runs, and where everything lies."""

    folder: Path
    network: Network
    database: Database
    workers: int
    hub: Part
    hub_port: int
    hub_environ: Mapping[str, str]
    roots: Path
    lanes: Sequence[Lane]

    @abstractmethod
    def resume_all(self, port: int | None = None) -> None:
        """Go on with what was broken off, at the hub or at another port, until nothing waits."""

    @contextmanager
    def second_hub(self) -> Iterator[int]:
        """Run another hub on the same database; yields its port."""
        port = free_port()
        environ = {**self.hub_environ, "WISSEL_LISTEN": f"127.0.0.1:{port}"}
        hub = hub_part(environ, self.folder / "second.log")
        try:
            hub.start()
            yield port
        finally:
            hub.kill()


def hub_part(environ: Mapping[str, str], log: Path) -> Part:
    """Return a hub with these settings; it is not started."""
    return Part(_SERVE, log=log, environ=environ, ready=SERVING)


def hub_settings(place: Place, database: Database, workers: int, port: int) -> dict[str, str]:
    """Return the settings of a hub that is to be hurt."""
    return {
        **place.environ,
        "WISSEL_DATABASE_URL": database.url,
        "WISSEL_LISTEN": f"127.0.0.1:{port}",
        "WISSEL_WORKERS": str(workers),
        "WISSEL_MAX_TRANSFERS_PER_OIN": "64",
        "WISSEL_SWEEP_SECONDS": "1",
        "TMPDIR": str(place.folder),
    }


def identity_of(vendor: Vendor, roots: Path) -> dict[str, str]:
    """Return the environment in which a vendor's commands run."""
    return {
        "PATH": os.environ["PATH"],
        "WISSEL_CERTIFICATE": str(vendor.certificate),
        "WISSEL_KEY": str(vendor.key),
        "WISSEL_TRUST_ROOTS": str(roots),
        "WISSEL_HUB_OIN": HUB.oin,
    }
