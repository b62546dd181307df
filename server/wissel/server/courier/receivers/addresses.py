"""Where an endpoint's URL really leads, and whether the hub may go there."""

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
"""Teredo and 6to4; and the abandoned site-local."""

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class HostPort:
    """Host and port of an endpoint's URL."""

    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "HostPort":
        """Return host and port of `https://host[:port]`, whose form the register has checked."""
        parts = urlsplit(url)
        return cls(parts.hostname or "", parts.port or _HTTPS)


async def addresses_of(place: HostPort, *, private: bool) -> list[IpAddress]:
    """Return the addresses of a host that the hub may connect to, at least one.

    They are checked here, when dialling, because a name can be made to lead
    anywhere later on. Raises `Refused(RECEIVER_UNREACHABLE)` if the host has
    none and `Refused(ADDRESS_NOT_ALLOWED)` if it has no allowed one.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(Reason.RECEIVER_UNREACHABLE, host=place.host) from error
    addresses = [ipaddress.ip_address(item[4][0]) for item in found]
    allowed = [address for address in addresses if is_allowed(address, private=private)]
    if not allowed:
        raise Refused(Reason.ADDRESS_NOT_ALLOWED, host=place.host)
    return allowed


def is_allowed(address: IpAddress, *, private: bool) -> bool:
    """Whether the hub may connect there.

    Public addresses always, private and loopback ones if that is configured;
    link-local ones never: cloud providers keep their secrets there. Nor may it
    go where addresses of IPv6 stand for one of IPv4: which one that is, and
    whether it is public, is up to a gateway. Some do by translation (RFC 6052,
    RFC 7915, RFC 8215) in what the IETF has reserved, and nobody's host is there.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif any(address in network for network in _STAND_INS):
            return False
    if address.is_reserved and not address.is_loopback:
        return False
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return address.is_global or (private and (address.is_private or address.is_loopback))


def target_of(address: IpAddress, port: int) -> str:
    """Return the gRPC target of exactly this address."""
    if isinstance(address, ipaddress.IPv6Address):
        return f"ipv6:[{address}]:{port}"
    return f"ipv4:{address}:{port}"
