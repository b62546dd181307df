"""Reserves the port that the workers share for as long as the hub runs."""

import errno
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeAlias

from wissel.server.settings import ListenError

_Address: TypeAlias = tuple[int, str]
"""An address family and an address of that family."""
_ABSENT: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


@contextmanager
def reserved(listen: str) -> Iterator[str]:
    """Reserve `host:port` inside the block; yield it with its real port number.

    With SO_REUSEPORT another program could silently share the port and take
    calls. So the address is first bound without it, which raises `ListenError` if
    the address is in use. The sockets bound then do not listen, so they receive
    nothing; they keep the port while workers stop and start (design.md#workers).
    """
    host, _, port = listen.rpartition(":")
    try:
        addresses = _addresses(host)
        alone = _bind(addresses, int(port), shared=False)
        number = alone[0].getsockname()[1]
        _close(alone)
        kept = _bind(addresses, number, shared=True)
    except (OSError, ValueError, OverflowError):
        message = f"{listen} cannot be served on: taken, or not of this machine"
        raise ListenError(message) from None
    try:
        yield f"{host}:{number}"
    finally:
        _close(kept)


def _addresses(host: str) -> list[_Address]:
    found = socket.getaddrinfo(
        host.strip("[]") or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    return [(family, str(address[0])) for family, _, _, _, address in found]


def _bind(addresses: Sequence[_Address], port: int, *, shared: bool) -> list[socket.socket]:
    """Return a socket for each address, all bound to one port; OSError if there is none."""
    bound: list[socket.socket] = []
    missed = OSError(errno.EADDRNOTAVAIL, "no address")
    for family, host in addresses:
        try:
            bound.append(_socket(family, host, port, shared=shared))
        except OSError as error:
            if error.errno not in _ABSENT:
                _close(bound)
                raise
            missed = error  # such as ::1 of `localhost` where there is no IPv6
        else:
            port = bound[-1].getsockname()[1]
    if not bound:
        raise missed
    return bound


def _socket(family: int, host: str, port: int, *, shared: bool) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Closed connections of an earlier run may still hold the address (TIME_WAIT).
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
    except (OSError, OverflowError):
        made.close()
        raise
    return made


def _close(sockets: Sequence[socket.socket]) -> None:
    for one in sockets:
        one.close()
