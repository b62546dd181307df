"""One hub on a database, one source, one requester, and a lane of wires for each dossier.

    wissel fetch ──Leg──▶ hub (workers) ──Leg──▶ wissel las serve --provide
                            │  │                              │ (asks the hub)
    wissel las serve ◀──────┘  └──Leg──▶ PostgreSQL
    (the requester's)

Each lane has a school that gives a dossier, at the lane's own wire, a school that
fetches it, and a pupil: so each fetch can be held at another step of the same
moment, and a dossier that ends in another lane is seen.
"""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.resources import files
from operator import not_
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
from faults.network import Leg, Network
from faults.parts import Part
from support.eventually import eventually
from support.processes.hub_process import Place, serving
from support.processes.processes import free_port
from wissel.clients import Hub, IncomingMessage
from wissel.clients.providing.preparing import Prepared
from wissel.clients.statements.system_keys import KeyFolder
from wissel.clients.testing import Vendor
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.clients.transport.retry import Patience
from wissel.routing.exchange.fetching.search_keys import NumberKind, pupil_number

_TRIES: Final = 15  # as long as that many attempts a fetch is repeated
_EXAMPLE: Final = Path(str(files("wissel.clients") / "fixtures" / "dossier-overstap.xml"))
_OF_SOURCE: Final = "keys-of-source"
_PUPIL: Final = "999990019"
"""The number in the example."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLane(Lane):
    """A lane of a fetch: `school`, at `routing_key`, fetches the dossier of a pupil of `source`."""

    source: str
    routing_key: str
    number: int
    pupil: str
    dossier: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchStage(HubStage):
    """All parts, running; `asked` is the last process that fetches, of each lane by its number.

    By `to_hub` the source asks whom it gives a dossier.
    """

    source: Part
    to_hub: Leg
    las: Part
    requester: Vendor
    lanes: Sequence[FetchLane]
    asked: dict[int, Part] = field(default_factory=dict)

    @property
    def fetched(self) -> Path:
        """What the requester remembers of what it fetched."""
        return self.folder / "fetched" / self.requester.oin

    @property
    def kept(self) -> Path:
        """What the requester has accepted."""
        return self.folder / "kept"

    def fetch(self, lane: FetchLane, number_file: Path, port: int | None = None) -> Part:
        """Return a process that fetches the dossier of a lane; it is not started."""
        arguments = ["--json", "--source", lane.source, "--requester", lane.school]
        arguments += ["--routing-key", lane.routing_key, "--number-file", str(number_file)]
        arguments += ["--keys", str(self.folder / "keys")]
        part = self._wissel(f"fetch-{lane.number}", arguments, port or lane.near.port)
        self.asked[lane.number] = part
        return part

    def resume_all(self, port: int | None = None) -> None:
        """Go on with what was broken off, and fetch anew what is not here.

        In this process: to start one for each dossier takes longer than all the rest.
        The source follows to the other port meanwhile.
        """
        with ExitStack() as stack:
            if port is not None:
                self.to_hub.lead_to(("127.0.0.1", port))
                stack.callback(self.to_hub.lead_to, ("127.0.0.1", self.hub_port))
            self._go_on(port)

    def _go_on(self, port: int | None) -> None:
        address = f"127.0.0.1:{port or self.hub_port}"
        deadline, patience = dt.timedelta(seconds=DEADLINE), Patience(total=_TRIES * DEADLINE)
        with Hub(
            address,
            self.requester.identity,
            hub_oin=HUB.oin,
            fetched=self.fetched,
            deadline=deadline,
            patience=patience,
        ) as hub:
            for lane in self.lanes:
                asked = self.asked.get(lane.number)
                if asked is not None and asked.ended():
                    self._fetch_anew(hub, lane)
                    del self.asked[lane.number]
        eventually(lambda: self._resumed(port), "everything is signed for", until=not_)

    def _fetch_anew(self, hub: Hub, lane: FetchLane) -> None:
        fetched = hub.fetch(
            pupil_number(lane.pupil),
            accept=self._accept,
            source=lane.source,
            requester=lane.school,
            routing_key=lane.routing_key,
            keys=self.folder / "keys",
        )
        assert fetched.receipt is not None, fetched

    def _accept(self, message: IncomingMessage) -> None:
        """Keep a message where `wissel fetch` does."""
        folder = self.kept / message.routing_key
        folder.mkdir(parents=True, exist_ok=True)
        message.keep(folder / f"{message.context.message_id}.xml")

    def _resumed(self, port: int | None) -> int:
        """Go on with what was accepted and not signed for; return the exit code."""
        resuming = self._wissel("resume", ["--resume", "--json"], port or self.hub_port).start()
        return resuming.ended()

    def _wissel(self, name: str, arguments: list[str], port: int) -> Part:
        environ = {
            **identity_of(self.requester, self.roots),
            "WISSEL_SERVER": f"127.0.0.1:{port}",
            "WISSEL_FETCHED": str(self.folder / "fetched"),
            "WISSEL_DEADLINE": str(DEADLINE),
        }
        arguments = ["wissel", "fetch", *arguments, "--keep", str(self.kept)]
        return Part(arguments, log=self.folder / f"{name}.log", environ=environ)


@contextmanager
def running_fetches(
    folder: Path, network: Network, database: Database, workers: int
) -> Iterator[FetchStage]:
    """Fill a register, and run hub, source and requester's LAS on it, while the block lasts."""
    place = Place.make(folder, migrated=False)
    with ExitStack() as stack:
        hub_port, provides, receives = free_port(), free_port(), free_port()
        legs = [
            (network.leg(("127.0.0.1", hub_port)), network.leg(("127.0.0.1", provides)))
            for _ in range(LANES)
        ]
        with serving(place, WISSEL_DATABASE_URL=database.url) as hub:
            source = hub.world.vendor(NOORD.name, oin=NOORD.oin)
            requester = hub.world.vendor(ZUID.name, oin=ZUID.oin)
            lanes = []
            for number, (pupil, (near, far)) in enumerate(zip(_pupils(), legs, strict=False)):
                letter = chr(ord("A") + number)
                giving, school = f"99S{letter}", f"99R{letter}"
                hub.world.connect(source, giving, url=f"https://localhost:{far.port}")
                key = hub.world.connect(requester, school, url=f"https://localhost:{receives}")
                lanes.append(
                    FetchLane(
                        number=number,
                        school=school,
                        near=near,
                        far=far,
                        source=giving,
                        routing_key=key,
                        pupil=pupil,
                        dossier=_dossier(folder, giving, pupil),
                    )
                )
            hub.register_key(requester, folder / "keys")
            hub.register_key(source, folder / _OF_SOURCE)
            roots = hub.world.roots
        to_hub = network.leg(("127.0.0.1", hub_port))
        environ = hub_settings(place, database, workers, hub_port)
        parts = [
            hub_part(environ, folder / "hub.log"),
            _source(folder, source, roots, provides, to_hub.port),
            _las(folder, requester, roots, receives),
        ]
        for part in parts:
            stack.callback(part.kill)
            part.start()
        _prepare(folder, lanes)
        yield FetchStage(
            folder=folder,
            network=network,
            database=database,
            workers=workers,
            hub=parts[0],
            hub_port=hub_port,
            hub_environ=environ,
            roots=roots,
            source=parts[1],
            to_hub=to_hub,
            las=parts[2],
            requester=requester,
            lanes=lanes,
        )


def _pupils() -> Iterator[str]:
    """Yield numbers of pupils that are no one's."""
    for number in range(int(_PUPIL), 10**9):
        with suppress(ValueError):
            if pupil_number(str(number)).kind is NumberKind.BSN:
                yield str(number)


def _dossier(folder: Path, school: str, pupil: str) -> Path:
    """Write the dossier of a pupil of a school, that no other one equals."""
    path = folder / "dossiers" / f"{school}.xml"
    path.parent.mkdir(exist_ok=True)
    example = _EXAMPLE.read_text(encoding="utf-8").replace(_PUPIL, pupil).replace("99XA", school)
    filler = random.Random(school).randbytes((SIZE - len(example)) // 2).hex()  # noqa: S311
    path.write_text(f"{example}<!-- {filler} -->", encoding="utf-8")
    return path


def _las(folder: Path, vendor: Vendor, roots: Path, port: int) -> Part:
    """Return the requester's LAS, which is asked for receipts; it is not started."""
    arguments = ["wissel", "--json", "las", "serve", "--listen", f"127.0.0.1:{port}"]
    arguments += ["--storage", str(folder / "inbox"), "--keep", str(folder / "received")]
    environ = {**identity_of(vendor, roots), "WISSEL_FETCHED": str(folder / "fetched")}
    return Part(arguments, log=folder / "las.log", environ=environ, ready=SERVING)


def _source(folder: Path, vendor: Vendor, roots: Path, port: int, hub_port: int) -> Part:
    """Return the source, which gives what is prepared; it is not started."""
    arguments = ["wissel", "--json", "las", "serve", "--listen", f"127.0.0.1:{port}", "--provide"]
    arguments += ["--prepared", str(folder / "prepared"), "--keys", str(folder / _OF_SOURCE)]
    arguments += ["--storage", str(folder / "inbox-of-source")]
    environ = {**identity_of(vendor, roots), "WISSEL_SERVER": f"127.0.0.1:{hub_port}"}
    return Part(arguments, log=folder / "source.log", environ=environ, ready=SERVING)


def _prepare(folder: Path, lanes: Sequence[FetchLane]) -> None:
    """Keep the dossier of each lane for its school, as `wissel prepare` does."""
    prepared = Prepared(folder / "prepared", keys=KeyFolder(folder / _OF_SOURCE))
    for lane in lanes:
        prepared.prepare(lane.dossier, receivers=[lane.school], unchecked=True)
