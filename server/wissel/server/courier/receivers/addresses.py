"""The IP addresses of an endpoint's URL, and which of them the hub may connect to."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Final
from urllib.parse import urlsplit

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

_HTTPS: Final = 443
MOST_ADDRESSES: Final = 8
"""How many addresses of a host are tried: a name may not make the hub call the whole world."""

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


def allowed_addresses(host: str, found: Iterable[IpAddress], *, private: bool) -> list[IpAddress]:
    """Return the addresses of a host that the hub may connect to, in order: 1 to 8 of them.

    They are checked when dialling and not when an endpoint is registered,
    because whoever owns a name can point it elsewhere later. Raises
    `Refused(ADDRESS_NOT_ALLOWED)` if there is none.
    """
    allowed = [address for address in found if is_allowed(address, private=private)]
    if not allowed:
        raise Refused(Reason.ADDRESS_NOT_ALLOWED, host=host)
    return interleaved(dict.fromkeys(allowed))[:MOST_ADDRESSES]


def interleaved(addresses: Iterable[IpAddress]) -> list[IpAddress]:
    """Return addresses with the families of IP taking turns, the first one's first.

    So a family that does not work here holds up the other by one address only
    (RFC 8305, section 4).
    """
    ordered = list(addresses)
    first = [each for each in ordered if each.version == ordered[0].version]
    other = [each for each in ordered if each.version != ordered[0].version]
    turns = chain.from_iterable(zip_longest(first, other))
    return [each for each in turns if each is not None]


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
