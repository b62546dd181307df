"""Channels to receivers, each pinned to the one certificate that was checked.

See design.md#dialling. Channels are kept by (host, port, OIN): one host may
serve several parties, and a party is its OIN, not its address.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import grpc
from cryptography.hazmat.primitives.serialization import Encoding

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.trusted_path import Revoked, TrustedPath
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.ports import Clock, OwnTls, PeerTrust, Renewed
from wissel.server.courier.receivers.addresses import HostPort, IpAddress, addresses_of, target_of
from wissel.server.courier.receivers.probe import Prober

PROBE_SECONDS: Final = 600.0
"""How long a receiver's certificate counts before the server is probed again."""

_OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 1024 * 1024),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", 64 * 1024),
)
_CLOSE_GRACE: Final = 600.0  # seconds: as long as the longest transfer that still uses it

Key = tuple[HostPort, Oin]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A channel to a receiver, whose certificate path was checked.

    `tls` is the hub's identity on the channel, which cannot be changed later.
    `probed` is when the server was probed, in seconds of a monotonic clock.
    """

    channel: grpc.aio.Channel
    path: TrustedPath
    tls: OwnTls
    probed: float


class Dialer:
    """Finds or opens lines to receivers; `monotonic` is a clock in seconds.

    With `private`, receivers may be at private and loopback addresses.
    """

    def __init__(
        self,
        prober: Prober,
        tls: Renewed[OwnTls],
        trust: PeerTrust,
        clock: Clock,
        monotonic: Callable[[], float],
        *,
        private: bool = False,
    ) -> None:
        self._prober = prober
        self._tls = tls
        self._trust = trust
        self._clock = clock
        self._monotonic = monotonic
        self._private = private
        self._lines: dict[Key, Line] = {}
        self._locks: dict[Key, asyncio.Lock] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def line(self, url: str, oin: Oin, revoked: Revoked) -> Line:
        """Return a line to `oin` at `url` that is connected.

        1. A known line is used again if it was probed less than ten minutes ago,
           its certificates still count, the hub's own has not been renewed, and
           it is connected.
        2. Otherwise the host is resolved, and its addresses are checked.
        3. A probe reads the certificates of the server.
        4. They lead to a trusted root, may serve TLS, hold exactly `oin` and are
           not revoked.
        5. The channel goes to that address, and trusts only that certificate.

        Raises `Refused` with RECEIVER_UNREACHABLE, RECEIVER_UNTRUSTED or
        ADDRESS_NOT_ALLOWED, for the last address that was tried.
        """
        key = (HostPort.of(url), oin)
        async with self._locks.setdefault(key, asyncio.Lock()):
            return await self._known_or_new(key, revoked)

    async def close(self) -> None:
        """Close all lines, without waiting for transfers."""
        lines, self._lines = list(self._lines.values()), {}
        for task in list(self._closing):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for line in lines:
            await line.channel.close()

    async def _known_or_new(self, key: Key, revoked: Revoked) -> Line:
        # 1.
        known = self._lines.get(key)
        if known is not None:
            if self._holds(known, revoked) and await self._connected(known.channel):
                return known
            del self._lines[key]
            self._retire(known.channel)
        # 2.
        host_port, oin = key
        problem = Refused(Reason.RECEIVER_UNREACHABLE, host=host_port.host)
        for address in await addresses_of(host_port, private=self._private):
            try:
                line = await self._open(host_port, address, oin, revoked)
            except Refused as refused:
                problem = refused
                continue
            self._lines[key] = line
            return line
        raise problem

    async def _open(
        self, host_port: HostPort, address: IpAddress, oin: Oin, revoked: Revoked
    ) -> Line:
        # 3.
        tls = self._tls.current
        chain = await self._prober.chain_at(host_port, address, tls)
        # 4.
        path = self._trusted(chain, oin, revoked)
        # 5.
        channel = self._channel(host_port, address, path, tls)
        if not await self._connected(channel):
            await channel.close()
            raise Refused(Reason.RECEIVER_UNREACHABLE, host=host_port.host)
        return Line(
            channel=channel,
            path=path,
            tls=tls,
            probed=self._monotonic(),
        )

    def _trusted(self, chain: list[bytes], oin: Oin, revoked: Revoked) -> TrustedPath:
        now = self._clock()
        try:
            path = self._trust.path(chain, Purpose.SERVER, now)
            self._trust.check(path, revoked, now)
        except Refused as refused:
            raise Refused(Reason.RECEIVER_UNTRUSTED, problem=refused.reason) from refused
        if path.oin != oin:
            raise Refused(Reason.RECEIVER_UNTRUSTED, problem="its certificate is another party's")
        return path

    def _holds(self, line: Line, revoked: Revoked) -> bool:
        """Whether what was checked of a line still holds."""
        if line.tls is not self._tls.current:
            return False
        if self._monotonic() - line.probed >= PROBE_SECONDS:
            return False
        return self._trust.problem(line.path, revoked, self._clock()) is None

    def _channel(
        self, host_port: HostPort, address: IpAddress, path: TrustedPath, tls: OwnTls
    ) -> grpc.aio.Channel:
        credentials = grpc.ssl_channel_credentials(
            root_certificates=path.leaf.public_bytes(Encoding.PEM),
            private_key=tls.key,
            certificate_chain=tls.chain,
        )
        options = (*_OPTIONS, ("grpc.ssl_target_name_override", host_port.host))
        return grpc.aio.secure_channel(target_of(address, host_port.port), credentials, options)

    async def _connected(self, channel: grpc.aio.Channel) -> bool:
        """Whether the channel is or gets connected; a single failed handshake ends the wait."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._prober.handshake):
                while True:
                    state = channel.get_state(try_to_connect=True)
                    if state is grpc.ChannelConnectivity.READY:
                        return True
                    if state in _BROKEN:
                        return False
                    await channel.wait_for_state_change(state)
        return False

    def _retire(self, channel: grpc.aio.Channel) -> None:
        """Close a channel when the transfers on it have ended."""
        task = asyncio.create_task(channel.close(_CLOSE_GRACE), name="retire a line")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


_BROKEN: Final = (
    grpc.ChannelConnectivity.TRANSIENT_FAILURE,
    grpc.ChannelConnectivity.SHUTDOWN,
)
