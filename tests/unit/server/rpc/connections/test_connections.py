"""Who calls on which connection: places, calls under way, and what is forgotten."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import pytest

from support.cast import STRANGER
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.connections.connection import ConnectionBounds
from wissel.server.rpc.connections.connections import Connections

BOUNDS: Final = ConnectionBounds(of_party=2, of_stranger=1, calls=3, stranger_calls=1)


@dataclass(eq=False)
class Call:
    """A call, and the connection that it came on."""

    port: int = 1
    started: float = 0.0
    seconds: float = 0.0
    done: list[Callable[[object], None]] = field(default_factory=list)

    def peer(self) -> str:
        return f"ipv4:192.0.2.1:{self.port}"

    def add_done_callback(self, callback: Callable[[object], None]) -> None:
        self.done.append(callback)

    def end(self) -> None:
        for callback in self.done:
            callback(self)


def enter(connections: Connections, call: Call, oin: Oin = NOORD.oin) -> Call:
    connections.enter(call, call, oin, stranger=oin == STRANGER.oin)
    return call


def refusal(connections: Connections, call: Call, oin: Oin = NOORD.oin) -> Reason:
    with pytest.raises(Refused) as refused:
        enter(connections, call, oin)
    return refused.value.reason


@pytest.mark.parametrize(("oin", "most"), [(NOORD.oin, 3), (STRANGER.oin, 1)])
def test_so_many_calls_of_one_oin_are_under_way_until_one_is_done(oin: Oin, most: int) -> None:
    connections = Connections(BOUNDS)
    calls = [enter(connections, Call(), oin) for _ in range(most)]

    refused = Call()
    reason = refusal(connections, refused, oin)
    enter(connections, Call(), ZUID.oin)
    for call in (refused, calls[0]):
        call.end()

    assert reason is Reason.CALL_LIMIT
    enter(connections, Call(), oin)


def test_a_new_connection_takes_the_place_of_the_one_longest_idle() -> None:
    connections = Connections(BOUNDS)
    woken: list[bool] = []
    connections.wake = lambda: woken.append(True)
    for port in (1, 2):
        enter(connections, Call(port)).end()

    enter(connections, Call(3))

    assert [each.peer for each in connections.all.values() if each.leaving] == [Call(1).peer()]
    assert woken == [True]


def test_if_none_is_idle_the_new_one_is_refused() -> None:
    connections = Connections(BOUNDS)
    first = enter(connections, Call(1))
    enter(connections, Call(2))

    refused = Call(3)
    reason = refusal(connections, refused)
    refused.end()
    first.end()

    assert reason is Reason.CONNECTION_LIMIT
    enter(connections, Call(3))


def test_who_has_lost_its_place_gets_no_other_one() -> None:
    connections = Connections(BOUNDS)
    for port in (1, 2, 3):
        enter(connections, Call(port)).end()

    assert refusal(connections, Call(1)) is Reason.CONNECTION_LIMIT


def test_what_is_gone_gives_its_place_back() -> None:
    connections = Connections(BOUNDS)
    for port in (1, 2):
        enter(connections, Call(port))
    there = {Call(2).peer(): 7}

    new = connections.found(there)

    assert new == 1
    assert connections.all.keys() == there.keys()
    enter(connections, Call(3))


def test_another_connection_with_the_same_peer_is_another_one() -> None:
    connections = Connections(BOUNDS)
    connections.found({Call(1).peer(): 7})
    enter(connections, Call(1)).end()

    connections.found({Call(1).peer(): 8})

    assert [each.oin for each in connections.all.values()] == [None]


def test_one_that_nobody_had_called_on_is_of_who_does() -> None:
    connections = Connections(BOUNDS)
    connections.found({Call(1).peer(): 7})

    enter(connections, Call(1))

    assert [(each.oin, each.inode) for each in connections.all.values()] == [(NOORD.oin, 7)]


@pytest.mark.parametrize("known", [True, False], ids=["stranger", "bad certificate"])
def test_calls_of_a_stranger_are_counted_and_somebody_is_woken(*, known: bool) -> None:
    connections = Connections(replace(BOUNDS, asked=3))
    woken: list[bool] = []
    connections.wake = lambda: woken.append(True)
    connections.found({Call(1).peer(): 7})

    for _ in range(4):
        if known:
            enter(connections, call := Call(), STRANGER.oin)
            call.end()
        else:
            connections.turned_away(Call())

    assert [each.asked for each in connections.all.values()] == [4]
    assert woken == [True]


def test_where_sockets_cannot_be_found_nothing_is_kept() -> None:
    connections = Connections(BOUNDS)
    connections.counted = False
    calls = [enter(connections, Call(port)) for port in range(3)]

    for call in calls:
        call.end()

    assert connections.all == {}
