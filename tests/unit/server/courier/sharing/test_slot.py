"""How long one transfer counts as waiting for its receiver."""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from wissel.clients.testing.cast import NOORD
from wissel.server.courier.bounds import Limits
from wissel.server.courier.sharing.slot import BRISK_RATE, Slot

LIMITS: Final = Limits()
KIB: Final = 1024


@given(st.lists(st.tuples(st.integers(1, 1024 * KIB), st.floats(0, 1)), max_size=60))
def test_a_brisk_receiver_never_counts_as_waited_for(chunks: list[tuple[int, float]]) -> None:
    slot, now = Slot(NOORD.oin), 0.0
    for size, share in chunks:
        slot.begin_wait(now)
        now += share * size / BRISK_RATE

        assert slot.waited(now) <= LIMITS.waiting
        slot.end_wait(now, size)


def test_what_a_slow_one_is_waited_for_adds_up() -> None:
    slot, waited = Slot(NOORD.oin), []
    for now in range(4):
        slot.begin_wait(now)
        waited.append(slot.waited(now + 1))
        slot.end_wait(now + 1, 512 * KIB)

    assert waited == [1.0, 1.5, 2.0, 2.5]


def test_who_waits_for_its_sender_does_not_wait_for_its_receiver() -> None:
    slot = Slot(NOORD.oin)
    slot.begin_wait(0.0)
    slot.end_wait(60.0)

    assert slot.waited(60.0) == 0


def test_each_stage_begins_at_nothing() -> None:
    slot = Slot(NOORD.oin)
    slot.begin_wait(0.0)

    slot.await_answer(60.0)

    assert (slot.sent, slot.waited(61.0)) == (60.0, 1.0)
