"""A hub, a LAS of Noord that provides what its school 99XA has prepared, and Zuid that asks.

async with providing(tmp_path) as world:
    world.prepare()
    fetched = await world.ask(PUPIL)
"""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from support.dossiers.editing import dossier
from support.fetching import Fetched, Requesting
from support.worlds import small_world
from support.worlds.forwarding import World, evergreen, forwarding
from support.worlds.las_world import Recording
from wissel.clients import (
    AsyncHub,
    Identity,
    LasServer,
    LasSettings,
    Patience,
    Prepared,
    PreparedDossier,
    Providing,
)
from wissel.clients.statements.system_keys import KeyFolder, OwnKey, create_key
from wissel.clients.testing.cast import HUB
from wissel.clients.transport.spans import Tracer
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.exchange.fetching.search_keys import (
    KeyOf,
    NumberKind,
    PupilNumber,
    search_key,
    session_secret,
)
from wissel.routing.values.identifiers import SystemId

PUPIL: Final = PupilNumber(kind=NumberKind.BSN, digits="999990019")
OTHER_PUPIL: Final = PupilNumber(kind=NumberKind.BSN, digits="999990020")


def own_number(seed: int) -> PupilNumber:
    """Return a made-up onderwijsnummer that passes its test, another for each seed."""
    digits = next(
        text
        for text in (f"1{number:08}" for number in range(seed * 100, seed * 100 + 100))
        if sum(
            int(each) * weight
            for each, weight in zip(text, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)
        )
        % 11
        == 5
    )
    return PupilNumber(kind=NumberKind.OWN, digits=digits)


def of_pupil(number: PupilNumber, *edits: str, profile: str = "POVO") -> bytes:
    """Return a made-up dossier of a pupil with a BSN or onderwijsnummer."""
    if number.kind is NumberKind.BSN:
        return dossier(profile, f"leerling/bsn={number.digits}", *edits)
    made = dossier(profile, *edits).decode()
    own = f"<onderwijsnummer>{number.digits}</onderwijsnummer>"
    return made.replace(f"<bsn>{PUPIL.digits}</bsn>", own).encode()


@dataclass(kw_only=True)
class ProvidingWorld:
    """Everything that takes part."""

    world: World
    fetching: Requesting
    prepared: Prepared
    server: LasServer
    hub: AsyncHub
    keys: dict[str, OwnKey]
    folder: Path
    ahead: list[dt.timedelta] = field(default_factory=lambda: [dt.timedelta()])

    def prepare(
        self,
        content: bytes | None = None,
        receivers: Sequence[str] = ("99XC",),
        **options: Any,
    ) -> PreparedDossier:
        """Prepare a dossier, by default a made-up one of `PUPIL` for 99XC."""
        file = self.folder / "dossier.xml"
        file.write_bytes(dossier("POVO") if content is None else content)
        return self.prepared.prepare(file, receivers=receivers, **options)

    @asynccontextmanager
    async def fetching_as(self, name: str) -> AsyncIterator[AsyncHub]:
        """Yield the SDK of a requester, with the key of its system in `own_keys`."""
        KeyFolder(self.own_keys(name)).keep(self.keys[name])
        hub = AsyncHub(
            self.world.hub.address,
            identity(self.world, name),
            hub_oin=HUB.oin,
            fetched=self.folder / f"fetched-{name}",
            patience=Patience(total=1),
        )
        async with hub:
            yield hub

    def own_keys(self, name: str) -> Path:
        """Return the folder of the keys of a requester."""
        return self.folder / f"keys-{name}"

    def key(self, session_id: str, number: PupilNumber) -> dict[str, Any]:
        """Return the fields by which Zuid asks for a pupil in a session."""
        own, theirs = self.keys["zuid"], self.keys["noord"].said
        secret = session_secret(
            own.private,
            theirs.public_key,
            UUID(session_id),
            KeyOf(system_id=theirs.system_id, key_id=theirs.key_id),
            KeyOf(system_id=own.said.system_id, key_id=own.said.key_id),
        )
        return {
            "search_key": search_key(secret, number),
            "source_key_id": str(theirs.key_id),
            "requester_key_id": str(own.said.key_id),
        }

    async def ask(
        self, number: PupilNumber, session_id: str | None = None, **changes: Any
    ) -> Fetched:
        """Fetch the dossier of a pupil as 99XC, in a session of its own by default."""
        session = session_id or await self.fetching.start()
        return await self.fetching.fetch(session, **(self.key(session, number) | changes))

    async def refusal(
        self, number: PupilNumber, session_id: str | None = None, **changes: Any
    ) -> str:
        """Return why 99XC does not get the dossier of a pupil."""
        return await self.fetching.refused(self.ask(number, session_id, **changes))

    def log(self) -> str:
        """Return all that the hub has written."""
        self.world.hub.server.flush_log()
        return self.world.hub.log.getvalue()

    def skip(self, time: dt.timedelta) -> None:
        """Let the clock of the LAS and of what is prepared jump."""
        self.ahead[0] += time


@asynccontextmanager
async def providing(
    folder: Path, *, wrong: dt.timedelta = dt.timedelta(), tracer: Tracer | None = None
) -> AsyncIterator[ProvidingWorld]:
    """Start all of it; `wrong` is how far the clock of the LAS is ahead of that of the hub.

    `tracer` is that of the LAS.
    """
    async with forwarding(folder) as world:
        noord = identity(world, "noord")
        keys = {
            name: await registered(world, name, system)
            for name, system in (("noord", small_world.LAS_NOORD), ("zuid", small_world.LAS_ZUID))
        }
        ahead = [wrong]

        def now() -> dt.datetime:
            return dt.datetime.now(dt.UTC) + ahead[0]

        own = KeyFolder(folder / "keys")
        own.keep(keys["noord"])
        prepared = Prepared(folder / "prepared", keys=own, now=now)
        async with AsyncHub(
            world.hub.address, noord, hub_oin=HUB.oin, patience=Patience(total=1)
        ) as hub:
            settings = LasSettings(
                listen="localhost:0",
                hub_oin=HUB.oin,
                storage=folder / "inbox",
                now=now,
                tracer=tracer or Tracer(),
                providing=Providing(prepared=prepared, hub=hub),
            )
            async with LasServer(Recording(), noord, settings) as server:
                url = f"https://{server.address}"
                point = replace(small_world.endpoint(small_world.A_NOORD, 1), url=url)
                await world.hub.put(*evergreen([point]))
                yield ProvidingWorld(
                    world=world,
                    fetching=Requesting(world=world),
                    prepared=prepared,
                    server=server,
                    hub=hub,
                    keys=keys,
                    folder=folder,
                    ahead=ahead,
                )


def identity(world: World, name: str) -> Identity:
    """Return somebody as the SDK knows it."""
    issued = world.hub.identity(name)
    return Identity.load(issued.certificate, issued.key, issued.roots)


async def registered(world: World, name: str, system_id: SystemId) -> OwnKey:
    """Return a key of a system that the hub knows, in use since an hour."""
    start = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    me = identity(world, name).current()
    key = create_key(me, HUB.oin, system_id, start, start + dt.timedelta(days=30))
    request = party.RegisterSystemKeyRequest(key=key.signed)
    await world.hub.stub(PartyServiceStub, name).RegisterSystemKey(request)
    return key
