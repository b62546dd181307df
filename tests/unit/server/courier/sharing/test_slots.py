"""How many transfers there may be, and how many of those that wait for a receiver."""

from contextlib import ExitStack
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from wissel.clients.testing.cast import DUO, NOORD, ZUID
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.bounds import Limits
from wissel.server.courier.receivers.line import Key, key_of
from wissel.server.courier.sharing.slot import BRISK_RATE, Slot
from wissel.server.courier.sharing.slots import Slots, half, quarter

LIMITS: Final = Limits(transfers=16, transfers_per_oin=8)
SENDERS: Final = (NOORD.oin, ZUID.oin, DUO.oin, Oin("00000003990000080000"))
LONG: Final = LIMITS.waiting + 0.1
KIB: Final = 1024


def at(number: int, oin: Oin = ZUID.oin) -> Key:
    """Return a receiver, each number at another port."""
    return key_of(f"https://las.example:{8000 + number}", oin)


class World:
    """Slots on a clock of their own, and the transfers that are under way."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slots = Slots(LIMITS, lambda: self.now)
        self.open: dict[Slot, ExitStack] = {}

    def take(self, sender: Oin, receiver: Key | None = None) -> Slot:
        held = ExitStack()
        slot = held.enter_context(self.slots.taken(sender))
        slot.receiver = receiver
        self.open[slot] = held
        return slot

    def sent(self, sender: Oin, receiver: Key) -> Slot:
        """Return a transfer that has been sent as a whole, and waits for an answer."""
        slot = self.take(sender, receiver)
        slot.await_answer(self.now)
        return slot

    def end(self, slot: Slot) -> None:
        self.open.pop(slot).close()


@pytest.fixture
def world() -> World:
    return World()


def refused(reason: Reason) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=reason)


def test_all_slots_and_those_of_one_sender_are_counted(world: World) -> None:
    for sender in (NOORD.oin, ZUID.oin):
        for _ in range(8):
            world.take(sender)

    with refused(Reason.TRANSFER_LIMIT):
        world.take(NOORD.oin)
    with refused(Reason.TRANSFER_LIMIT):
        world.take(DUO.oin)


def test_a_slot_that_is_left_is_free(world: World) -> None:
    slots = [world.take(NOORD.oin) for _ in range(8)]

    world.end(slots[3])

    world.take(NOORD.oin)


def test_those_that_wait_for_one_receiver_take_a_quarter(world: World) -> None:
    for sender in (NOORD.oin, ZUID.oin):
        for _ in range(8):
            world.sent(sender, at(1))
    world.now += LONG

    free = [world.take(sender) for sender in (DUO.oin, SENDERS[3]) for _ in range(6)]

    assert len(free) == LIMITS.transfers - quarter(LIMITS.transfers)
    with refused(Reason.TRANSFER_LIMIT):
        world.take(DUO.oin)


def test_those_that_wait_for_one_receiver_take_a_quarter_of_their_sender(world: World) -> None:
    for _ in range(8):
        world.sent(NOORD.oin, at(1))
    world.now += LONG

    free = [world.take(NOORD.oin) for _ in range(6)]

    assert len(free) == LIMITS.transfers_per_oin - quarter(LIMITS.transfers_per_oin)
    with refused(Reason.TRANSFER_LIMIT):
        world.take(NOORD.oin)


def test_all_that_wait_take_half(world: World) -> None:
    for number in range(16):
        world.sent(SENDERS[number % 2], at(number))
    world.now += LONG

    free = [world.take(DUO.oin) for _ in range(8)]

    assert len(free) == LIMITS.transfers - half(LIMITS.transfers)
    with refused(Reason.TRANSFER_LIMIT):
        world.take(SENDERS[3])


def test_a_receiver_that_answers_in_time_is_not_held_back(world: World) -> None:
    for sender in (NOORD.oin, ZUID.oin):
        for _ in range(7):
            world.sent(sender, at(1))
    world.now += LIMITS.waiting

    world.slots.require_room(world.take(DUO.oin), at(1))

    assert world.slots.waiting == 0


def test_too_many_that_wait_for_a_receiver_hold_further_ones_back(world: World) -> None:
    for number in range(quarter(LIMITS.transfers)):
        world.sent(SENDERS[number], at(1))
    newcomer = world.take(DUO.oin)
    world.slots.require_room(newcomer, at(1))
    world.now += LONG

    with pytest.raises(Refused) as error:
        world.slots.require_room(newcomer, at(1))
    world.slots.require_room(newcomer, at(2))

    assert error.value.reason is Reason.RECEIVER_UNAVAILABLE
    assert error.value.retry_after == LIMITS.waiting
    assert error.value.metadata == {"host": "las.example", "receiver_oin": ZUID.oin}


def test_a_sender_is_held_back_by_its_own(world: World) -> None:
    for _ in range(quarter(LIMITS.transfers_per_oin)):
        world.sent(NOORD.oin, at(1))
    world.now += LONG

    with refused(Reason.RECEIVER_UNAVAILABLE):
        world.slots.require_room(world.take(NOORD.oin), at(1))
    world.slots.require_room(world.take(DUO.oin), at(1))


def test_a_party_with_many_addresses_is_one_receiver_once_half_of_all_wait(world: World) -> None:
    for number in range(half(LIMITS.transfers)):
        world.sent(SENDERS[number % 4], at(number))
    world.now += LONG

    with refused(Reason.RECEIVER_UNAVAILABLE):
        world.slots.require_room(world.take(DUO.oin), at(99))
    world.slots.require_room(world.take(DUO.oin), at(99, NOORD.oin))


def test_who_waits_longest_to_send_gives_way(world: World) -> None:
    held = []
    for _ in range(8):
        held.append(world.take(NOORD.oin, at(1)))
        held[-1].begin_wait(world.now)
        world.now += 0.1
    world.now += LONG

    world.take(NOORD.oin)

    assert [slot.cut_off for slot in held] == [True, *[False] * 7]


def test_who_has_sent_all_goes_on_without_a_slot(world: World) -> None:
    held = [world.sent(NOORD.oin, at(1)) for _ in range(8)]
    world.now += LONG

    for _ in range(6):
        world.take(NOORD.oin)

    assert not any(slot.cut_off for slot in held)


def test_nobody_is_cut_off_for_a_transfer_that_is_refused(world: World) -> None:
    """The sender has room, but all others have taken what there is."""
    held = [world.take(NOORD.oin, at(1)) for _ in range(8)]
    for slot in held:
        slot.begin_wait(world.now)
    for _ in range(8):
        world.take(ZUID.oin)
    world.now += LONG
    for _ in range(4):
        world.take(DUO.oin)
    cut = [slot for slot in held if slot.cut_off]

    with refused(Reason.TRANSFER_LIMIT):
        world.take(NOORD.oin)

    assert len(cut) == 4
    assert [slot for slot in held if slot.cut_off] == cut


@given(st.lists(st.tuples(st.integers(1, 1024 * KIB), st.floats(0, 1)), max_size=60))
def test_a_brisk_receiver_never_counts_as_waited_for(chunks: list[tuple[int, float]]) -> None:
    slot, now = Slot(NOORD.oin), 0.0
    for size, share in chunks:
        slot.begin_wait(now)
        now += share * size / BRISK_RATE

        assert slot.waited(now) <= LIMITS.waiting
        slot.end_wait(now, size)


def test_a_slow_one_does(world: World) -> None:
    slot = world.take(NOORD.oin, at(1))
    for _ in range(4):
        slot.begin_wait(world.now)
        world.now += 1.0
        slot.end_wait(world.now, 64 * KIB)
    slot.begin_wait(world.now)

    assert world.slots.waiting == 1


class Crowd(RuleBasedStateMachine):
    """Transfers that come, wait, send, are answered and leave, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @rule(sender=st.sampled_from(SENDERS), receiver=st.integers(1, 5))
    def one_comes(self, sender: Oin, receiver: int) -> None:
        """There is room while those that do not wait leave half of all slots free."""
        room = self._busy(sender) < half(8) and self._busy() < half(16)
        try:
            self.world.take(sender, at(receiver))
        except Refused:
            assert not room

    @precondition(lambda self: self.world.open)
    @rule(data=st.data())
    def one_waits(self, data: st.DataObject) -> None:
        slot = self._any(data)
        if slot.sent is None:
            slot.begin_wait(self.world.now)

    @precondition(lambda self: self.world.open)
    @rule(data=st.data())
    def one_has_sent_all(self, data: st.DataObject) -> None:
        slot = self._any(data)
        if slot.sent is None:
            slot.await_answer(self.world.now)

    @precondition(lambda self: self.world.open)
    @rule(data=st.data())
    def one_leaves(self, data: st.DataObject) -> None:
        self.world.end(self._any(data))

    @rule(seconds=st.sampled_from([0.5, LONG]))
    def time_passes(self, seconds: float) -> None:
        self.world.now += seconds

    @invariant()
    def bounds_hold(self) -> None:
        senders = {slot.sender for slot in self._of()}
        for limit, group in ((16, self._of()), *((8, self._of(oin)) for oin in senders)):
            assert sum(slot.sent is None for slot in group) <= limit
            assert len(group) <= 2 * limit

    def _of(self, sender: Oin | None = None) -> list[Slot]:
        """Return those under way that were not cut off."""
        under_way = [slot for slot in self.world.open if not slot.cut_off]
        return [slot for slot in under_way if sender in (None, slot.sender)]

    def _busy(self, sender: Oin | None = None) -> int:
        now = self.world.now
        return sum(slot.waited(now) <= LIMITS.waiting for slot in self._of(sender))

    def _any(self, data: st.DataObject) -> Slot:
        return data.draw(st.sampled_from(list(self.world.open)))


TestCrowd = Crowd.TestCase
TestCrowd.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
