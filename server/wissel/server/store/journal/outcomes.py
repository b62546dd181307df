"""What receivers say became of messages: one row for each, the outcome that stands.

Beside the writer, as the reducer is: outcomes are few, and what waits for the
writer never waits for more than one of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select, text, tuple_

from wissel.routing.exchange.outcome import KeptOutcome, OutcomeResult, replace_outcome
from wissel.routing.values.identifiers import Oin
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.journal.batch import Key
from wissel.server.store.journal.codec import instant_of, microseconds_of
from wissel.server.store.journal.own_turn import OwnTurn
from wissel.server.store.journal.tables import OUTCOME


class Outcomes:
    """The outcomes in the journal in `database`; its methods block."""

    def __init__(self, database: BlockingDatabase) -> None:
        self._own = OwnTurn(database)

    def keep(self, new: KeptOutcome) -> KeptOutcome:
        """Keep an outcome if it may stand; see `courier.ports.Journal.keep_outcome`."""
        with self._own.writing() as connection:
            kept = _found(connection, new)
            if kept is not None and not replace_outcome(kept, new):
                return kept
            connection.execute(_KEEP, _row_of(new))
            replace_outcome(_found(connection, new), new)  # another hub may have been faster
        return new

    def of(self, keys: Iterable[Key]) -> Mapping[Key, KeptOutcome]:
        """Return the outcomes of messages, as far as there are any."""
        wanted = list(keys)
        if not wanted:
            return {}
        query = select(OUTCOME).where(
            tuple_(OUTCOME.c.sender_oin, OUTCOME.c.message_id).in_(wanted)
        )
        with self._own.reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return {(row["sender_oin"], row["message_id"]): _outcome_of(row) for row in rows}

    def close(self) -> None:
        """Let go of the turn."""
        self._own.close()


_NAMES: Final = [column.name for column in OUTCOME.c]
_KEEP: Final = text(
    f"INSERT INTO delivery_outcome ({', '.join(_NAMES)})"  # noqa: S608 - names of ours
    f" VALUES ({', '.join(f':{name}' for name in _NAMES)})"
    " ON CONFLICT (sender_oin, message_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _NAMES[2:])
    + " WHERE delivery_outcome.told < excluded.told"
)
"""Keep what was said last, in one statement: two hubs may hear of a message at once."""


def _found(connection: Connection, of: KeptOutcome) -> KeptOutcome | None:
    query = select(OUTCOME).where(
        OUTCOME.c.sender_oin == of.sender_oin, OUTCOME.c.message_id == str(of.message_id)
    )
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return _outcome_of(rows[0]) if rows else None


def _row_of(kept: KeptOutcome) -> dict[str, Any]:
    return {
        "sender_oin": kept.sender_oin,
        "message_id": str(kept.message_id),
        "result": kept.result.value,
        "rules": " ".join(kept.rules),
        "told": microseconds_of(kept.told),
        "payload_sha256": kept.payload_sha256,
        "signed": kept.signed,
    }


def _outcome_of(row: Mapping[str, Any]) -> KeptOutcome:
    return KeptOutcome(
        sender_oin=Oin(row["sender_oin"]),
        message_id=UUID(row["message_id"]),
        result=OutcomeResult(row["result"]),
        rules=tuple(row["rules"].split()),
        told=instant_of(row["told"]),
        payload_sha256=bytes(row["payload_sha256"]),
        signed=bytes(row["signed"]),
    )
