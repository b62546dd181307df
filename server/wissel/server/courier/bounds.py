"""How many transfers a process has at once, and how slow they may be (design.md#bounds)."""

from dataclasses import dataclass

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one process; sizes in bytes, times in seconds.

    `transfers` are under way at once at most, `transfers_per_oin` of one sender.
    A transfer is ended if nothing comes for `idle`, or if less than `rate` bytes
    a second pass in a `rate_window`. A name is looked up for `lookup` at most, and a line
    opened in `dial`. A transfer whose receiver is waited for longer
    than `waiting` counts as one that waits; a receiver that was given all does not
    answer in time after `unanswered`. `default_deadline` holds for a call that
    names none, `longest_deadline` for any; `shave` is kept of a deadline to
    answer in, and a call with less than `shortest` left does not begin. The rest
    of a message whose answer is known is read and thrown away for `discard` at
    most, until nothing comes for `quiet` (ADR 13).
    """

    max_payload: int = 25 * 1024 * 1024
    transfers: int = 64
    transfers_per_oin: int = 16
    idle: float = 15.0
    discard: float = 1.0
    quiet: float = 0.2
    rate_window: float = 60.0
    rate: int = 64 * 1024
    handshake: float = 10.0
    lookup: float = 5.0
    dial: float = 20.0
    waiting: float = 2.0
    unanswered: float = 30.0
    default_deadline: float = 120.0
    longest_deadline: float = 600.0
    shave: float = 0.02
    shortest: float = 0.1


def allowed_seconds(remaining: float | None, limits: Limits) -> float:
    """Return how many seconds a delivery may last; `remaining` is what its call has left.

    Raises `Refused(DEADLINE_TOO_SHORT)`.
    """
    if remaining is None:
        return limits.default_deadline
    if remaining < limits.shortest:
        raise Refused(Reason.DEADLINE_TOO_SHORT, remaining=f"{max(remaining, 0):.3f}")
    return min(remaining, limits.longest_deadline)
