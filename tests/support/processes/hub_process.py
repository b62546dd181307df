"""`wissel-server serve` as a process, on certificates and a database of its own."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
from sqlalchemy import select

from support.processes.processes import Running, spawn
from wissel.catalog.v1.catalog_service_pb2 import ListServicesRequest
from wissel.catalog.v1.catalog_service_pb2_grpc import CatalogServiceStub
from wissel.clients.blocking import Hub
from wissel.clients.identity import Identity
from wissel.clients.statements.system_keys import KeyFolder, create_key
from wissel.clients.testing import TestingHub, Vendor
from wissel.clients.testing.cast import HUB, OPERATOR
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.values.identifiers import Oin, SystemId
from wissel.server.identity import pki
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.migrate import migrate
from wissel.server.store.register.tables import HEAD

ENOUGH: Final = 16
"""Connections of which, among a few processes, each gets one all but certainly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder with a development PKI, and the settings of a hub on it."""

    folder: Path
    environ: Mapping[str, str]

    @classmethod
    def make(cls, folder: Path, *, migrated: bool = True) -> "Place":
        """Make the certificates and, unless told not to, the database."""
        now, keys = dt.datetime.now(dt.UTC), folder / "pki"
        pki.init(keys, now)
        hub = pki.issue(keys, HUB.name, oin=HUB.oin, now=now)
        if migrated:
            migrate(f"sqlite:///{folder / 'data' / 'registry.db'}")
        environ = {
            "WISSEL_LISTEN": "127.0.0.1:0",
            "WISSEL_DATA_DIR": str(folder / "data"),
            "WISSEL_TLS_CERTIFICATE": str(hub.certificate),
            "WISSEL_TLS_KEY": str(hub.key),
            "WISSEL_SIGNING_CERTIFICATE": str(hub.certificate),
            "WISSEL_SIGNING_KEY": str(hub.key),
            "WISSEL_TRUST_ROOTS": str(keys / "root.pem"),
            "WISSEL_OPERATORS": OPERATOR.oin,
            "WISSEL_PRIVATE_ADDRESSES": "true",
        }
        return cls(folder=folder, environ=environ)

    def head(self) -> int:
        """Return the last revision in the database."""
        registry = f"sqlite:///{self.folder / 'data' / 'registry.db'}"
        database = BlockingDatabase.open(self.environ.get("WISSEL_DATABASE_URL") or registry)
        try:
            with database.reading() as connection:
                return int(connection.execute(select(HEAD.c.revision)).scalar_one())
        finally:
            database.close()

    def renew(self) -> Path:
        """Issue the hub's certificate anew, in the same files; return the certificate's."""
        now = dt.datetime.now(dt.UTC)
        return pki.issue(self.folder / "pki", HUB.name, oin=HUB.oin, now=now).certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class HubProcess:
    """A hub that serves: its process, its place, and a desk that fills its register."""

    process: Running
    place: Place
    address: str
    world: TestingHub

    def settled(self, *others: str) -> None:
        """Wait until every process that serves here, or at `others`, knows all of the register.

        One connection belongs to one process: enough of them reach all.
        """
        head = self.place.head()
        for address in (*[self.address] * ENOUGH, *others):
            with Hub(address, self.operator()) as hub:
                hub.call(_services, ListServicesRequest(at_least_revision=head))

    def register_key(self, vendor: Vendor, folder: Path) -> None:
        """Make a key for a vendor's system, keep it in `folder`, and give it to the hub."""
        now = dt.datetime.now(dt.UTC)
        material, system_id = vendor.identity.current(), SystemId(vendor.system_id)
        key = create_key(material, Oin(HUB.oin), system_id, now, now + dt.timedelta(days=30))
        KeyFolder(folder).keep(key)
        request = party.RegisterSystemKeyRequest(key=key.signed)
        self.world.open(vendor).call(lambda c: PartyServiceStub(c).RegisterSystemKey, request)

    def operator(self) -> Identity:
        """Return the identity of the service desk, for more connections like its own."""
        keys = self.place.folder / "pki"
        return Identity.load(keys / "operator.pem", keys / "operator.key", self.world.roots)


def _services(channel: grpc.aio.Channel) -> Any:
    return CatalogServiceStub(channel).ListServices


@contextmanager
def serving(place: Place, **settings: str) -> Iterator[HubProcess]:
    """Serve with the settings of the place and those given; it ends with the block."""
    with ExitStack() as stack:
        process = stack.enter_context(
            spawn(
                ["wissel-server", "serve"],
                environ={**place.environ, **settings},
                cwd=place.folder,
            )
        )
        address = process.line_with("serving on ").rpartition(" ")[2]
        calls = stack.enter_context(ExitStack())
        world = TestingHub(place.folder, address, calls)
        yield HubProcess(process=process, place=place, address=address, world=world)
