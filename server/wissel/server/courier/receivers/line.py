"""Opening a line to a receiver: at one address, pinned to certificates that were checked.

See design.md#dialling.
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import grpc
from cryptography.hazmat.primitives.serialization import Encoding

from wissel.routing.exchange.envelope import MAX_CHUNK_BYTES
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.trusted_path import Revoked, TrustedPath
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.ports import Clock, OwnTls, PeerTrust, Renewed
from wissel.server.courier.receivers.addresses import HostPort, IpAddress, target_of
from wissel.server.courier.receivers.causes import Cause
from wissel.server.courier.receivers.probe import Prober

_LAS: Final = "wissel.las.v1.LasService"
_ANSWER: Final = 64 * 1024
_SIZES: Final = [
    {"name": [{"service": _LAS}], "maxResponseMessageBytes": _ANSWER},
    {
        "name": [{"service": _LAS, "method": "Provide"}],  # the one method that answers chunks
        "maxResponseMessageBytes": MAX_CHUNK_BYTES + _ANSWER,
    },
]
_OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 1024 * 1024),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", MAX_CHUNK_BYTES + _ANSWER),
    ("grpc.service_config", json.dumps({"methodConfig": _SIZES})),
)
_CLOSED: Final = "it closes the connection when it has seen the hub's certificate"
PROBE_SECONDS: Final = 600.0
"""How long a receiver's certificates count before the server is probed again."""
_ROUNDS: Final = 4
"""How often a handshake that failed is made again; round n probes n times before it.

Behind one address there may be several nodes, each with a leaf of its own, and
each connection may be answered by another of them. A number of probes that grows
meets nodes that take turns, however many connections one turn has.
"""

Key = tuple[HostPort, Oin]
"""What a line is known by: one host may serve several parties, and a party is its OIN."""


def key_of(url: str, oin: Oin) -> Key:
    """Return the key of the line to `oin` at an endpoint's URL."""
    return HostPort.of(url), oin


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A channel to a receiver, whose certificate paths were checked.

    It trusts the leaves of `paths` and no others: one, or several if nodes with
    leaves of their own answer at its address. `tls` is the hub's identity on the
    channel, which cannot be changed later. `probed` is when the server was
    probed, in seconds of a monotonic clock.
    """

    key: Key
    channel: grpc.aio.Channel
    paths: tuple[TrustedPath, ...]
    tls: OwnTls
    probed: float


class LineOpener:
    """Opens lines; `monotonic` is a clock in seconds."""

    def __init__(
        self,
        prober: Prober,
        tls: Renewed[OwnTls],
        trust: PeerTrust,
        clock: Clock,
        monotonic: Callable[[], float],
    ) -> None:
        self._prober = prober
        self._tls = tls
        self._trust = trust
        self._clock = clock
        self._monotonic = monotonic

    async def open(self, key: Key, address: IpAddress, revoked: Revoked) -> Line:
        """Return a connected line to a receiver at one of its addresses.

        1. A probe reads the certificates of the server.
        2. They lead to a trusted root, may serve TLS, hold exactly the receiver's
           OIN and are not revoked.
        3. The channel goes to that address, and trusts only the leaves so checked.
        4. If its handshake fails, another node may have answered: more probes
           follow at once, and their leaves are trusted too.

        Raises `Refused` with RECEIVER_UNREACHABLE or RECEIVER_UNTRUSTED.
        """
        tls, probed = self._tls.current, self._monotonic()
        problem = Refused(
            Reason.RECEIVER_UNREACHABLE, host=key[0].host, problem=_CLOSED, cause=Cause.TLS
        )
        paths: dict[str, TrustedPath] = {}
        for number in range(1, _ROUNDS + 1):
            for _ in range(number):
                try:
                    # 1. and 2.
                    path = await self._probed(key, address, tls, revoked)
                except Refused as refused:
                    if refused.reason is not Reason.RECEIVER_UNTRUSTED or not paths:
                        raise
                    problem = refused  # one node of several: the others may still be reached
                else:
                    paths[path.leaf_sha256] = path
            # 3.
            channel = self._channel(key[0], address, paths.values(), tls)
            if await self._connected(channel):
                found = tuple(paths.values())
                return Line(key=key, channel=channel, paths=found, tls=tls, probed=probed)
            # 4.
        raise problem

    def holds(self, line: Line, revoked: Revoked) -> bool:
        """Whether what was checked of a line still holds."""
        if line.tls is not self._tls.current:
            return False
        if self._monotonic() - line.probed >= PROBE_SECONDS:
            return False
        now = self._clock()
        return all(self._trust.problem(path, revoked, now) is None for path in line.paths)

    @staticmethod
    def connected(channel: grpc.aio.Channel) -> bool:
        """Whether a channel is connected at this moment."""
        return channel.get_state() is grpc.ChannelConnectivity.READY

    async def ready(self, channel: grpc.aio.Channel) -> bool:
        """Whether a channel is or gets connected; a single failed handshake ends the wait."""
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

    async def _connected(self, channel: grpc.aio.Channel) -> bool:
        """As `ready`, and the channel is closed unless it is."""
        connected = False
        try:
            connected = await self.ready(channel)
        finally:
            if not connected:
                await channel.close()
        return connected

    async def _probed(
        self, key: Key, address: IpAddress, tls: OwnTls, revoked: Revoked
    ) -> TrustedPath:
        host_port, oin = key
        return self._trusted(await self._prober.chain_at(host_port, address, tls), oin, revoked)

    def _trusted(self, chain: list[bytes], oin: Oin, revoked: Revoked) -> TrustedPath:
        now = self._clock()
        try:
            path = self._trust.path(chain, Purpose.SERVER, now)
            self._trust.check(path, revoked, now)
        except Refused as refused:
            early = refused.reason is Reason.CERTIFICATE_NOT_YET_VALID
            cause = Cause.CLOCK if early else Cause.CHAIN
            raise Refused(
                Reason.RECEIVER_UNTRUSTED, problem=refused.reason, cause=cause
            ) from refused
        if path.oin != oin:
            raise Refused(
                Reason.RECEIVER_UNTRUSTED,
                problem="its certificate is another party's",
                cause=Cause.OIN,
            )
        return path

    def _channel(
        self, host_port: HostPort, address: IpAddress, paths: Iterable[TrustedPath], tls: OwnTls
    ) -> grpc.aio.Channel:
        leaves = b"".join(path.leaf.public_bytes(Encoding.PEM) for path in paths)
        credentials = grpc.ssl_channel_credentials(
            root_certificates=leaves, private_key=tls.key, certificate_chain=tls.chain
        )
        options = (*_OPTIONS, ("grpc.ssl_target_name_override", host_port.host))
        return grpc.aio.secure_channel(target_of(address, host_port.port), credentials, options)


_BROKEN: Final = (
    grpc.ChannelConnectivity.TRANSIENT_FAILURE,
    grpc.ChannelConnectivity.SHUTDOWN,
)
