"""A wave: one message at each step of a forward, all held there at the same moment.

The senders are started behind the outbox's lock, so that they set off together;
each is stopped by its lane at another step; then whatever is to happen happens
to all of them; then they are resumed until each has its answer.
"""

import fcntl
import os
import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from operator import not_
from pathlib import Path
from typing import Final, Generic, TypeVar

from faults.database import lock_table
from faults.hub_stage import SIZE, HubStage, Lane
from faults.network import Leg, Point, Seen, Way
from faults.parts import Part
from faults.stage import Stage
from support.eventually import eventually

_OPENED: Final = 2_600  # bytes of a handshake, less than what precedes the opening
_OPENING: Final = 1_000  # less than an opening or an answer has, more than HTTP/2's own frames
_CHUNK: Final = 10_000  # less than a full TLS record has
_LAST: Final = SIZE + 5_000  # passed by the record that ends the dossier, and by none before it


class Step(StrEnum):
    """Where a leg holds: before what it names has passed."""

    CONNECT = "connect"
    HANDSHAKE = "handshake"
    OPENING = "opening"
    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"
    END = "end"
    ANSWER = "answer"


POINTS: Final[dict[Step, Point]] = {
    Step.CONNECT: lambda seen: seen.way is Way.OPEN,
    Step.HANDSHAKE: lambda seen: seen.way is Way.DOWN,
    Step.OPENING: lambda seen: _up(seen) and seen.up >= _OPENED and seen.size >= _OPENING,
    Step.FIRST: lambda seen: _up(seen) and seen.size >= _CHUNK,
    Step.MIDDLE: lambda seen: _up(seen) and seen.up >= SIZE // 2,
    Step.LAST: lambda seen: _up(seen) and seen.up + seen.size >= _LAST,
    Step.END: lambda seen: _up(seen) and seen.up >= _LAST,
    Step.ANSWER: lambda seen: seen.way is Way.DOWN and seen.up >= _LAST and seen.size >= _OPENING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A message on its lane; `leg` is the wire that holds it, at `step`."""

    lane: Lane
    leg: Leg
    step: StrEnum
    dossier: Path
    sending: Part

    @property
    def where(self) -> str:
        """The step in words, such as `far.answer`."""
        return f"{'near' if self.leg is self.lane.near else 'far'}.{self.step}"

    def stands(self) -> bool:
        """Whether it is held at its step; fails if its sender ended before it came there."""
        reached = self.leg.reached.is_set()
        assert reached or self.sending.runs(), f"{self.where}: {self.sending.output()}"
        return reached


StageT_co = TypeVar("StageT_co", bound=HubStage, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave(Generic[StageT_co]):
    """Messages under way at the same time."""

    stage: StageT_co
    messages: Sequence[Held]

    def release(self) -> None:
        """Let everything pass, first of all what was held."""
        for lane in self.stage.lanes:
            for leg in lane.legs:
                leg.release()

    def cut(self) -> None:
        """Reset every connection."""
        for lane in self.stage.lanes:
            for leg in lane.legs:
                leg.cut()

    def signal_senders(self, number: signal.Signals) -> None:
        """Send a signal to all senders."""
        for message in self.messages:
            message.sending.send(number)

    def senders_ended(self) -> None:
        """Wait until each sender has its answer, or has given up."""
        senders = [message.sending for message in self.messages]
        eventually(
            lambda: [each.log.name for each in senders if each.runs()],
            "the senders have ended",
            until=not_,
        )

    def settle(self, *, port: int | None = None) -> None:
        """Resume, until no message waits for an answer any more."""
        self.senders_ended()
        self.stage.resume_all(port)


@contextmanager
def wave(
    stage: Stage, name: str, steps: Sequence[tuple[str, Step]], seed: object
) -> Iterator[Wave[Stage]]:
    """Bring one message to each of the steps (`near` or `far`, and which); all ends with the block.

    Every lane begins on new connections.
    """
    messages = []
    for lane, (side, step) in zip(stage.lanes, steps, strict=False):
        for leg in lane.legs:
            leg.cut()
        leg = lane.near if side == "near" else lane.far
        leg.hold_at(POINTS[step])
        dossier = stage.dossier(f"{name}-{lane.number}-{side}-{step}", seed)
        sending = stage.send(dossier, lane)
        messages.append(Held(lane=lane, leg=leg, step=step, dossier=dossier, sending=sending))
    made = Wave(stage=stage, messages=messages)
    try:
        _set_off(stage, made)
        for message in messages:
            eventually(message.stands, f"a message stands at {message.where}")
        yield made
    finally:
        for message in messages:
            message.sending.kill()
        made.release()


def _set_off(stage: Stage, made: Wave[Stage]) -> None:
    stage.outbox.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(stage.outbox / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        for message in made.messages:
            message.sending.start()
        waiting = re.compile(rf"-> FLOCK .*:{os.fstat(descriptor).st_ino} ")
        eventually(
            lambda: waiting.findall(lock_table()),
            "each sender waits for the outbox",
            until=lambda found: len(found) == len(made.messages),
        )
    finally:
        os.close(descriptor)


def _up(seen: Seen) -> bool:
    return seen.way is Way.UP
