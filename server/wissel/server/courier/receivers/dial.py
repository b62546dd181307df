"""Channels to receivers, each pinned to the one certificate that was checked.

See design.md#dialling. A channel is known by (host, port, OIN): a host
may serve several parties, and a party is its OIN, not its address.
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
"""How long a receiver's certificate is believed before it is looked at again."""

_OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 1024 * 1024),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", 64 * 1024),
)
_CLOSE_GRACE: Final = 600.0  # as long as the longest transfer that may still use it

Key = tuple[HostPort, Oin]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A channel to a receiver whose certificate was found to be its own.

    `tls` is the hub's identity on it: a channel cannot change its own.
    """

    channel: grpc.aio.Channel
    path: TrustedPath
    tls: OwnTls
    probed: float


class Dialer:
    """Finds or opens the line to a receiver. `monotonic` is in seconds."""

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

        1. a known line serves again if it was looked at less than ten minutes
           ago, nothing has been revoked, expired or renewed since, and it is
           connected
        2. else the host is resolved and its addresses are checked
        3. a handshake shows the server's certificate
        4. that one leads to a trusted root, serves TLS, holds exactly `oin`, is
           not revoked
        5. the channel trusts nothing but that very certificate, at that address

        Raises `Refused` with RECEIVER_UNREACHABLE, RECEIVER_UNTRUSTED or
        ADDRESS_NOT_ALLOWED.
        """
        key = (HostPort.of(url), oin)
        known = self._lines.get(key)
        if known is not None and self._ready(known, revoked):
            return known
        async with self._locks.setdefault(key, asyncio.Lock()):
            return await self._known_or_new(key, revoked)

    async def close(self) -> None:
        """Close all lines at once."""
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
        place, oin = key
        problem = Refused(Reason.RECEIVER_UNREACHABLE, host=place.host)
        for address in await addresses_of(place, private=self._private):
            try:
                line = await self._open(place, address, oin, revoked)
            except Refused as refused:
                problem = refused
                continue
            self._lines[key] = line
            return line
        raise problem

    async def _open(self, place: HostPort, address: IpAddress, oin: Oin, revoked: Revoked) -> Line:
        # 3.
        tls = self._tls.current
        chain = await self._prober.chain_at(place, address, tls)
        # 4.
        path = self._trusted(chain, oin, revoked)
        # 5.
        channel = self._channel(place, address, path, tls)
        if not await self._connected(channel):
            await channel.close()
            raise Refused(Reason.RECEIVER_UNREACHABLE, host=place.host)
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

    def _ready(self, line: Line, revoked: Revoked) -> bool:
        """Whether a line serves as it is: the common case, without lock or waiting."""
        ready = line.channel.get_state() is grpc.ChannelConnectivity.READY
        return ready and self._holds(line, revoked)

    def _holds(self, line: Line, revoked: Revoked) -> bool:
        if line.tls is not self._tls.current:
            return False
        if self._monotonic() - line.probed >= PROBE_SECONDS:
            return False
        try:
            self._trust.check(line.path, revoked, self._clock())
        except Refused:
            return False
        return True

    def _channel(
        self, place: HostPort, address: IpAddress, path: TrustedPath, tls: OwnTls
    ) -> grpc.aio.Channel:
        credentials = grpc.ssl_channel_credentials(
            root_certificates=path.leaf.public_bytes(Encoding.PEM),
            private_key=tls.key,
            certificate_chain=tls.chain,
        )
        options = (*_OPTIONS, ("grpc.ssl_target_name_override", place.host))
        return grpc.aio.secure_channel(target_of(address, place.port), credentials, options)

    async def _connected(self, channel: grpc.aio.Channel) -> bool:
        """Whether the channel is or gets connected; one failed handshake is a no."""
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
        """Close a channel once the transfers on it have ended."""
        task = asyncio.create_task(channel.close(_CLOSE_GRACE), name="retire a line")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


_BROKEN: Final = (
    grpc.ChannelConnectivity.TRANSIENT_FAILURE,
    grpc.ChannelConnectivity.SHUTDOWN,
)
