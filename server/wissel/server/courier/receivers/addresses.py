"""The IP addresses of an endpoint's URL, and which of them the hub may connect to."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

_HTTPS: Final = 443

_STAND_INS: Final = tuple(map(ipaddress.IPv6Network, ("2001::/32", "2002::/16", "fec0::/10")))
"""Teredo (RFC 4380), 6to4 (RFC 3056) and the deprecated site-local addresses (RFC 3879)."""

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class HostPort:
    """Host and port of an endpoint's URL."""

    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "HostPort":
        """Return those of `https://host[:port]`, whose form the register has checked."""
        split = urlsplit(url)
        return cls(split.hostname or "", split.port or _HTTPS)


async def addresses_of(host_port: HostPort, *, private: bool) -> list[IpAddress]:
    """Return the addresses of a host that the hub may connect to, at least one.

    They are checked when dialling and not when an endpoint is registered,
    because whoever owns a name can point it elsewhere later. Raises
    `Refused(RECEIVER_UNREACHABLE)` if the host has no address and
    `Refused(ADDRESS_NOT_ALLOWED)` if it has no allowed one.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host_port.host, host_port.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(Reason.RECEIVER_UNREACHABLE, host=host_port.host) from error
    addresses = [ipaddress.ip_address(item[4][0]) for item in found]
    allowed = [address for address in addresses if is_allowed(address, private=private)]
    if not allowed:
        raise Refused(Reason.ADDRESS_NOT_ALLOWED, host=host_port.host)
    return allowed


def is_allowed(address: IpAddress, *, private: bool) -> bool:
    """Whether the hub may connect to an address.

    1. An IPv4-mapped address of IPv6 (RFC 4291) counts as the address of IPv4.
    2. Other addresses of IPv6 that stand for one of IPv4 are never allowed: a
       gateway decides which one that is, and whether it is public. Those of
       translation (RFC 6052, RFC 7915, RFC 8215) lie in what is reserved.
    3. Reserved addresses are never allowed, but for loopback.
    4. Link-local ones neither: cloud providers serve their secrets there. Nor
       multicast and unspecified ones.
    5. Public addresses are allowed; private and loopback ones with `private`.
    """
    if isinstance(address, ipaddress.IPv6Address):
        # 1.
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        # 2.
        elif any(address in network for network in _STAND_INS):
            return False
    # 3.
    if address.is_reserved and not address.is_loopback:
        return False
    # 4.
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    # 5.
    return address.is_global or (private and (address.is_private or address.is_loopback))


def target_of(address: IpAddress, port: int) -> str:
    """Return the gRPC target that names this one address."""
    if isinstance(address, ipaddress.IPv6Address):
        return f"ipv6:[{address}]:{port}"
    return f"ipv4:{address}:{port}"
