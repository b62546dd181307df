"""What a process remembers of receivers, and what it tells of them."""

from typing import Final

import pytest
from structlog.testing import capture_logs

from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.receivers.line import key_of
from wissel.server.courier.sharing.breaker import BreakerRules
from wissel.server.courier.sharing.breakers import REMEMBERED, Breakers
from wissel.server.courier.sharing.slot import Slot

RULES: Final = BreakerRules()
HERE: Final = key_of("https://las.example:8443", ZUID.oin)
TIMEOUT: Final = Refused(Reason.RECEIVER_TIMEOUT)


class World:
    """Breakers on a clock of their own."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.told: list[bool] = []
        self.breakers = Breakers(RULES, 30.0, lambda: self.now, self._tell)

    def _tell(self, *, opened: bool) -> None:
        self.told.append(opened)

    def enter(self, number: int = 0) -> Slot:
        slot = Slot(NOORD.oin)
        slot.receiver = key_of(f"https://las.example:{8443 + number}", ZUID.oin)
        self.breakers.let_through(slot, slot.receiver)
        return slot

    def end(self, slot: Slot, after: float, refused: Refused | None = None) -> None:
        """End a transfer so many seconds after its last byte."""
        slot.await_answer(self.now)
        self.now += after
        try:
            with self.breakers.watching(slot):
                if refused is not None:
                    raise refused
        except Refused:
            pass
        self.breakers.release(slot)

    def open(self) -> None:
        for slot in [self.enter() for _ in range(RULES.timeouts)]:
            self.end(slot, 30.0, TIMEOUT)


@pytest.fixture
def world() -> World:
    return World()


def test_a_receiver_that_answers_nobody_is_left_alone(world: World) -> None:
    with capture_logs() as logged:
        world.open()

    with pytest.raises(Refused, match="RECEIVER_UNAVAILABLE") as refused:
        world.enter()
    assert refused.value.retry_after == RULES.first
    assert world.enter(1).probe is None
    assert (world.told, world.breakers.open) == ([True], 1)
    assert logged == [
        {
            "event": "receiver_unavailable",
            "log_level": "warning",
            "receiver_oin": ZUID.oin,
            "host": "las.example",
            "port": 8443,
            "seconds": 30,
        }
    ]


def test_who_gives_a_receiver_less_time_does_not_count(world: World) -> None:
    for _ in range(100):
        world.end(world.enter(), 29.9, TIMEOUT)

    world.enter()


def test_before_the_last_byte_nothing_counts(world: World) -> None:
    for _ in range(10):
        slot = world.enter()
        world.now += 60
        with pytest.raises(Refused), world.breakers.watching(slot):
            raise TIMEOUT

    world.enter()


def test_a_proxy_that_loses_patience_counts_as_a_time_out(world: World) -> None:
    for _ in range(RULES.timeouts):
        world.end(world.enter(), 60.0, Refused(Reason.RECEIVER_PROXY_FAILED, http_status="504"))

    assert world.breakers.open == 1


def test_one_probe_is_let_through_and_closes_it(world: World) -> None:
    world.open()
    world.now += RULES.first
    probe = world.enter()
    with pytest.raises(Refused, match="RECEIVER_UNAVAILABLE"):
        world.enter()

    with capture_logs() as logged:
        world.end(probe, 0.1)

    world.enter()
    assert (world.told, world.breakers.open) == ([True, False], 0)
    assert [line["event"] for line in logged] == ["receiver_available"]


def test_a_probe_that_times_out_opens_it_again(world: World) -> None:
    world.open()
    world.now += RULES.first
    world.end(world.enter(), 30.0, TIMEOUT)

    with pytest.raises(Refused, match="RECEIVER_UNAVAILABLE") as refused:
        world.enter()
    assert refused.value.retry_after == 2 * RULES.first
    assert world.told == [True, True]


def test_a_probe_with_a_tiny_deadline_lets_the_next_one_probe(world: World) -> None:
    world.open()
    world.now += RULES.first
    world.end(world.enter(), 0.1, TIMEOUT)

    assert world.enter().probe == world.now


@pytest.mark.parametrize(
    ("metadata", "closes"),
    [
        ({"code": "INTERNAL"}, True),
        ({"code": "UNAVAILABLE", "receiver_reason": "HUB_NOT_TRUSTED"}, True),
        ({"code": "UNAVAILABLE"}, False),
        ({"code": "CANCELLED"}, False),
    ],
)
def test_a_receiver_that_says_no_has_answered(
    world: World, metadata: dict[str, str], closes: bool
) -> None:
    world.open()
    world.now += RULES.first

    failed = Refused(Reason.RECEIVER_FAILED)
    failed.metadata = metadata
    world.end(world.enter(), 1.0, failed)

    assert (world.breakers.open == 0) == closes


def test_no_more_are_remembered_than_so_many_and_those_that_answer_go_first(world: World) -> None:
    world.open()
    for number in range(1, 2 * REMEMBERED):
        world.end(world.enter(number), 0.1)

    assert len(world.breakers._breakers) == REMEMBERED
    assert world.breakers.open == 1


def test_of_those_that_do_not_answer_the_oldest_is_forgotten(world: World) -> None:
    for number in range(2 * REMEMBERED):
        world.end(world.enter(number), 30.0, TIMEOUT)

    assert len(world.breakers._breakers) == REMEMBERED
