"""Serves a LAS: TLS with certificates on both sides, until it is told to stop."""

import asyncio
import contextlib
import datetime as dt
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Final, Self

import grpc

from wissel.clients.errors import WisselError
from wissel.clients.forking import Origin, require_grpc
from wissel.clients.identity import Identity, Material
from wissel.clients.las.inbox import Inbox
from wissel.clients.las.message import Las
from wissel.clients.las.reception import Receiver
from wissel.clients.las.reporting import Report, Reporter
from wissel.clients.las.service import LasServicer
from wissel.clients.providing.source import Providing, Source
from wissel.clients.received.fetched import FetchedMessages
from wissel.clients.transport.spans import Tracer
from wissel.las.v1.las_service_pb2_grpc import add_LasServiceServicer_to_server
from wissel.routing.values.identifiers import Oin

MAX_PAYLOAD: Final = 25 * 1024 * 1024
_GRACE: Final = 30.0
_HOURLY: Final = 3600.0
_MINUTE: Final = 60.0
_PING_OPTION: Final = "grpc.http2.min_ping_interval_without_data_ms"
PING_MS: Final = 5_000
"""The least time between two pings of a hub, or of what stands between; see `_OPTIONS`."""
_OPTIONS: Final = (
    ("grpc.so_reuseport", 0),  # with it, another program could silently share the port
    ("grpc.max_concurrent_streams", 100),
    ("grpc.server_handshake_timeout_ms", 10_000),
    ("grpc.http2.bdp_probe", 0),  # without it a stalled transfer holds 4 MiB, not 16
    ("grpc.http2.lookahead_bytes", 1024 * 1024),
    # By default gRPC ends a connection that is pinged more often than every 5 minutes, or every
    # 2 hours without calls. Clients and balancers ping every 10 seconds, give or take the network.
    ("grpc.keepalive_permit_without_calls", 1),
)


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class LasSettings:
    """Where and how a LAS serves.

    `listen` is `host:port`; port 0 takes a free port. `hub_oin` is the only
    caller that may deliver. `storage` is a folder that no other process uses.
    `max_payload_bytes` is the largest payload that is accepted, `now` returns an
    aware instant, `tracer` traces what is received. `report` tells a hub what
    `accept` says became of messages, such as `AsyncHub.report_outcome`. `fetched` is
    the folder in which an `AsyncHub` remembers what was fetched, in whichever process:
    with it the hub is answered about that too, which it asks where no receipt came. `providing`
    is what is given to whoever fetches it; without it nothing is.
    """

    listen: str
    hub_oin: Oin
    storage: Path
    max_payload_bytes: int = MAX_PAYLOAD
    now: Callable[[], dt.datetime] = _utc_now
    tracer: Tracer = field(default_factory=Tracer)
    report: Report | None = None
    fetched: Path | None = None
    providing: Providing | None = None


class LasServer:
    """Serves a LAS while the block lasts: `async with LasServer(las, me, settings):`."""

    def __init__(self, las: Las, identity: Identity, settings: LasSettings) -> None:
        self._las = las
        self._identity = identity
        self._settings = settings
        self._closing = contextlib.AsyncExitStack()
        self._origin: Origin | None = None
        self.port = 0

    @property
    def address(self) -> str:
        """`host:port` on which it serves."""
        return f"{self._settings.listen.rpartition(':')[0]}:{self.port}"

    async def start(self) -> Self:
        """Begin to serve.

        Raises `StorageError` if another process uses the storage or it cannot be
        written, `UsedAfterFork`, and `WisselError` if the address cannot be listened
        on.
        """
        settings = self._settings
        name = f"the LAS at {settings.listen}"
        if self._origin is not None:
            self._origin.require_here()
        require_grpc(name)
        self._origin = Origin(name)
        async with contextlib.AsyncExitStack() as stack:
            inbox = await asyncio.to_thread(Inbox, settings.storage)
            stack.callback(inbox.close)
            reporter = Reporter(settings.report)
            stack.push_async_callback(reporter.close)
            receiver = Receiver(
                las=self._las,
                identity=self._identity,
                hub_oin=settings.hub_oin,
                max_payload_bytes=settings.max_payload_bytes,
                now=settings.now,
                tracer=settings.tracer,
                reporter=reporter,
            )
            source = self._source(stack)
            fetched = await _fetched(settings, stack)
            servicer = LasServicer(receiver, inbox, fetched=fetched, source=source)
            stack.push_async_callback(servicer.settled)
            server = grpc.aio.server(options=[*_OPTIONS, (_PING_OPTION, PING_MS)])
            add_LasServiceServicer_to_server(servicer, server)
            self.port = _bind(server, settings.listen, self._identity)
            await server.start()
            stack.push_async_callback(server.stop, _GRACE)
            stack.callback(asyncio.create_task(servicer.forget_hourly(_HOURLY)).cancel)
            if source is not None:
                stack.callback(asyncio.create_task(source.tend(_MINUTE)).cancel)
            self._closing = stack.pop_all()
        return self

    async def stop(self) -> None:
        """Accept no new calls, finish those under way (30 seconds), and release the storage.

        In a fork of the process that serves, nothing is stopped.
        """
        if self._origin is not None and self._origin.elsewhere:
            return
        await self._closing.aclose()

    def _source(self, stack: contextlib.AsyncExitStack) -> Source | None:
        settings = self._settings
        if settings.providing is None:
            return None
        source = Source(
            settings.providing, self._identity, settings.hub_oin, settings.now, settings.tracer
        )
        stack.callback(source.close)
        return source

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


async def _fetched(
    settings: LasSettings, stack: contextlib.AsyncExitStack
) -> FetchedMessages | None:
    if settings.fetched is None:
        return None
    fetched = await asyncio.to_thread(FetchedMessages, settings.fetched)
    stack.callback(fetched.close)
    return fetched


def serve(  # noqa: PLR0913 - how to serve
    las: Las,
    identity: Identity,
    *,
    listen: str,
    hub_oin: str,
    storage: str | PathLike[str],
    max_payload_bytes: int = MAX_PAYLOAD,
    tracer: Tracer | None = None,
    report: Report | None = None,
    fetched: str | PathLike[str] | None = None,
    started: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve `las` until SIGINT or SIGTERM, then finish what is under way.

    For `listen`, `hub_oin`, `storage`, `max_payload_bytes`, `tracer`, `report` and
    `fetched` see `LasSettings`. `started` is called with `host:port` once the LAS can be
    reached. Raises `StorageError`, `UsedAfterFork` or `WisselError` if it cannot
    serve.
    """
    settings = LasSettings(
        listen=listen,
        hub_oin=Oin.parse(hub_oin, "hub_oin"),
        storage=Path(storage),
        max_payload_bytes=max_payload_bytes,
        tracer=tracer or Tracer(),
        report=report,
        fetched=Path(fetched) if fetched else None,
    )
    asyncio.run(until_stopped(LasServer(las, identity, settings), started))


async def until_stopped(server: LasServer, started: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; for `started` see `serve`."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stopped.set)
    async with server:
        started(server.address)
        await stopped.wait()


def _bind(server: grpc.aio.Server, listen: str, identity: Identity) -> int:
    try:
        return server.add_secure_port(listen, _credentials(identity))
    except RuntimeError as error:
        message = f"cannot listen on {listen}: {error}"
        raise WisselError(message) from None


def _credentials(identity: Identity) -> grpc.ServerCredentials:
    """Return credentials that use a renewed certificate from the next handshake on."""
    serving = identity.current()

    def renewed() -> grpc.ServerCertificateConfiguration | None:
        nonlocal serving
        latest = identity.current()
        if latest is serving:
            return None
        serving = latest
        return _configuration(latest)

    return grpc.dynamic_ssl_server_credentials(
        _configuration(serving),
        renewed,  # type: ignore[arg-type] # None means unchanged; the types do not know
        require_client_authentication=True,
    )


def _configuration(material: Material) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(material.private_key, material.certificate_pem)], material.roots_pem
    )
