"""A wave of fetches: one dossier at each step of a fetch, all held there at the same moment.

The requesters are started with a pipe from which they read their pupil's number, so
that they set off together; each is stopped by its lane at another step; then
whatever is to happen happens to all of them; then everything is gone on with until
each dossier is there.
"""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from faults.fetching.stage import FetchLane, FetchStage
from faults.hub_stage import SIZE
from faults.network import Point, Seen, Way
from faults.waves import Held, Wave
from support.eventually import eventually

FetchWave: TypeAlias = Wave[FetchStage]

_ASKED: Final = 200  # less than a request has, more than HTTP/2's own frames
_SIGNED: Final = 1_000  # less than what is signed has
_TWICE: Final = 2_000  # less than header and stamp have, more than keys that are listed
_OPENED: Final = 2_600  # bytes up of a handshake with a certificate; requests come after it
_ORDERED: Final = 4_000  # bytes up once the order has passed
_CHUNK: Final = 10_000  # less than a full TLS record has
_FAR_LAST: Final = SIZE + 6_000  # passed by the record that ends the dossier, by none before it
_NEAR_LAST: Final = SIZE + 10_000  # likewise, after what was answered before


class FetchStep(StrEnum):
    """Where a leg holds: before what it names has passed.

    `near` is between requester and hub, `far` between hub and source.
    """

    CONNECT = "connect"
    HANDSHAKE = "handshake"
    SESSION = "session"
    """near: what the requester asks first."""
    ORDER = "order"
    """far: the hub's order."""
    HEADER = "header"
    """far: the source's header, after which the hub claims."""
    OPENING = "opening"
    """near: header and stamp, after the claim."""
    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"
    END = "end"
    RECEIPT = "receipt"
    """near: the requester signs off."""
    ANSWER = "answer"
    """near: the hub's receipt."""


FAR: Final[dict[FetchStep, Point]] = {
    FetchStep.CONNECT: lambda seen: seen.way is Way.OPEN,
    FetchStep.HANDSHAKE: lambda seen: seen.way is Way.DOWN,
    FetchStep.ORDER: lambda seen: _up(seen, _OPENED) and seen.size >= _SIGNED,
    FetchStep.HEADER: lambda seen: _down(seen, _SIGNED) and seen.up >= _ORDERED,
    FetchStep.FIRST: lambda seen: _down(seen, _CHUNK),
    FetchStep.MIDDLE: lambda seen: _down(seen) and seen.down >= SIZE // 2,
    FetchStep.LAST: lambda seen: _down(seen) and seen.down + seen.size >= _FAR_LAST,
    FetchStep.END: lambda seen: _down(seen) and seen.down >= _FAR_LAST,
}
NEAR: Final[dict[FetchStep, Point]] = {
    FetchStep.CONNECT: lambda seen: seen.way is Way.OPEN,
    FetchStep.HANDSHAKE: lambda seen: seen.way is Way.DOWN,
    FetchStep.SESSION: lambda seen: _up(seen, _OPENED) and seen.size >= _ASKED,
    FetchStep.OPENING: lambda seen: _down(seen, _TWICE) and seen.up >= _OPENED + 2 * _ASKED,
    FetchStep.FIRST: lambda seen: _down(seen, _CHUNK),
    FetchStep.MIDDLE: lambda seen: _down(seen) and seen.down >= SIZE // 2,
    FetchStep.LAST: lambda seen: _down(seen) and seen.down + seen.size >= _NEAR_LAST,
    FetchStep.END: lambda seen: _down(seen) and seen.down >= _NEAR_LAST,
    FetchStep.RECEIPT: lambda seen: _up(seen) and seen.down >= _NEAR_LAST and seen.size >= _SIGNED,
    FetchStep.ANSWER: lambda seen: _down(seen, _SIGNED) and seen.down >= _NEAR_LAST,
}


@contextmanager
def fetch_wave(
    stage: FetchStage, name: str, steps: Sequence[tuple[str, FetchStep]]
) -> Iterator[FetchWave]:
    """Bring one fetch to each of the steps (`near` or `far`, and which); all ends with the block.

    Every lane begins on new connections.
    """
    stage.asked.clear()
    messages, pipes = [], []
    for lane, (side, step) in zip(stage.lanes, steps, strict=False):
        for each in lane.legs:
            each.cut()
        leg, points = (lane.near, NEAR) if side == "near" else (lane.far, FAR)
        leg.hold_at(points[step])
        pipe = stage.folder / f"{name}-{lane.number}.pipe"
        os.mkfifo(pipe)
        pipes.append((lane, pipe))
        fetching = stage.fetch(lane, pipe)
        messages.append(Held(lane=lane, leg=leg, step=step, dossier=lane.dossier, sending=fetching))
    made: FetchWave = Wave(stage=stage, messages=messages)
    try:
        for message in messages:
            message.sending.start()
        _set_off(pipes)
        for message in messages:
            eventually(message.stands, f"a fetch stands at {message.where}")
        yield made
    finally:
        for message in messages:
            message.sending.kill()
        made.release()


def _set_off(pipes: Sequence[tuple[FetchLane, Path]]) -> None:
    """Wait until all requesters wait for their pupil's number, then tell them all."""
    ends: dict[int, str] = {}
    for lane, pipe in pipes:
        end = eventually(partial(_opened, pipe), "a requester reads its pipe")
        assert end is not None
        ends[end] = lane.pupil
    for end, pupil in ends.items():
        os.write(end, pupil.encode())
        os.close(end)


def _opened(pipe: Path) -> int | None:
    """Open a pipe to write, if somebody reads it."""
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return None


def _up(seen: Seen, after: int = 0) -> bool:
    return seen.way is Way.UP and seen.up >= after


def _down(seen: Seen, size: int = 0) -> bool:
    return seen.way is Way.DOWN and seen.size >= size
