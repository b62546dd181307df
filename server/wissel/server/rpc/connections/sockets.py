"""The accepted sockets of this process, as Linux shows them.

gRPC for Python neither counts nor closes one connection. But its sockets are
files of this process, and a socket that is shut down reads as closed to gRPC,
which then frees all that the connection held.
"""

import os
import socket
import stat
from pathlib import Path
from typing import Final

from wissel.server.rpc.connections.connection import peer_of

_FILES: Final = Path("/proc/self/fd")
_INTERNET: Final = (socket.AF_INET, socket.AF_INET6)
_left_open: Final[list[int]] = []


class Sockets:
    """The sockets that this process has accepted on one port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._known: dict[int, tuple[int, str]] = {}
        self._files: dict[str, int] = {}

    @staticmethod
    def can_be_found() -> bool:
        """Whether this system shows a process its files."""
        return _FILES.is_dir()

    def found(self) -> dict[str, int]:
        """Return the inode of each socket by its peer; `OSError` if no file can be opened.

        Only a file that is new is asked for its peer: that makes a look at 512
        connections cost a millisecond.
        """
        before, self._known, self._files = self._known, {}, {}
        sockets: dict[str, int] = {}
        for name in os.listdir(_FILES):  # noqa: PTH208 - names alone, many times an hour
            file = int(name)
            inode = _inode(file)
            if inode is None:
                continue
            known = before.get(file)
            peer = known[1] if known and known[0] == inode else self._peer(file)
            self._known[file] = (inode, peer)
            if peer:
                sockets[peer] = inode
                self._files[peer] = file
        return sockets

    def shut_down(self, peer: str) -> bool:
        """Shut down the connection with a peer that was found last; return whether it was there.

        This is done to a copy of the file, which stays the same connection
        whatever gRPC does meanwhile.
        """
        file = self._files.get(peer)
        if file is None:
            return False
        try:
            copy = os.dup(file)
        except OSError:
            return False
        if _inode(copy) is None:
            # Another file by now. To close a copy of SQLite's would release its locks.
            _left_open.append(copy)
            return False
        with socket.socket(fileno=copy) as one:
            if self._peer_of(one) != peer:
                return False
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                return False  # the other side was faster
        return True

    def _peer(self, file: int) -> str:
        """Return the peer of a file, empty if it is no accepted socket on the port."""
        try:
            one = socket.socket(fileno=file)
        except OSError:
            return ""
        try:
            return self._peer_of(one)
        finally:
            one.detach()  # the file is gRPC's, and stays open

    def _peer_of(self, one: socket.socket) -> str:
        try:
            if one.family not in _INTERNET or one.getsockname()[1] != self._port:
                return ""
            host, port = one.getpeername()[:2]
        except OSError:
            return ""  # it listens, or is closed
        return peer_of(host, port)


def _inode(file: int) -> int | None:
    try:
        found = os.fstat(file)
    except OSError:
        return None
    return found.st_ino if stat.S_ISSOCK(found.st_mode) else None
