"""Which connections are shut down: those of whoever has too many, idle ones first."""

import ipaddress
from collections import Counter
from dataclasses import dataclass
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.connections.choosing import Why, chosen
from wissel.server.rpc.connections.connection import Connection, ConnectionBounds

NOW: Final = 1_000.0
PARTY: Final = Oin("00000003990000010000")
STRANGER: Final = Oin("00000003999900880000")
BOUNDS: Final = ConnectionBounds(most=16, of_party=4, of_stranger=2, of_address=10, unknown=3)
OINS: Final = [Oin(f"0000000399000{number:03}0000") for number in range(5)]
ADDRESSES: Final = [f"192.0.2.{number}" for number in range(4)]


@dataclass(eq=False)
class Call:
    started: float = NOW
    seconds: float = 0.0


def connection(
    oin: Oin | None = None,
    *,
    address: str = "192.0.2.1",
    stranger: bool = False,
    used: float = NOW,
    busy: bool = False,
) -> Connection:
    made = Connection(f"ipv4:{address}:1", used)
    made.oin, made.stranger = oin, stranger or oin is None
    if busy:
        made.calls.add(Call())
    return made


def cuts(*connections: Connection, bounds: ConnectionBounds = BOUNDS) -> list[Connection]:
    return [cut.connection for cut in chosen(connections, bounds, NOW)]


def test_as_many_as_there_may_be_all_stay() -> None:
    party = [connection(PARTY) for _ in range(BOUNDS.of_party)]
    strangers = [connection(STRANGER, stranger=True) for _ in range(BOUNDS.of_stranger)]

    assert cuts(*party, *strangers) == []


def test_of_a_party_with_too_many_the_one_that_is_idle_for_longest_goes() -> None:
    busy = [connection(PARTY, busy=True, used=NOW - 900) for _ in range(3)]
    fresh, old = connection(PARTY), connection(PARTY, used=NOW - 5)

    assert cuts(*busy, fresh, old) == [old]


def test_a_party_never_loses_a_connection_with_a_call_under_way() -> None:
    busy = [connection(PARTY, busy=True) for _ in range(BOUNDS.of_party + 3)]

    assert cuts(*busy) == []


def test_what_leaves_goes_before_what_is_idle_for_longer() -> None:
    idle = [connection(PARTY, used=NOW - 100) for _ in range(4)]
    leaving = connection(PARTY)
    leaving.leaving = True

    assert cuts(*idle, leaving) == [leaving]


def test_what_was_shut_down_is_neither_counted_nor_chosen_again() -> None:
    gone = [connection(PARTY) for _ in range(BOUNDS.of_party)]
    for each in gone:
        each.cut = True

    assert cuts(*gone, connection(PARTY)) == []


def test_of_an_address_on_which_nobody_has_called_the_oldest_go() -> None:
    old = [connection(used=NOW - 9), connection(used=NOW - 8)]
    new = [connection(used=NOW - age) for age in range(BOUNDS.unknown)]

    assert cuts(*new, *old) == old


def test_of_a_full_address_go_the_mute_then_strangers_then_the_new_then_the_idle() -> None:
    mute, new = connection(used=NOW - BOUNDS.fresh - 1), connection()
    strangers = [connection(oin, stranger=True, busy=True) for oin in OINS[:2]]
    idle = connection(OINS[2])
    busy = [connection(oin, busy=True) for oin in OINS for _ in range(2)]

    assert cuts(idle, *busy, *strangers, new, mute) == [mute, *strangers, new, idle]


def test_a_proxy_stands_for_many_addresses() -> None:
    proxied = [connection(oin, address="198.51.100.7") for oin in OINS for _ in range(2)]
    proxied += [connection(address="198.51.100.7") for _ in range(4)]
    exempt = ConnectionBounds(
        most=100,
        of_address=8,
        unknown=3,
        exempt=(ipaddress.ip_network("198.51.100.0/24"),),
    )

    assert cuts(*proxied, bounds=exempt) == []


def test_a_full_process_makes_room_at_the_cost_of_who_has_most() -> None:
    many = [connection(OINS[0], address=ADDRESSES[0]) for _ in range(4)]
    few = [
        connection(OINS[1 + at % 4], address=ADDRESSES[1 + at % 3], used=NOW - 50)
        for at in range(12)
    ]

    found = chosen([*few, *many], BOUNDS, NOW)

    assert len(found) == len(many) + len(few) - BOUNDS.mark
    assert {cut.holder for cut in found} == {OINS[0]}
    assert {cut.why for cut in found} == {Why.FULL}


def test_who_does_not_take_an_answer_is_cut_also_with_other_calls_under_way() -> None:
    deaf = connection(PARTY, busy=True)
    deaf.calls.add(Call(started=NOW - 62, seconds=1))
    slow = connection(PARTY)
    slow.calls.add(Call(started=NOW - 600))

    assert cuts(deaf, slow) == [deaf]


def test_a_stranger_that_calls_without_end_is_cut_and_a_party_is_not() -> None:
    stranger, mute, party = connection(STRANGER, stranger=True), connection(), connection(PARTY)
    for each in (stranger, mute, party):
        each.asked = BOUNDS.asked + 1

    assert cuts(stranger, mute, party) == [stranger, mute]


CONNECTIONS: Final = st.lists(
    st.builds(
        connection,
        st.sampled_from([None, *OINS]),
        address=st.sampled_from(ADDRESSES),
        used=st.floats(0, NOW),
        busy=st.booleans(),
    ),
    max_size=40,
)


@given(CONNECTIONS, st.sets(st.sampled_from(OINS)))
def test_whatever_there_is_only_what_must_stay_passes_a_bound(
    connections: list[Connection], strangers: set[Oin]
) -> None:
    for each in connections:
        each.stranger = each.oin is None or each.oin in strangers
        if each.oin is None:
            each.calls.clear()

    gone = cuts(*connections)
    left = [each for each in connections if each not in gone]
    may_go = [each for each in left if each.stranger or not each.busy]

    assert len(gone) == len(set(gone))
    assert not [each for each in gone if each.busy and not each.stranger]
    for each in may_go:
        of_oin = Counter(other.oin for other in left)[each.oin]
        of_address = Counter(other.address for other in left)[each.address]
        bound = BOUNDS.of_stranger if each.stranger else BOUNDS.of_party
        assert each.oin is None or of_oin <= bound
        assert of_address <= BOUNDS.of_address
        assert len(left) <= BOUNDS.mark
