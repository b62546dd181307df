"""A hub in this process, over real mutual TLS, on a fresh SQLite register.

    async with running_hub(tmp_path, facts=small_world.small()) as hub:
        parties = hub.stub(PartyServiceStub, "noord")
        answer = await parties.WhoAmI(WhoAmIRequest())

Names of identities: `noord`, `zuid` (vendors), `duo` (chain partner), `desk`
(operator by the settings) with the OINs of `support.worlds.small_world`, `portal`
(registered where the facts say so), and `stranger`, whom nobody registered.
`hub.issue` makes others, also bad ones.
"""

import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import grpc
import orjson
from google.rpc import error_details_pb2, status_pb2
from prometheus_client import CollectorRegistry

from support.builders.pki import Identity, Pki
from support.cast import STRANGER
from support.eventually import eventually_async
from support.fakes.broker import Broker, verifier_of
from support.worlds.stores import open_register, utc_now
from wissel.clients.testing.cast import DUO, HUB, NOORD, OPERATOR, PORTAL, ZUID
from wissel.routing.facts import Fact
from wissel.routing.table import Table
from wissel.server.courier.ports import Clock
from wissel.server.courier.reachability.view import ReachabilityView
from wissel.server.identity.files import HubFiles
from wissel.server.identity.own_certificates import reloaded_signer, reloaded_tls
from wissel.server.identity.peer import Peers
from wissel.server.identity.trust import HubTrust
from wissel.server.logs.lines import JsonLines
from wissel.server.observing.receivers import ReceiverMetrics
from wissel.server.registry.ports import Actor
from wissel.server.rpc.credentials import ServerCertificate
from wissel.server.rpc.server import Bounds, RpcServer, ServerParts, build
from wissel.server.rpc.servicers import Traffic
from wissel.server.store.observations import SqlObservations
from wissel.server.store.register.follower import Follower
from wissel.server.store.register.register import SqlRegister

M = TypeVar("M")

OINS: Final[Mapping[str, str]] = {
    "desk": OPERATOR.oin,
    **{player.name: player.oin for player in (NOORD, ZUID, DUO, PORTAL, STRANGER)},
}
BOUNDS: Final = Bounds(
    resolve_per_minute=1_000_000, lookup_per_minute=1_000_000, stream_check_seconds=0.05
)
OPERATOR_METADATA: Final = (("wissel-user", "jansen@desk"),)
"""What an operator sends along with every mutation."""
_LOST_AT_MOST: Final = 20
_PARTS: Final = {"deliveries": "_journal", "transfers": "_journal", "fetches": "_courier"}
TrafficMaker = Callable[[SqlRegister, Follower[Table]], Traffic]


@dataclass(kw_only=True)
class Hub:
    """A running hub with the identities that call it."""

    port: int
    pki: Pki
    files: HubFiles
    server: RpcServer
    register: SqlRegister
    follower: Follower[Table]
    metrics: CollectorRegistry
    log: io.StringIO
    ahead: list[float]
    reachability: ReachabilityView
    identities: dict[str, Identity] = field(default_factory=dict)
    channels: list[grpc.aio.Channel] = field(default_factory=list)
    _by_name: dict[str, grpc.aio.Channel] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def issue(self, name: str, **faults: Any) -> Identity:
        """Issue an identity under a new name; see `Pki.issue`."""
        self.identities[name] = self.pki.issue(name, **faults)
        return self.identities[name]

    def identity(self, name: str) -> Identity:
        """Return an identity by name, issued on first use."""
        return self.identities.get(name) or self.issue(name, oin=OINS[name])

    def channel(self, name: str) -> grpc.aio.Channel:
        """Return the channel of an identity, the same one each time."""
        if name not in self._by_name:
            self._by_name[name] = self.open(self.identity(name))
        return self._by_name[name]

    def open(
        self, identity: Identity | None, options: tuple[tuple[str, Any], ...] = ()
    ) -> grpc.aio.Channel:
        """Open another channel, with the certificate of `identity` or without one."""
        credentials = grpc.ssl_channel_credentials(
            root_certificates=self.pki.roots.read_bytes(),
            private_key=identity.key.read_bytes() if identity else None,
            certificate_chain=identity.certificate.read_bytes() if identity else None,
        )
        every = (("grpc.use_local_subchannel_pool", 1), *options)
        channel = grpc.aio.secure_channel(self.address, credentials, every)
        self.channels.append(channel)
        return channel

    def stub(self, kind: Any, name: str) -> Any:
        """Return a stub that calls as an identity."""
        return kind(self.channel(name))

    async def finished(self, outcome: str) -> None:
        """Wait until the log has a line of a call with this outcome."""
        await eventually_async(
            self.lines,
            f"a call has ended as {outcome}",
            until=lambda lines: any(line["outcome"] == outcome for line in lines),
        )

    def lines(self) -> list[dict[str, Any]]:
        """Return the log lines of calls so far; that of a refusal comes after its answer."""
        self.server.flush_log()
        return [orjson.loads(line) for line in self.log.getvalue().splitlines()]

    async def refusals(self, count: int) -> list[str]:
        """Return the reasons of the calls that were refused, once the log has `count` of them."""
        return await eventually_async(
            lambda: [line["reason"] for line in self.lines() if "reason" in line],
            f"{count} calls were refused",
            until=lambda reasons: len(reasons) >= count,
        )

    def age(self, *, seconds: float) -> None:
        """Let the follower's clock move on."""
        self.ahead[0] += seconds

    async def put(self, *facts: Fact) -> int:
        """Record facts behind the API's back and wait until they are followed."""
        async with self.register.transaction(
            Actor(caller=OPERATOR.oin, method="test")
        ) as transaction:
            await transaction.put(*facts)
        revision = await self.register.head_revision()
        await self.follower.reached(revision, timeout=60)
        return revision


@asynccontextmanager
async def running_hub(
    folder: Path,
    *,
    facts: Iterable[Fact] = (),
    bounds: Bounds = BOUNDS,
    traffic: TrafficMaker | None = None,
    parts: Callable[[], Mapping[str, Any]] = dict,
    clock: Clock | None = None,
    crls: bool = False,
    brokers: Sequence[Broker] = (),
) -> AsyncIterator[Hub]:
    """Start a hub whose register holds `facts`, with more `parts`; it ends with the block.

    With `crls` it asks the lists `leaves` and `authorities`. It trusts `brokers`.
    """
    pki = Pki.create(folder / "pki")
    log, metrics, ahead = io.StringIO(), CollectorRegistry(), [0.0]
    now = clock or utc_now
    lists = [pki.crl("leaves"), pki.crl("authorities", authority=pki.root)] if crls else []
    files = files_of(pki.issue("hub", oin=HUB.oin), lists, now)
    async with open_register(folder, now) as register:
        follower = Follower(register, Table.load, clock=lambda: time.monotonic() + ahead[0])
        await _seed(register, facts)
        await follower.start()
        counted = ReceiverMetrics(metrics).counted
        reachability = ReachabilityView(SqlObservations(register.database), counted)
        own = vars(forwarding := traffic(register, follower) if traffic else _no_traffic())
        more: Any = {part: own[name] for part, name in _PARTS.items() if name in own} | {**parts()}
        server = await build(
            ServerParts(
                register=register,
                follower=follower,
                peers=Peers(files.trust, now),
                traffic=forwarding,
                persons=verifier_of(brokers, now),
                hub_oin=HUB.oin,
                signer=files.signer,
                trust=files.trust,
                operators=frozenset({OPERATOR.oin}),
                bounds=bounds,
                clock=now,
                monotonic=time.monotonic,
                lines=JsonLines(log),
                metrics=metrics,
                reachability=reachability,
                **more,
            )
        )
        await server.set_serving(serving=True)
        hub = Hub(
            port=await server.listen("127.0.0.1:0", ServerCertificate(files.tls).credentials()),
            pki=pki,
            files=files,
            server=server,
            register=register,
            follower=follower,
            metrics=metrics,
            log=log,
            ahead=ahead,
            reachability=reachability,
        )
        try:
            yield hub
        finally:
            for channel in hub.channels:
                await channel.close()
            await server.stop(0)
            await follower.stop()


def status_of(error: grpc.aio.AioRpcError) -> status_pb2.Status:
    """Return the rich status of a refused call."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            return status_pb2.Status.FromString(cast(bytes, value))
    message = f"no details in {error}"
    raise AssertionError(message)


def detail(error: grpc.aio.AioRpcError, kind: type[M]) -> M:
    """Return the detail of this type in the status of a refused call."""
    found: Any = kind()
    for packed in status_of(error).details:
        if packed.Unpack(found):
            return cast(M, found)
    message = f"no {kind.__name__} in {error}"
    raise AssertionError(message)


def is_lost(error: grpc.aio.AioRpcError) -> bool:
    """Whether gRPC's client has lost a status, because that came while it wrote.

    Its debug text names the write that failed. Senders in other languages read
    the status; the SDK asks again.
    """
    return "SendMessageOperation" in (error.debug_error_string() or "")


async def told(call: Callable[[], Awaitable[object]]) -> grpc.aio.AioRpcError | None:
    """Make a call, again if the client loses the answer; return why it is refused, if it is."""
    for _ in range(_LOST_AT_MOST):
        try:
            await call()
        except grpc.aio.AioRpcError as error:
            if not is_lost(error):
                return error
        else:
            return None
    message = f"lost {_LOST_AT_MOST} times"
    raise AssertionError(message)


async def refusal(call: Callable[[], Awaitable[object]]) -> grpc.aio.AioRpcError:
    """Return why a call is refused, as `told` does; fail if it is not."""
    error = await told(call)
    assert error is not None, "answered"
    return error


def reason_of(error: grpc.aio.AioRpcError) -> str:
    """Return the reason of a refused call."""
    return detail(error, error_details_pb2.ErrorInfo).reason


def files_of(own: Identity, lists: Sequence[Path], now: Clock) -> HubFiles:
    """Return the files of a hub that serves and signs as `own`."""
    trust = HubTrust.read(own.roots, lists)
    return HubFiles(
        trust=trust,
        tls=reloaded_tls(own.certificate, own.key, own.roots),
        signer=reloaded_signer(own.certificate, own.key, trust, now),
    )


async def _seed(register: SqlRegister, facts: Iterable[Fact]) -> None:
    async with register.transaction(Actor(caller=OPERATOR.oin, method="seed")) as transaction:
        await transaction.put(*facts)


def _no_traffic() -> Traffic:
    """Return a servicer that forwards nothing: every method is unimplemented."""
    return cast(Callable[[], Traffic], Traffic)()  # abstract only in the stubs
