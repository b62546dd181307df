"""The accepted sockets of this process are found by their peers, and only they are shut down."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.eventually import LONGEST_WAIT
from wissel.server.rpc.connections.connection import peer_of
from wissel.server.rpc.connections.sockets import Sockets

pytestmark = pytest.mark.skipif(
    not Sockets.can_be_found(), reason="this system does not show a process its files"
)


class Listening:
    """A server of the test, and both ends of its connections."""

    def __init__(self, host: str, stack: ExitStack) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._server = stack.enter_context(socket.socket(family))
        self._server.bind((host, 0))
        self._server.listen()
        self._stack = stack
        self.address = self._server.getsockname()[:2]

    def connect(self) -> tuple[socket.socket, socket.socket]:
        """Return the client's end and the server's."""
        client = self._stack.enter_context(socket.create_connection(self.address))
        client.settimeout(LONGEST_WAIT)
        accepted, _ = self._server.accept()
        return client, self._stack.enter_context(accepted)


@pytest.fixture(params=["127.0.0.1", "::1"])
def listening(request: pytest.FixtureRequest) -> Iterator[Listening]:
    with ExitStack() as stack:
        yield Listening(request.param, stack)


def peer(client: socket.socket) -> str:
    host, port = client.getsockname()[:2]
    return peer_of(host, port)


def test_accepted_sockets_on_the_port_are_found_and_no_others(listening: Listening) -> None:
    ends = [listening.connect() for _ in range(3)]
    with ExitStack() as stack:
        Listening("127.0.0.1", stack).connect()
        stack.enter_context(socket.socket())
        sockets = Sockets(listening.address[1])

        first, second = sockets.found(), sockets.found()

    assert first.keys() == {peer(client) for client, _ in ends}
    assert first == second


def test_one_is_shut_down_and_the_others_go_on(listening: Listening) -> None:
    (gone, accepted), (stays, of_stays) = listening.connect(), listening.connect()
    sockets = Sockets(listening.address[1])
    sockets.found()

    done = sockets.shut_down(peer(gone))

    assert done
    assert gone.recv(1) == b""
    assert accepted.fileno() > 0  # it is still the file of who accepted it
    of_stays.sendall(b"x")
    assert stays.recv(1) == b"x"


def test_another_socket_that_has_the_same_file_by_now_is_left_alone(listening: Listening) -> None:
    (gone, accepted), (stays, of_stays) = listening.connect(), listening.connect()
    sockets = Sockets(listening.address[1])
    sockets.found()
    os.dup2(of_stays.fileno(), accepted.fileno())

    done = sockets.shut_down(peer(gone))

    assert not done
    of_stays.sendall(b"x")
    assert stays.recv(1) == b"x"


def test_another_file_by_now_is_left_alone(listening: Listening, tmp_path: Path) -> None:
    """Not even a copy of it is closed: that would release the locks that SQLite has on it."""
    gone, accepted = listening.connect()
    sockets = Sockets(listening.address[1])
    sockets.found()
    with (tmp_path / "file").open("wb") as file:
        os.dup2(file.fileno(), accepted.fileno())
        before = len(list(Path("/proc/self/fd").iterdir()))

        done = sockets.shut_down(peer(gone))

        assert not done
        assert len(list(Path("/proc/self/fd").iterdir())) == before + 1


def test_one_that_is_not_there_is_not_shut_down(listening: Listening) -> None:
    assert not Sockets(listening.address[1]).shut_down("ipv4:192.0.2.1:1")
