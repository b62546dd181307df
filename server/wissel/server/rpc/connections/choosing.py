"""Which connections are shut down, as a function of who holds how many (ADR 20)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wissel.server.rpc.connections.connection import Connection, ConnectionBounds, is_within


class Why(StrEnum):
    """Why a connection is shut down."""

    FLOOD = "flood"  # a stranger calls without end on it
    UNTAKEN = "untaken"  # an answer was not taken in time
    OIN = "oin"  # its OIN has too many
    UNKNOWN = "unknown"  # its address has too many on which nobody has called
    ADDRESS = "address"  # its address has too many
    FULL = "full"  # the process has too many


@dataclass(frozen=True, slots=True)
class Cut:
    """A connection that is shut down, who held it (an OIN or an address), and why."""

    connection: Connection
    holder: str
    why: Why


def holder_of(connection: Connection) -> str:
    """Return the OIN that holds a connection, or its address while nobody has called on it."""
    return connection.oin or connection.address


def chosen(connections: Iterable[Connection], bounds: ConnectionBounds, now: float) -> list[Cut]:
    """Return what is shut down. `now` is an instant of `time.perf_counter`.

    1. A stranger has made more than `bounds.asked` calls on it of late,
       or an answer was not taken for `bounds.untaken` seconds.
    2. Of an OIN with too many those that are leaving, then those longest idle.
    3. Of an address with too many on which nobody has called yet, the oldest of these.
    4. Of an address with too many altogether: first those on which nobody has
       called in `bounds.fresh` seconds, then those of strangers, then those on
       which nobody has called yet, then idle ones.
    5. If there are more than `bounds.mark` after that: the same, and of each
       kind first those of whoever has most.

    A party's connection with a call under way is never chosen but by rule 1, and
    none that was shut down already.
    """
    choice = _Choice(bounds, now)
    # 1.
    left = [each for each in connections if not each.cut and not choice.misused(each)]
    # 2. and 3.
    left = choice.too_many(
        left,
        key=lambda each: each.oin,
        most=lambda each: bounds.of_stranger if each.stranger else bounds.of_party,
        why=Why.OIN,
    )
    left = choice.too_many(
        left,
        key=lambda each: each.address if each.oin is None else None,
        most=lambda each: bounds.unknown,
        why=Why.UNKNOWN,
        by_address=True,
    )
    # 4.
    left = choice.too_many(
        left,
        key=lambda each: each.address,
        most=lambda each: bounds.of_address,
        why=Why.ADDRESS,
        by_address=True,
    )
    # 5.
    choice.make_room(left)
    return choice.cuts


class _Choice:
    def __init__(self, bounds: ConnectionBounds, now: float) -> None:
        self._bounds = bounds
        self._now = now
        self.cuts: list[Cut] = []

    def misused(self, each: Connection) -> bool:
        """Choose a connection of a stranger that floods, or on which an answer waits too long."""
        if each.stranger and each.asked > self._bounds.asked:
            self.cuts.append(Cut(each, holder_of(each), Why.FLOOD))
            return True
        since = self._now - self._bounds.untaken
        if any(call.seconds and call.started + call.seconds < since for call in each.calls):
            self.cuts.append(Cut(each, holder_of(each), Why.UNTAKEN))
            return True
        return False

    def too_many(
        self,
        connections: Sequence[Connection],
        *,
        key: Callable[[Connection], str | None],
        most: Callable[[Connection], int],
        why: Why,
        by_address: bool = False,
    ) -> list[Connection]:
        """Choose from each group with too many; return what is left of all."""
        groups = defaultdict(list)
        for each in connections:
            if (name := key(each)) is not None:
                groups[name].append(each)
        gone: set[Connection] = set()
        for name, group in groups.items():
            excess = len(group) - most(group[0])
            if excess > 0 and not (by_address and is_within(name, self._bounds.exempt)):
                going = sorted(filter(_may_go, group), key=self._rank)[:excess]
                self.cuts += [Cut(each, name, why) for each in going]
                gone.update(going)
        return [each for each in connections if each not in gone]

    def make_room(self, connections: Sequence[Connection]) -> None:
        """Choose from all, so that no more than the mark are left."""
        excess = len(connections) - self._bounds.mark
        if excess <= 0:
            return
        held: dict[str, int] = defaultdict(int)
        for each in connections:
            held[holder_of(each)] += 1
        going = [each for each in connections if _may_go(each)]
        going.sort(key=lambda each: (self._kind(each), -held[holder_of(each)], *self._rank(each)))
        self.cuts += [Cut(each, holder_of(each), Why.FULL) for each in going[:excess]]

    def _rank(self, each: Connection) -> tuple[int, bool, float]:
        """Return what goes first: by kind, of each kind idle ones, of these the oldest."""
        return self._kind(each), each.busy, each.used

    def _kind(self, each: Connection) -> int:
        if each.oin is None:
            return 0 if each.used < self._now - self._bounds.fresh else 2
        if each.leaving:
            return 0
        return 1 if each.stranger else 3


def _may_go(each: Connection) -> bool:
    return each.stranger or not each.busy
