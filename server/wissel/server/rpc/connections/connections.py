"""The connections of one process, and who calls on them."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.connections.connection import Answered, Connection, ConnectionBounds


class Holder:
    """What one OIN holds: its calls under way, and its connections, but for those that leave."""

    __slots__ = ("calls", "connections")

    def __init__(self) -> None:
        self.connections: set[Connection] = set()
        self.calls = 0


class Connections:
    """Counts connections and calls by who holds them; all of it on the event loop.

    `wake` is called when one connection was given the place of another, so that
    the other is soon shut down. While `counted` is False, as where sockets cannot
    be found, only calls are bounded.
    """

    def __init__(self, bounds: ConnectionBounds) -> None:
        self.bounds = bounds
        self.counted = True
        self.wake: Callable[[], None] = _nobody
        self.all: dict[str, Connection] = {}
        self._holders: dict[Oin, Holder] = {}

    def enter(self, call: Answered, context: Any, oin: Oin, *, stranger: bool) -> None:
        """Count a call whose caller is known, until gRPC is done with it.

        Raises `Refused`: CALL_LIMIT for one too many under way, CONNECTION_LIMIT
        on a connection that has no place among those of its OIN. One that is new
        takes the place of the one that is longest idle, if there is none left.
        """
        holder = self._holders.get(oin)
        if holder is None:
            holder = self._holders[oin] = Holder()
        peer = context.peer()
        connection = self.all.get(peer)
        if connection is None or connection.oin != oin:
            connection = self._identified(connection, peer, oin)
        connection.stranger = stranger
        if stranger:
            self._asked(connection)
        connection.calls.add(call)
        holder.calls += 1
        context.add_done_callback(partial(self._leave, call, connection, holder))
        bounds = self.bounds
        most = bounds.stranger_calls if stranger else bounds.calls
        if holder.calls > most:
            raise Refused(Reason.CALL_LIMIT, limit=str(most))
        if not connection.let_in:
            most = bounds.of_stranger if stranger else bounds.of_party
            self._let_in(connection, holder, most)

    def turned_away(self, context: Any) -> None:
        """Count a call whose caller is not known: its certificate is not good."""
        if (connection := self.all.get(context.peer())) is not None:
            self._asked(connection)

    def found(self, sockets: Mapping[str, int]) -> int:
        """Take the sockets that there are, by peer with their inodes; return how many are new."""
        now, new = time.perf_counter(), 0
        for peer in self.all.keys() - sockets.keys():
            self._forget(self.all[peer])
        for peer, inode in sockets.items():
            known = self.all.get(peer)
            if known is not None and known.inode not in (0, inode):
                self._forget(known)  # another one, of the same peer
                known = None
            if known is None:
                known = self.all[peer] = Connection(peer, now)
            new += known.inode == 0
            known.inode = inode
        return new

    def _asked(self, connection: Connection) -> None:
        connection.asked += 1
        if connection.asked > self.bounds.asked:
            self.wake()

    def _identified(self, known: Connection | None, peer: str, oin: Oin) -> Connection:
        """Return the connection of a first call: one that nobody had called on, or a new one."""
        if known is None or known.oin is not None:  # else another one, of the same peer
            known = Connection(peer, time.perf_counter())
        self.all[peer] = known
        known.oin = oin
        return known

    def _let_in(self, connection: Connection, holder: Holder, most: int) -> None:
        """Give a connection a place among those of its OIN, or raise `Refused`."""
        if len(holder.connections) >= most and self.counted:
            idle = [each for each in holder.connections if not each.busy]
            if connection.leaving or not idle:
                self.wake()
                raise Refused(Reason.CONNECTION_LIMIT, limit=str(most))
            going = min(idle, key=lambda each: each.used)
            going.leaving, going.let_in = True, False
            holder.connections.remove(going)
            self.wake()
        connection.let_in, connection.leaving = True, False
        holder.connections.add(connection)

    def _forget(self, connection: Connection) -> None:
        if self.all.get(connection.peer) is connection:
            del self.all[connection.peer]
        if connection.oin is not None and (holder := self._holders.get(connection.oin)):
            holder.connections.discard(connection)
            self._drop(connection.oin, holder)

    def _leave(
        self, call: Answered, connection: Connection, holder: Holder, _context: object
    ) -> None:
        connection.calls.discard(call)
        connection.used = time.perf_counter()
        holder.calls -= 1
        if not self.counted and not connection.calls:
            self._forget(connection)
        elif not holder.calls and connection.oin is not None:
            self._drop(connection.oin, holder)

    def _drop(self, oin: Oin, holder: Holder) -> None:
        if not holder.calls and not holder.connections and self._holders.get(oin) is holder:
            del self._holders[oin]


def _nobody() -> None:
    """Wake nobody: nobody looks yet."""
