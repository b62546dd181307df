"""One sender, one hub on a database, one receiver, and a lane of wires for each message.

    wissel send ──Leg──▶ hub (workers) ──Leg──▶ wissel las serve
                           │
                           └──Leg──▶ PostgreSQL

Each lane has a school of its own, whose endpoint is the lane's own wire: so
each message can be held at another step of the same moment.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Final

from faults.database import Database
from faults.hub_stage import (
    DEADLINE,
    LANES,
    SERVING,
    SIZE,
    HubStage,
    Lane,
    hub_part,
    hub_settings,
    identity_of,
)
from faults.network import Network
from faults.parts import Part
from support.processes.hub_process import Place, serving
from support.processes.processes import free_port
from wissel.clients.testing import Vendor
from wissel.clients.testing.cast import NOORD, ZUID

_RESUMES: Final = 15  # each takes some seconds where a message is still under way
_EXAMPLE: Final = Path(str(files("wissel.clients") / "fixtures" / "dossier-overstap.xml"))
_SENDER: Final = "99XA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(HubStage):
    """All parts, running. `imports` is how often each message that was judged had been imported."""

    receiver: Part
    sender: Vendor
    imports: dict[str, int] = field(default_factory=dict)

    @property
    def outbox(self) -> Path:
        """The sender's outbox."""
        return self.folder / "outbox" / self.sender.oin

    @property
    def inbox(self) -> Path:
        """What the receiver remembers."""
        return self.folder / "inbox"

    @property
    def received(self) -> Path:
        """What the receiver has imported."""
        return self.folder / "received"

    def dossier(self, name: str, seed: object) -> Path:
        """Write a dossier that no other one equals."""
        path = self.folder / "dossiers" / f"{name}.xml"
        path.parent.mkdir(exist_ok=True)
        example = _EXAMPLE.read_bytes()
        filler = random.Random(f"{name} {seed}").randbytes((SIZE - len(example)) // 2).hex()  # noqa: S311
        path.write_bytes(example + f"<!-- {filler} -->".encode())
        return path

    def send(self, path: Path, lane: Lane) -> Part:
        """Return a process that sends a dossier by a lane; it is not started."""
        arguments = ["send", str(path), "--from", _SENDER, "--to", lane.school]
        return self._wissel(f"send-{path.stem}", arguments, lane.near.port)

    def resume_all(self, port: int | None = None) -> None:
        """Run `wissel resume`, at the hub or at another port, until nothing waits any more.

        Several at once: each takes what no other one is sending.
        """
        for _ in range(_RESUMES):
            if not any((self.outbox / "pending").glob("*.json")):
                return
            resuming = [self._wissel(f"resume-{n}", ["resume", "--json"], port) for n in range(3)]
            for each in resuming:
                each.start()
            for each in resuming:
                each.ended()
        raise AssertionError("messages stay in the outbox")

    def verify(self, receipt: Path, dossier: Path) -> Part:
        """Return a process that verifies a receipt without a hub; it is not started."""
        arguments = ["receipt", "verify", str(receipt), "--dossier", str(dossier)]
        return self._wissel("verify", arguments)

    def _wissel(self, name: str, arguments: list[str], port: int | None = None) -> Part:
        environ = {
            **identity_of(self.sender, self.roots),
            "WISSEL_SERVER": f"127.0.0.1:{port or self.hub_port}",
            "WISSEL_OUTBOX": str(self.folder / "outbox"),
            "WISSEL_DEADLINE": str(DEADLINE),
        }
        return Part(["wissel", *arguments], log=self.folder / f"{name}.log", environ=environ)


@contextmanager
def running_stage(
    folder: Path, network: Network, database: Database, workers: int, lanes: int = LANES
) -> Iterator[Stage]:
    """Fill a register, and run a hub of `workers` and a receiver on it, while the block lasts."""
    place = Place.make(folder, migrated=False)
    receives = free_port()
    with ExitStack() as stack:
        hub_port = free_port()
        made = [
            Lane(
                number=number,
                school=f"99R{chr(ord('A') + number)}",
                near=network.leg(("127.0.0.1", hub_port)),
                far=network.leg(("127.0.0.1", receives)),
            )
            for number in range(lanes)
        ]
        sender, receiver, roots = _registered(place, database, made)
        environ = hub_settings(place, database, workers, hub_port)
        hub = hub_part(environ, folder / "hub.log")
        las = _las(folder, receiver, roots, receives)
        for part in (hub, las):
            stack.callback(part.kill)
            part.start()
        yield Stage(
            folder=folder,
            network=network,
            database=database,
            workers=workers,
            hub=hub,
            hub_port=hub_port,
            hub_environ=environ,
            receiver=las,
            sender=sender,
            roots=roots,
            lanes=made,
        )


def _registered(
    place: Place, database: Database, lanes: Sequence[Lane]
) -> tuple[Vendor, Vendor, Path]:
    """Fill the register through a hub of one process: it has nobody to wait for."""
    with serving(place, WISSEL_DATABASE_URL=database.url) as hub:
        sender = hub.world.vendor(NOORD.name, oin=NOORD.oin)
        receiver = hub.world.vendor(ZUID.name, oin=ZUID.oin)
        hub.world.connect(sender, _SENDER, url="https://localhost:9")
        for lane in lanes:
            hub.world.connect(receiver, lane.school, url=f"https://localhost:{lane.far.port}")
        return sender, receiver, hub.world.roots


def _las(folder: Path, vendor: Vendor, roots: Path, port: int) -> Part:
    # localhost may be ::1 as well: the hub tries each address, the wires listen on this one.
    arguments = ["wissel", "--json", "las", "serve", "--listen", f"127.0.0.1:{port}"]
    arguments += ["--storage", str(folder / "inbox"), "--keep", str(folder / "received")]
    return Part(
        arguments,
        log=folder / "receiver.log",
        environ=identity_of(vendor, roots),
        ready=SERVING,
    )
