"""One transaction of the journal: several moves, each by the state machine's rule.

The rows of all messages concerned are read first and locked; then each move is
decided in memory, in the order in which it came; then what changed is written.
The conditions are repeated in the UPDATE, so that a broken lock would show and
never overwrite.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from wissel.routing.delivery import Delivery
from wissel.routing.errors import Refused
from wissel.server.store.journal_codec import Row, delivery_of, delivery_row, entry_row
from wissel.server.store.journal_tables import DELIVERY, ENTRY

Key = tuple[str, str]
"""Sender OIN and message id."""

Rule = Callable[[Delivery | None, dt.datetime], Delivery | None]
"""From what stands to what will stand; None or the same value changes nothing."""

Outcome = Delivery | Refused | None


@dataclass(frozen=True, slots=True)
class Move:
    """A rule to be applied to one message."""

    key: Key
    rule: Rule


class LostRace(Exception):
    """Another process inserted or moved the same message at the same moment: try again."""


_KEY: Final = tuple_(DELIVERY.c.sender_oin, DELIVERY.c.message_id)
_READ: Final = select(DELIVERY).where(_KEY.in_(bindparam("keys", expanding=True)))
_UPDATE: Final = (
    update(DELIVERY)
    .where(
        DELIVERY.c.sender_oin == bindparam("was_sender_oin"),
        DELIVERY.c.message_id == bindparam("was_message_id"),
        DELIVERY.c.state == bindparam("was_state"),
        DELIVERY.c.attempt == bindparam("was_attempt"),
    )
    .values(
        {
            column.name: bindparam(column.name)
            for column in DELIVERY.c
            if column.name
            not in {"number", "sender_oin", "message_id", "header_digest", "accepted"}
        }
    )
)


def apply_moves(connection: Connection, moves: Sequence[Move], now: dt.datetime) -> list[Outcome]:
    """Apply all moves in this transaction and return the outcome of each, in order.

    An outcome is the delivery as it stands after the move, None if the rule let
    it be, or the refusal that the rule raised. Raises `LostRace`; nothing must
    be committed then.
    """
    before = _read(connection, {move.key for move in moves})
    now_standing = dict(before)
    outcomes: list[Outcome] = []
    entries: list[Row] = []
    for move in moves:
        standing = now_standing.get(move.key)
        try:
            after = move.rule(standing, now)
        except Refused as refusal:
            outcomes.append(refusal)
            continue
        outcomes.append(after)
        if after is not None and after is not standing:
            now_standing[move.key] = after
            entries.append(entry_row(after))
    _write(connection, before, now_standing)
    if entries:
        connection.execute(insert(ENTRY), entries)
    return outcomes


def _read(connection: Connection, keys: set[Key]) -> dict[Key, Delivery]:
    # In order of key: two batches that lock the same rows must not wait for each other.
    statement = _READ.order_by(DELIVERY.c.sender_oin, DELIVERY.c.message_id).with_for_update()
    rows = connection.execute(statement, {"keys": sorted(keys)}).mappings()
    return {(row["sender_oin"], row["message_id"]): delivery_of(row) for row in rows}


def _write(connection: Connection, before: dict[Key, Delivery], after: dict[Key, Delivery]) -> None:
    new = [delivery_row(after[key]) for key in sorted(after.keys() - before.keys())]
    if new:
        _insert(connection, new)
    moved = [
        {
            **delivery_row(after[key]),
            "was_sender_oin": key[0],
            "was_message_id": key[1],
            "was_state": was.state.value,
            "was_attempt": was.attempt,
        }
        for key, was in sorted(before.items(), key=lambda item: item[0])
        if after[key] is not was
    ]
    if moved and connection.execute(_UPDATE, moved).rowcount != len(moved):
        raise LostRace


def _insert(connection: Connection, rows: list[Row]) -> None:
    if connection.dialect.name == "sqlite":  # its one writer holds the lock
        connection.execute(sqlite.insert(DELIVERY), rows)
        return
    statement: Any = postgresql.insert(DELIVERY).on_conflict_do_nothing()
    inserted = connection.execute(statement.returning(DELIVERY.c.number), rows).all()
    if len(inserted) != len(rows):
        raise LostRace
