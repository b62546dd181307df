"""One connection, and what each party and address may hold of them."""

import ipaddress
from dataclasses import dataclass
from typing import Final, Protocol

from wissel.routing.values.identifiers import Oin
from wissel.server.setting_rules import Network

_IPV4: Final = "ipv4:"
_HOST_BITS: Final = 64  # of IPv6: one customer has at least a /64


class Answered(Protocol):
    """A call as far as its connection knows it; `call.Call` is one.

    `started` is an instant of `time.perf_counter`; `seconds` how long the call
    took, 0 until its answer is given to gRPC.
    """

    started: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionBounds:
    """The most connections and calls of one process.

    most            connections, of all; `mark` of them, and idle ones go
    of_party        connections of one registered OIN
    of_stranger     connections of one OIN that nobody registered
    of_address      connections of one address, whoever calls on them
    unknown         of which nobody has called yet, or none with a good certificate
    calls           calls under way of one registered OIN, with those whose answer
                    it has not taken
    stranger_calls  the same, of one that nobody registered
    asked           calls of a stranger on one connection in `look` seconds
    fresh           seconds in which whoever connects may make a first call
    untaken         seconds for which an answer may wait to be taken
    exempt          addresses that stand for many: proxies in front of the hub
    look            seconds between two looks; a tenth of that while there is much to see
    """

    most: int = 512
    of_party: int = 128
    of_stranger: int = 4
    of_address: int = 256
    unknown: int = 16
    calls: int = 256
    stranger_calls: int = 16
    asked: int = 200
    fresh: float = 2
    untaken: float = 60
    exempt: tuple[Network, ...] = ()
    look: float = 1

    @property
    def mark(self) -> int:
        """How many connections there may be before idle ones make room: seven in eight."""
        return self.most - self.most // 8


class Connection:
    """One connection; `peer` is its other end in gRPC's words, such as `ipv4:192.0.2.1:50000`.

    `oin` is who calls on it, None before the first call that was identified.
    `used` is when it was opened, or when its last call ended: an instant of
    `time.perf_counter`. `calls` are those under way. `let_in` tells that it has
    a place among those of its OIN, `leaving` that another one was given its
    place, and `cut` that it was shut down. `inode` tells its socket from a later
    one with the same peer; 0 until it was looked at. `asked` are the calls of a
    stranger that were counted of late.
    """

    __slots__ = (
        "address",
        "asked",
        "calls",
        "cut",
        "inode",
        "leaving",
        "let_in",
        "oin",
        "peer",
        "stranger",
        "used",
    )

    def __init__(self, peer: str, now: float) -> None:
        self.peer = peer
        self.address = address_of(peer)
        self.oin: Oin | None = None
        self.stranger = True
        self.used = now
        self.calls: set[Answered] = set()
        self.let_in = self.leaving = self.cut = False
        self.inode = self.asked = 0

    @property
    def busy(self) -> bool:
        """Whether a call is under way on it."""
        return bool(self.calls)


def peer_of(host: str, port: int) -> str:
    """Return the other end of a connection in gRPC's words, from what the socket says."""
    host = host.removeprefix("::ffff:") if "." in host else host
    return f"ipv6:%5B{host.replace('%', '%25')}%5D:{port}" if ":" in host else f"ipv4:{host}:{port}"


def address_of(peer: str) -> str:
    """Return the address of a peer in gRPC's words; of IPv6 the network of a customer, a /64."""
    host = peer.rpartition(":")[0]
    if host.startswith(_IPV4):
        return host.removeprefix(_IPV4)
    text = host.removeprefix("ipv6:").removeprefix("%5B").removesuffix("%5D").partition("%25")[0]
    try:
        return str(ipaddress.IPv6Network((text, _HOST_BITS), strict=False))
    except ValueError:
        return host  # no address of the internet: it counts by its name


def is_within(address: str, networks: tuple[Network, ...]) -> bool:
    """Whether what `address_of` returned lies in one of the networks."""
    if not networks:
        return False
    try:
        found = ipaddress.ip_network(address)
    except ValueError:
        return False
    return any(_overlap(found, network) for network in networks)


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)
