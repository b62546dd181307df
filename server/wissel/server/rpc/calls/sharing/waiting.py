"""Calls that wait for the database queue in Python, so their number has a bound (ADR 10)."""

from collections.abc import Iterator
from contextlib import contextmanager

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.rpc.calls.call import Call


class WaitingCalls:
    """Counts the calls of one process that wait for the database, `most` at once.

    The others never wait inside the hub: they wait in gRPC's queue, which has a
    bound of its own.
    """

    def __init__(self, most: int) -> None:
        self._free = most

    @contextmanager
    def counted(self, call: Call) -> Iterator[None]:
        """Count a call for as long as the block lasts; raise `Refused(OVERLOADED)` if too many do.

        A call that is counted already is not counted twice. An operator's is
        never refused: it may be what ends the overload.
        """
        if call.waits:
            yield
            return
        operator = call.caller is not None and call.caller.operator
        if self._free <= 0 and not operator:
            raise Refused(Reason.OVERLOADED)
        self._free -= 1
        call.waits = True
        try:
            yield
        finally:
            call.waits = False
            self._free += 1
