"""Zuid fetches dossiers of 99XA with the SDK; both systems have keys, Noord's source is scripted.

async with requesting(tmp_path) as world:
    fetched = await world.fetch()
"""

import datetime as dt
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from support.fetching import TO_XC, FetchWorld, fetching
from support.worlds import small_world
from support.worlds.forwarding import evergreen
from wissel.clients import AsyncHub, Identity, IncomingMessage
from wissel.clients.fetching.results import Fetched
from wissel.clients.identity import Material
from wissel.clients.las import Became
from wissel.clients.statements.system_keys import KeyFolder, OwnKey, create_key
from wissel.clients.testing.cast import HUB
from wissel.clients.transport.retry import Patience
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.exchange.fetching.orders import ProvideOrder
from wissel.routing.exchange.fetching.search_keys import (
    KeyOf,
    PupilNumber,
    number_behind,
    pupil_number,
    session_secret,
)
from wissel.routing.values.identifiers import SystemId
from wissel.server.store.database import journal_url

NUMBER: Final = "999990019"
PUPIL: Final = pupil_number(NUMBER)
QUICKLY: Final = Patience(total=2.0, first=0.02, most=0.05)


@dataclass
class Administration:
    """What `accept` was given; `then` is raised or returned, once each."""

    given: list[tuple[IncomingMessage, bytes]] = field(default_factory=list)
    then: list[Became | BaseException] = field(default_factory=list)

    def accept(self, message: IncomingMessage) -> Became | None:
        """Take a message, as the test wants."""
        with message.open() as file:
            self.given.append((message, file.read()))
        outcome = self.then.pop(0) if self.then else None
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    @property
    def payloads(self) -> list[bytes]:
        """The bytes of each message that it was given."""
        return [payload for _, payload in self.given]


@dataclass(kw_only=True)
class Requesting:
    """A requester with the SDK, and all that it deals with."""

    fetch_world: FetchWorld
    folder: Path
    source_key: OwnKey
    own_key: OwnKey
    stack: AsyncExitStack
    administration: Administration = field(default_factory=Administration)
    skipped: dt.timedelta = dt.timedelta()

    @property
    def source(self) -> Any:
        """The scripted source."""
        return self.fetch_world.source

    @property
    def store(self) -> Path:
        """The folder that remembers what was fetched."""
        return self.folder / "fetched"

    @property
    def keys(self) -> Path:
        """The folder of the requester's own keys."""
        return self.folder / "keys"

    def now(self) -> dt.datetime:
        """Return the time by the requester's clock."""
        return dt.datetime.now(dt.UTC) + self.skipped

    async def hub(self, patience: Patience = QUICKLY, **settings: Any) -> AsyncHub:
        """Return a client of the requester, as one process has it."""
        fields: dict[str, Any] = {
            "hub_oin": HUB.oin,
            "fetched": self.store,
            "now": self.now,
            "patience": patience,
        }
        identity = identity_of(self.fetch_world, "zuid")
        address = self.fetch_world.world.hub.address.replace("127.0.0.1", "localhost")
        return await self.stack.enter_async_context(
            AsyncHub(address, identity, **(fields | settings))
        )

    async def fetch(self, hub: AsyncHub | None = None, **options: Any) -> Fetched:
        """Fetch the dossier of the pupil."""
        fields: dict[str, Any] = {
            "source": "99XA",
            "requester": "99XC",
            "routing_key": TO_XC,
            "initiator": "account-of-the-new-school",
            "keys": self.keys,
            "accept": self.administration.accept,
        }
        fetched: Fetched = await (hub or await self.hub()).fetch(PUPIL, **(fields | options))
        return fetched

    def files(self) -> list[str]:
        """Return the names of payloads that are kept until they are accepted."""
        return sorted(path.name for path in (self.store / "incoming").iterdir())

    async def with_points(self, *numbers: int) -> None:
        """Let 99XA have delivery points of these numbers, all at the source."""
        points = [small_world.endpoint(small_world.A_NOORD, number) for number in numbers]
        await self.fetch_world.world.hub.put(
            *evergreen([replace(point, url=self.source.url) for point in points])
        )

    async def ended_as(self, fetched: Fetched) -> str:
        """Return what the hub says that a session was signed off with."""
        found = await self.fetch_world.world.journal.find_transfer(fetched.session_id)
        assert found is not None
        return str(found.result)

    async def results(self) -> list[str]:
        """Return what all sessions of the hub were signed off with."""
        path = journal_url(f"sqlite:///{self.folder / 'registry.db'}").removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as connection:
            rows = list(
                connection.execute("SELECT result FROM transfer_session ORDER BY session_id")
            )
        return [row[0] for row in rows]

    def asked_for(self, order: ProvideOrder) -> PupilNumber | None:
        """Return the pupil that an order is about, as the source finds it."""
        assert isinstance(order.wish.key, bytes)
        secret = session_secret(
            self.source_key.private,
            self.own_key.said.public_key,
            order.session_id,
            key_of(self.source_key),
            key_of(self.own_key),
        )
        return number_behind(secret, order.wish.key, [PUPIL])


def key_of(key: OwnKey) -> KeyOf:
    """Return how a key is named in a session."""
    return KeyOf(system_id=key.said.system_id, key_id=key.said.key_id)


def identity_of(world: FetchWorld, name: str) -> Identity:
    """Return an identity of the hub's PKI as the SDK loads it."""
    issued = world.world.hub.identity(name)
    return Identity.load(issued.certificate, issued.key, issued.roots)


def material_of(world: FetchWorld, name: str) -> Material:
    """Return what the files of an identity hold."""
    return identity_of(world, name).current()


async def registered(world: FetchWorld, name: str, system_id: SystemId, days: int = 30) -> OwnKey:
    """Make a key of a system, which is used from an hour ago, and give it to the hub."""
    begins = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    ends = begins + dt.timedelta(days=days)
    key = create_key(material_of(world, name), HUB.oin, system_id, begins, ends)
    stub: Any = world.world.hub.stub(PartyServiceStub, name)
    await stub.RegisterSystemKey(party.RegisterSystemKeyRequest(key=key.signed))
    return key


@asynccontextmanager
async def requesting(
    folder: Path, *args: Any, source_days: int = 30, **more: Any
) -> AsyncIterator[Requesting]:
    """Start all of it; everything ends with the block.

    The source's key lasts for `source_days`; other arguments are those of `fetching`.
    """
    async with fetching(folder, *args, **more) as world, AsyncExitStack() as stack:
        source_key = await registered(world, "noord", small_world.LAS_NOORD, source_days)
        own = await registered(world, "zuid", small_world.LAS_ZUID)
        KeyFolder(folder / "keys").keep(own)
        yield Requesting(
            fetch_world=world, folder=folder, source_key=source_key, own_key=own, stack=stack
        )
