"""The gRPC server: every service behind one interceptor, with bounds on all sides."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

import grpc
from grpc_health.v1 import health_pb2
from prometheus_client import CollectorRegistry

from wissel.routing.exchange.fetching.notifications import Notification
from wissel.routing.signing.dsse import Signer
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.notify.ports import (
    KeptNotifications,
    NoNotifications,
    leave_to_later,
)
from wissel.server.courier.ports import Clock, PeerTrust, Renewed, Tables
from wissel.server.courier.reachability.view import NothingKnown, Reachability
from wissel.server.identity.peer import Peers
from wissel.server.logs.lines import Lines
from wissel.server.registry.ports import Register
from wissel.server.rpc.calls.call_log import CallLog
from wissel.server.rpc.calls.coalescing import Coalescer
from wissel.server.rpc.calls.gates import Gates, Serving
from wissel.server.rpc.calls.interceptor import Interceptor, Stages
from wissel.server.rpc.calls.persons import PersonGate, Verifier
from wissel.server.rpc.calls.policy import check_policy
from wissel.server.rpc.calls.sharing.lateness import LateRefusals
from wissel.server.rpc.calls.sharing.quota import Buckets, Quota
from wissel.server.rpc.calls.sharing.receiving import MAX_RECEIVE_BYTES, MessageBounds, Receiving
from wissel.server.rpc.calls.sharing.waiting import WaitingCalls
from wissel.server.rpc.connections.connection import ConnectionBounds
from wissel.server.rpc.connections.connections import Connections
from wissel.server.rpc.connections.watch import ConnectionMetrics, watch
from wissel.server.rpc.requests.backend import (
    Backend,
    Deliveries,
    Fetches,
    FetchObserver,
    NoDeliveries,
    NoTransfers,
    Transfers,
    Unobserved,
)
from wissel.server.rpc.requests.watches import WATCH_BOUNDS, WatchBounds, Watches
from wissel.server.rpc.servicers import Traffic, add_servicers
from wissel.server.rpc.services.health import HealthServicer

_STREAMS: Final = 100
_HANDSHAKE_MS: Final = 10_000
_KEEPALIVE_MS: Final = 60_000
_KEEPALIVE_TIMEOUT_MS: Final = 20_000
LOOKAHEAD_BYTES: Final = 640 * 1024
"""Bytes of a call that a caller may send ahead of what is read.

gRPC keeps them before anybody knows who calls; by default they grow with the
speed of the line. One piece of a dossier fits (512 KiB, as the SDK sends them), so
that the next one comes while one is passed on (ADR 20).
"""
_FRAME: Final = 1024 * 1024
"""Bytes that a caller may send in one frame: a chunk in one saves 6 % of a large transfer."""
_QUEUE: Final = 128
"""Calls that wait in one of gRPC's queues before it sheds some of those that come (ADR 10)."""
_QUEUE_FULL: Final = 144
"""Calls that wait before it sheds all that come: just above `_QUEUE`, to keep the queue short."""
_MESSAGES: Final = MessageBounds()
_CONNECTIONS: Final = ConnectionBounds()
_SERVING: Final = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING: Final = health_pb2.HealthCheckResponse.NOT_SERVING


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one process allows. Quotas are those of this process: quota / workers.

    `connection_grace_seconds` is longer than the longest transfer
    (`courier.bounds.Limits.longest_deadline`). `waiting` is the most calls that
    wait for the database. A client may ping every `ping_seconds`: half of the shortest
    interval that clients are told, since the network delays one ping and not the
    next.
    """

    resolve_per_minute: int
    lookup_per_minute: int
    tokens_per_minute: int = 3_000
    refusals_per_minute: int = 600
    watches: WatchBounds = WATCH_BOUNDS
    max_closed_share: float = 0.02
    connection_age_seconds: float = 600
    connection_grace_seconds: float = 630
    waiting: int = 128
    connections: ConnectionBounds = _CONNECTIONS
    stream_check_seconds: float = 1
    reuse_port: bool = False
    ping_seconds: float = 5
    messages: MessageBounds = _MESSAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerParts:
    """What the server is made from.

    `clock` gives aware instants, `monotonic` seconds. `traffic` is the servicer
    of forwarding, `persons` verifies the tokens of portals, `signer` signs for
    the hub, `trust` verifies what others signed, `reachability` tells which
    receivers answer. `operators` are operators before anyone is registered. The
    interceptors of `around` go around our own, the first outermost.
    """

    register: Register
    follower: Tables
    peers: Peers
    traffic: Traffic
    persons: Verifier
    hub_oin: Oin
    signer: Renewed[Signer]
    trust: PeerTrust
    operators: frozenset[Oin]
    bounds: Bounds
    clock: Clock
    monotonic: Callable[[], float]
    lines: Lines
    metrics: CollectorRegistry
    new_id: Callable[[], UUID] = uuid4
    reachability: Reachability = field(default_factory=NothingKnown)
    deliveries: Deliveries = field(default_factory=NoDeliveries)
    transfers: Transfers = field(default_factory=NoTransfers)
    fetches: Fetches | None = None
    fetch_observer: FetchObserver = field(default_factory=Unobserved)
    notifications: KeptNotifications = field(default_factory=NoNotifications)
    tell_soon: Callable[[Notification], None] = leave_to_later
    around: tuple[grpc.aio.ServerInterceptor, ...] = ()


class RpcServer:
    """A server that is built but does not listen yet; its health begins as NOT_SERVING."""

    def __init__(  # noqa: PLR0913 - its parts
        self,
        server: grpc.aio.Server,
        *,
        health: HealthServicer,
        serving: Serving,
        services: tuple[str, ...],
        call_log: CallLog,
        watches: Watches,
        watch: Callable[[int], "asyncio.Task[None] | None"],
    ) -> None:
        self._server = server
        self._health = health
        self._serving = serving
        self._services = services
        self._call_log = call_log
        self._watches = watches
        self._watch = watch
        self._watching: asyncio.Task[None] | None = None
        self._state: object = None

    async def listen(self, address: str, credentials: grpc.ServerCredentials) -> int:
        """Bind, start, and return the port; `RuntimeError` if the address is taken."""
        port = self._server.add_secure_port(address, credentials)
        await self._server.start()
        self._watching = self._watch(port)
        return port

    async def set_serving(self, *, serving: bool) -> None:
        """Set the health of every service and of the whole server."""
        state = _SERVING if serving else _NOT_SERVING
        if state != self._state:
            self._state = state
            for service in ("", *self._services):
                await self._health.set(service, state)

    async def stop(self, grace: float) -> None:
        """Refuse new calls, end watches, wait up to `grace` seconds for the rest."""
        self._serving.stopping = True
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace)
        await self._watches.over()
        if self._watching is not None:
            self._watching.cancel()
        self.flush_log()

    def flush_log(self) -> None:
        """Write the log lines of all calls so far."""
        self._call_log.flush()

    async def terminated(self) -> None:
        """Return when the server has stopped."""
        await self._server.wait_for_termination()


async def build(parts: ServerParts) -> RpcServer:
    """Return the server of one process, with every service behind the interceptor.

    Raises `PolicyError` if the policy and the served methods differ. The
    follower must have loaded its table before the server listens.
    """
    serving, connections = Serving(), Connections(parts.bounds.connections)
    stages = _stages(parts, _gates(parts, serving, connections))
    server = grpc.aio.server(
        interceptors=[*parts.around, Interceptor(stages)], options=_options(parts.bounds)
    )
    health = HealthServicer()
    backend = Backend(
        register=parts.register,
        follower=parts.follower,
        gates=stages.gates,
        waiting=stages.waiting,
        clock=parts.clock,
        new_id=parts.new_id,
        hub_oin=parts.hub_oin,
        signer=parts.signer,
        trust=parts.trust,
        max_closed_share=parts.bounds.max_closed_share,
        watches=Watches(parts.bounds.watches),
        reachability=parts.reachability,
        deliveries=parts.deliveries,
        transfers=parts.transfers,
        fetches=parts.fetches,
        fetch_observer=parts.fetch_observer,
        notifications=parts.notifications,
        tell_soon=parts.tell_soon,
    )
    added = add_servicers(server, backend, parts.traffic, health)
    check_policy(added.methods)
    counted = partial(watch, connections, ConnectionMetrics(parts.metrics))
    built = RpcServer(
        server,
        health=health,
        serving=serving,
        services=added.services,
        call_log=stages.call_log,
        watches=backend.watches,
        watch=counted,
    )
    await built.set_serving(serving=False)
    return built


def _stages(parts: ServerParts, gates: Gates) -> Stages:
    tokens = Buckets(Quota.TOKEN, parts.bounds.tokens_per_minute, parts.monotonic)
    refusals = Buckets(Quota.REFUSAL, parts.bounds.refusals_per_minute, parts.monotonic)
    return Stages(
        gates=gates,
        persons=PersonGate(parts.persons, tokens, parts.clock),
        call_log=CallLog(parts.metrics, parts.lines, parts.clock),
        coalescer=Coalescer(parts.monotonic),
        waiting=WaitingCalls(parts.bounds.waiting),
        receiving=Receiving(parts.bounds.messages),
        late=LateRefusals(refusals),
        stream_check_seconds=parts.bounds.stream_check_seconds,
    )


def _gates(parts: ServerParts, serving: Serving, connections: Connections) -> Gates:
    sizes: Mapping[Quota, int] = {
        Quota.RESOLVE: parts.bounds.resolve_per_minute,
        Quota.LOOKUP: parts.bounds.lookup_per_minute,
        Quota.WATCH: parts.bounds.watches.per_minute,
    }
    return Gates(
        peers=parts.peers,
        follower=parts.follower,
        operators=parts.operators,
        serving=serving,
        buckets={quota: Buckets(quota, size, parts.monotonic) for quota, size in sizes.items()},
        connections=connections,
    )


def _options(bounds: Bounds) -> list[tuple[str, Any]]:
    """Return the bounds that gRPC keeps; it adds a jitter to the age of a connection."""
    return [
        ("grpc.so_reuseport", int(bounds.reuse_port)),
        ("grpc.max_receive_message_length", MAX_RECEIVE_BYTES),
        ("grpc.max_allowed_incoming_connections", bounds.connections.most),
        ("grpc.max_concurrent_streams", _STREAMS),
        # This protection also counts calls that have ended, and refuses some of a caller
        # that keeps to the bound. The queues bound those that do not (ADR 10).
        ("grpc.http.overload_protection", 0),
        ("grpc.server_handshake_timeout_ms", _HANDSHAKE_MS),
        ("grpc.max_connection_age_ms", int(bounds.connection_age_seconds * 1000)),
        ("grpc.max_connection_age_grace_ms", int(bounds.connection_grace_seconds * 1000)),
        ("grpc.keepalive_time_ms", _KEEPALIVE_MS),
        ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", int(bounds.ping_seconds * 1000)),
        ("grpc.http2.bdp_probe", 0),
        ("grpc.http2.lookahead_bytes", LOOKAHEAD_BYTES),
        ("grpc.http2.max_frame_size", _FRAME),
        ("grpc.server.max_pending_requests", _QUEUE),
        ("grpc.server.max_pending_requests_hard_limit", _QUEUE_FULL),
    ]
