"""Your own receiving side, served inside your own tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wissel.clients import background
from wissel.clients.las import Las, LasServer, LasSettings
from wissel.clients.testing.hub import TestingHub, Vendor
from wissel.clients.trial.dossiers import made_up
from wissel.routing.exchange.envelope import Kind
from wissel.routing.values.identifiers import Oin


@contextmanager
def running_las(hub: TestingHub, vendor: Vendor, las: Las) -> Iterator[str]:
    """Serve `las` as the vendor in this process, on a free port, while the block lasts.

    Yields its URL, for `TestingHub.connect`. `accept` runs in other threads than
    the test. Raises `StorageError` or `WisselError` if it cannot serve.
    """
    settings = LasSettings(
        listen="localhost:0",
        hub_oin=Oin(hub.hub_oin),
        storage=hub.folder / f"{vendor.name}-inbox",
    )
    server = background.run(LasServer(las, vendor.identity, settings).start())
    try:
        yield f"https://{server.address}"
    finally:
        background.run(server.stop())


def example_dossier(kind: str = Kind.OVERSTAP) -> Path:
    """Return the path of a dossier (XML) of a pupil that does not exist.

    `kind` is its overdrachtsoort; ValueError for another than those of `Kind`.
    """
    return made_up(Kind(kind))
