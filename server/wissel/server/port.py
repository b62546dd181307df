"""The port of a hub: whether it is free, and kept for the workers that share it."""

import errno
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from wissel.server.setting_rules import host_and_port
from wissel.server.settings import ListenError

_ABSENT: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


@contextmanager
def reserved(listen: str) -> Iterator[str]:
    """Reserve `host:port` inside the block; yield it with its real port number.

    With SO_REUSEPORT another program could silently share the port and take
    calls. So the address is first bound without it, which raises `ListenError` if
    the address is in use. The sockets bound then do not listen, so they receive
    nothing; they keep the port while workers stop and start (design.md#workers).
    """
    host = listen.rpartition(":")[0]
    number = require_free(listen)
    kept = _bind(listen, number, shared=True)
    try:
        yield f"{host}:{number}"
    finally:
        _close(kept)


def require_free(listen: str) -> int:
    """Return the port of `host:port` once every address of the host has it free.

    Port 0 takes a free one. A server that takes what it can get would otherwise
    serve on a part, such as ::1 of `localhost` alone. Raises `ListenError`, which
    names the address and what is wrong with it.
    """
    alone = _bind(listen, None, shared=False)
    try:
        number: int = alone[0].getsockname()[1]
        return number
    finally:
        _close(alone)


def _bind(listen: str, port: int | None, *, shared: bool) -> list[socket.socket]:
    """Return a socket for each address of `listen`, all bound to its port, or to another one."""
    try:
        host, wanted = host_and_port(listen)
        port = wanted if port is None else port
        found = socket.getaddrinfo(
            host.strip("[]") or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except ValueError as error:
        raise _cannot(listen, str(error)) from None
    except OSError as error:  # also of a name that nobody knows
        raise _cannot(listen, f"its host is not found ({error.strerror})") from None
    bound: list[socket.socket] = []
    for family, _, _, _, (address, *_) in found:
        try:
            bound.append(_socket(family, str(address), port, shared=shared))
        except OSError as error:
            if error.errno in _ABSENT:
                continue  # such as ::1 of `localhost` where there is no IPv6
            _close(bound)
            raise _cannot(listen, f"{address} port {port} {_why(error)}") from None
        port = bound[-1].getsockname()[1]
    if not bound:
        raise _cannot(listen, "it is not an address of this machine")
    return bound


def _why(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "is taken by another program"
        case errno.EACCES | errno.EPERM:
            return "is not allowed to this user; take a port above 1023"
        case _:
            return f"fails: {error.strerror}"


def _cannot(listen: str, why: str) -> ListenError:
    return ListenError(f"WISSEL_LISTEN {listen} cannot be served on: {why}")


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
