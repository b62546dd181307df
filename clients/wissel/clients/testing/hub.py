"""A hub for tests, and methods that fill its register."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from wissel.clients.blocking import Hub
from wissel.clients.identity import Identity
from wissel.clients.processes import Service, run
from wissel.clients.testing.cast import HUB, OPERATOR, PORTAL
from wissel.clients.testing.desk import ServiceDesk
from wissel.clients.testing.issuer import DevelopmentIssuer
from wissel.clients.testing.settings import hub_settings
from wissel.clients.transport.tokens import Token
from wissel.endpoint.v1 import endpoint_service_pb2
from wissel.routing.exchange.envelope import Address
from wissel.routing.values.identifiers import Brin, Oin

_READY: Final = "serving on "


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A vendor that takes part, with one system; `certificate` and `key` are PEM files."""

    name: str
    oin: Oin
    system_id: str
    service: str
    identity: Identity
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """A portal of boards; `certificate` and `key` are PEM files."""

    name: str
    oin: Oin
    identity: Identity
    certificate: Path
    key: Path


class TestingHub:
    """A hub that runs; see `running_hub`."""

    __test__ = False  # no test itself, whatever pytest makes of its name

    def __init__(self, folder: Path, server: str, stack: ExitStack) -> None:
        self.folder = folder
        self.server = server
        self.hub_oin = HUB.oin
        self.roots = folder / "pki" / "root.pem"
        self._stack = stack
        self._hubs: dict[str, Hub] = {}
        operator = self.identity(OPERATOR.name, OPERATOR.oin)
        self.desk = ServiceDesk(self._entered(Hub(server, operator, user="testing")))

    def identity(self, name: str, oin: str) -> Identity:
        """Issue a certificate with this OIN that the hub trusts, valid for `localhost`."""
        pki = self.folder / "pki"
        run(["wissel-server", "pki", "issue", str(pki), name, "--oin", oin])
        return Identity.load(pki / f"{name}.pem", pki / f"{name}.key", self.roots)

    def vendor(self, name: str, *, oin: str, service: str = "OSO_OV") -> Vendor:
        """Register a vendor with one system `las-<name>`, qualified and open for `service`."""
        identity = self.identity(name, oin)
        system_id = f"las-{name}"
        self.desk.admit(oin=oin, name=name, system_id=system_id, service=service)
        return Vendor(
            name=name,
            oin=identity.oin,
            system_id=system_id,
            service=service,
            identity=identity,
            certificate=self.folder / "pki" / f"{name}.pem",
            key=self.folder / "pki" / f"{name}.key",
        )

    def portal(self, name: str = PORTAL.name, *, oin: str = PORTAL.oin) -> Portal:
        """Register a portal, by default the one that a development issuer knows."""
        identity = self.identity(name, oin)
        self.desk.portal(oin=oin, name=name)
        pki = self.folder / "pki"
        return Portal(
            name=name,
            oin=identity.oin,
            identity=identity,
            certificate=pki / f"{name}.pem",
            key=pki / f"{name}.key",
        )

    def acting(self, portal: Portal, token: str | Token) -> Hub:
        """Return a connection of a portal for the person of a token; it is closed with the hub."""
        return self._entered(Hub(self.server, portal.identity, token=token))

    def open(self, vendor: Vendor) -> Hub:
        """Return a connection of the vendor with the hub; it is closed when the hub stops."""
        if vendor.name not in self._hubs:
            outbox = self.folder / "outbox" / vendor.name
            hub = Hub(self.server, vendor.identity, hub_oin=HUB.oin, outbox=outbox)
            self._hubs[vendor.name] = self._entered(hub)
        return self._hubs[vendor.name]

    def connect(self, vendor: Vendor, place: str, *, url: str) -> str:
        """Let the vendor send and receive for `place`, `99XB` or `99XB02`; return its routing key.

        `url` is where its LAS receives. The school is registered if it is not, with
        vestiging 00 and this one.
        """
        address = self.desk.school(place)
        mandate = self.desk.mandate(address.organisation, vendor.service, vendor.system_id)
        routing_key = _routing_key(address)
        request = endpoint_service_pb2.RegisterEndpointRequest(
            mandate_id=mandate, routing_key=routing_key, url=url, vestiging=address.vestiging or ""
        )
        self.open(vendor).register_endpoint(request)
        return routing_key

    def _entered(self, hub: Hub) -> Hub:
        return self._stack.enter_context(hub)


@contextmanager
def running_hub(*, issuer: DevelopmentIssuer | None = None) -> Iterator[TestingHub]:
    """Run a hub on a free port while the block lasts; its files are removed afterwards.

    It trusts the tokens of `issuer`.

    Raises `wissel.clients.processes.ProcessFailed`, which says what to install if
    `wissel-server` is not installed.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="wissel-testing-")))
        pki = folder / "pki"
        run(["wissel-server", "pki", "init", str(pki)])
        run(["wissel-server", "pki", "issue", str(pki), HUB.name, "--oin", HUB.oin])
        environ = hub_settings(folder, OPERATOR.oin, issuer)
        run(["wissel-server", "migrate"], environ=environ)
        arguments = ["wissel-server", "serve"]
        service = Service(arguments, log=folder / "hub.log", ready=_READY, environ=environ)
        server = stack.enter_context(service).address
        yield TestingHub(folder, server, stack)


def _routing_key(address: Address) -> str:
    """Return the OIN of the BRIN, its last five digits replaced by 931 plus the vestiging."""
    brin = Brin.parse(address.organisation, "place")
    number = address.vestiging.number if address.vestiging else 0
    return f"{brin.oin[:-5]}{931 + number:05d}"
