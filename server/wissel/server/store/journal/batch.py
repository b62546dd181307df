"""One transaction of the journal: several moves, each by the state machine's rule, and acts.

First the current delivery of each message is read, or taken from this process's
memory. Then each move is decided on it, in the order in which the moves came.
Then what changed is written: each statement has as its condition the state and
attempt that it was decided on, so where the memory was wrong, or a lock did not
hold, it changes no row, and nothing is overwritten.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Table
from sqlalchemy.engine.interfaces import DBAPICursor

from wissel.routing.exchange.delivery import Delivery, Known
from wissel.routing.refusals.errors import Refused
from wissel.server.store.journal.codec import delivery_row, ended_row, entry_row, known_of
from wissel.server.store.journal.statements import (
    DELIVERY_COLUMNS,
    ENDED_COLUMNS,
    MOVED_COLUMNS,
    Statements,
    columns_of,
)
from wissel.server.store.journal.tables import DELIVERY, ENTRY
from wissel.server.store.kept_connection import LostRace

Key = tuple[str, str]
"""Sender OIN and message id."""

Rule = Callable[[Known | None, dt.datetime], Delivery | None]
"""From what is known to the next delivery; None or the same value changes nothing."""

Outcome = Delivery | Refused | None
"""The delivery after a move, what its rule refused, or None if it changed nothing."""

_DELIVERY_VALUES: Final = itemgetter(*columns_of(DELIVERY))
_ENTRY_VALUES: Final = itemgetter(*columns_of(ENTRY))
_MOVED_VALUES: Final = itemgetter(*MOVED_COLUMNS)
_ENDED_VALUES: Final = itemgetter(*ENDED_COLUMNS)


@dataclass(frozen=True, slots=True)
class Act:
    """What else is done in the transaction of a batch, about one session.

    What `work` returns is its outcome, or what it refuses: then whatever it has
    written may stay.
    """

    session_id: str
    work: Callable[[DBAPICursor], object]


@dataclass(frozen=True, slots=True)
class Move:
    """A rule to apply to one message.

    `then` is done with it, if that changes the message. With `head` the register's
    revision is read after the commit.
    """

    key: Key
    rule: Rule
    then: Act | None = None
    head: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided on several moves: the outcome of each, in order, and what to write.

    `after` is the last delivery of each message that moved, `steps` are the
    deliveries after each single move.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    after: dict[Key, Delivery] = field(default_factory=dict)
    steps: list[Delivery] = field(default_factory=list)

    @property
    def all_moved(self) -> bool:
        """Whether each move changed something: then the writes prove what it was decided on."""
        return len(self.steps) == len(self.outcomes)


def decide_moves(moves: Sequence[Move], before: Mapping[Key, Known], now: dt.datetime) -> Decided:
    """Decide all moves on what is known `before`; messages that are absent are new."""
    decided = Decided()
    for move in moves:
        current: Known | None = decided.after.get(move.key) or before.get(move.key)
        try:
            after = move.rule(current, now)
        except Refused as refusal:
            decided.outcomes.append(refusal)
            continue
        decided.outcomes.append(after)
        if after is not None and after is not current:
            decided.after[move.key] = after
            decided.steps.append(after)
    return decided


def perform(cursor: DBAPICursor, acts: Sequence[Act]) -> list[object]:
    """Do these, and return the outcome of each, in order.

    They are done in order of their sessions, so that two batches which lock the same
    ones do not wait for each other.
    """
    outcomes: list[object] = [None] * len(acts)
    for number in sorted(range(len(acts)), key=lambda number: acts[number].session_id):
        try:
            outcomes[number] = acts[number].work(cursor)
        except Refused as refusal:
            outcomes[number] = refusal
    return outcomes


def read_deliveries(
    cursor: DBAPICursor, statements: Statements, keys: Iterable[Key]
) -> dict[Key, Known]:
    """Return what is known of these keys, and lock their rows for this transaction."""
    wanted = sorted(set(keys))
    cursor.execute(statements.read(len(wanted)), tuple(chain.from_iterable(wanted)))
    rows = [dict(zip(DELIVERY_COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    return {(row["sender_oin"], row["message_id"]): known_of(row) for row in rows}


def write_moves(
    cursor: DBAPICursor, statements: Statements, before: Mapping[Key, Known], decided: Decided
) -> None:
    """Write what was decided on `before`.

    Raises `LostRace` if that does not hold any more: then roll back.
    """
    # In order of key, as they are locked when read.
    after = sorted(decided.after.items(), key=itemgetter(0))
    new = [_DELIVERY_VALUES(delivery_row(each)) for key, each in after if key not in before]
    if new and _insert(cursor, statements, DELIVERY, new) != len(new):
        raise LostRace
    ended, moved = [], []
    for key, delivery in after:
        was = before.get(key)
        if isinstance(was, Delivery):  # a reduced one never moves
            guard = (*key, was.state.value, was.attempt)
            if was.attempt == delivery.attempt:
                ended.append((*_ENDED_VALUES(ended_row(delivery)), *guard))
            else:
                moved.append((*_MOVED_VALUES(delivery_row(delivery)), *guard))
    _update(cursor, statements.end, ended)
    _update(cursor, statements.update, moved)
    if decided.steps:
        entries = [_ENTRY_VALUES(entry_row(step)) for step in decided.steps]
        _insert(cursor, statements, ENTRY, entries)


def _update(cursor: DBAPICursor, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        cursor.executemany(statement, rows)
        if cursor.rowcount != len(rows):
            raise LostRace


def _insert(
    cursor: DBAPICursor, statements: Statements, table: Table, rows: Sequence[tuple[Any, ...]]
) -> int:
    # One statement for all: each one costs the event loop a wait for the interpreter's lock.
    cursor.execute(statements.insert(table, len(rows)), tuple(chain.from_iterable(rows)))
    return cursor.rowcount
