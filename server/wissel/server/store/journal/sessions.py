"""Sessions of prepare and fetch: a row each, changed once, when it is signed off."""

import datetime as dt
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, text, update

from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.transfers import (
    LIFETIME,
    MOST_A_DAY,
    MOST_NOT_FOUND,
    Terms,
    Transfer,
    TransferResult,
    sign_off,
    usable_by,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, Oin, Organisation, RoutingKey, Swv
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.engine import Turn
from wissel.server.store.journal.codec import instant_of, microseconds_of
from wissel.server.store.journal.recorded import recorded
from wissel.server.store.journal.tables import TRANSFER, TRANSFER_KEY, TRANSFER_MISS

_BRIN_LENGTH = 4


class Sessions:
    """The sessions in the journal in `database`; its methods block."""

    def __init__(self, database: BlockingDatabase) -> None:
        self._database = database
        self._turn: Turn | None = None
        self._alone = threading.Lock()

    def start(self, new: Transfer) -> None:
        """Keep a new session; see `courier.ports.Transfers.start_transfer`."""
        table, since = TRANSFER.c, microseconds_of(new.started - LIFETIME)
        mine = (
            table.requester_oin == new.requester_oin,
            table.source == new.terms.source,
            table.started > since,
        )
        with self._writing() as connection:
            query = select(func.count(), func.min(table.started)).where(*mine)
            count, first = connection.execute(query).one()
            if count >= MOST_A_DAY:
                wait = instant_of(first) + LIFETIME - new.started
                raise Refused(
                    Reason.TRANSFERS_EXCEEDED,
                    retry_after=max(wait.total_seconds(), 1.0),
                    limit=str(MOST_A_DAY),
                )
            connection.execute(insert(TRANSFER).values(_row_of(new)))

    def find(self, session_id: UUID) -> Transfer | None:
        """Return a session, None if there is none."""
        with recorded(), self._database.reading() as connection:
            return _found(connection, session_id)

    def use_key(
        self, transfer: Transfer, routing_key: RoutingKey, key_sha256: bytes, now: dt.datetime
    ) -> None:
        """Use a key at a delivery point; see `courier.ports.Transfers.use_transfer_key`."""
        row = {
            "session_id": str(transfer.session_id),
            "source_routing_key": routing_key,
            "key_sha256": key_sha256,
            "expires": microseconds_of(transfer.expires),
        }
        table = TRANSFER_KEY.c
        kept = select(table.key_sha256).where(
            table.session_id == row["session_id"], table.source_routing_key == routing_key
        )
        with self._writing() as connection:
            # It may have been signed off meanwhile: then nothing of its keys is kept any more.
            usable_by(_found(connection, transfer.session_id), transfer.requester_oin, now)
            _require_few_misses(connection, transfer, now)
            connection.execute(_USE, row)
            if bytes(connection.execute(kept).scalar_one()) != key_sha256:
                raise Refused(Reason.SESSION_DEVIATES, at="key")

    def miss(self, transfer: Transfer, routing_key: RoutingKey, now: dt.datetime) -> None:
        """Note that no dossier was found; see `courier.ports.Transfers.miss_transfer`."""
        row = {
            "session_id": str(transfer.session_id),
            "source_routing_key": routing_key,
            "requester_oin": transfer.requester_oin,
            "source": transfer.terms.source,
            "told": microseconds_of(now),
        }
        with self._writing() as connection:
            connection.execute(_MISS, row)

    def misses(self, transfer: Transfer, now: dt.datetime) -> int:
        """Return how often a session's requester found nothing at its source, in 24 hours."""
        with recorded(), self._database.reading() as connection:
            return len(_misses(connection, transfer, now))

    def wipe_keys(self, now: dt.datetime, limit: int) -> int:
        """Forget up to `limit` digests of keys of expired sessions; return how many.

        What was not found longer than 24 hours ago goes too.
        """
        table = TRANSFER_KEY.c
        old = select(table.session_id).where(table.expires <= microseconds_of(now)).limit(limit)
        with self._writing() as connection:
            day_ago = microseconds_of(now - LIFETIME)
            connection.execute(delete(TRANSFER_MISS).where(TRANSFER_MISS.c.told <= day_ago))
            gone = delete(TRANSFER_KEY).where(table.session_id.in_(old))
            return connection.execute(gone).rowcount

    def sign_off(
        self, session_id: UUID, caller: Oin, result: TransferResult, now: dt.datetime
    ) -> Transfer:
        """End a session; see `courier.ports.Transfers.sign_off_transfer`."""
        with self._writing() as connection:
            ended = sign_off(_found(connection, session_id), caller, result, now)
            # The guard lets one of two results through that come at the same time.
            open_one = (TRANSFER.c.session_id == str(session_id), TRANSFER.c.result == "")
            connection.execute(update(TRANSFER).where(*open_one).values(result=result.value))
            keys = TRANSFER_KEY.c.session_id == str(session_id)
            connection.execute(delete(TRANSFER_KEY).where(keys))
            return sign_off(_found(connection, session_id), caller, ended.result or result, now)

    def forget(self, before: dt.datetime, limit: int) -> int:
        """Forget up to `limit` sessions that were started before an instant; return how many."""
        table = TRANSFER.c
        old = select(table.session_id).where(table.started < microseconds_of(before)).limit(limit)
        with self._writing() as connection:
            return connection.execute(delete(TRANSFER).where(table.session_id.in_(old))).rowcount

    def close(self) -> None:
        """Let go of the turn."""
        with self._alone:
            if self._turn is not None:
                self._turn.close()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Open a transaction in this thread's turn."""
        with self._alone, recorded():
            # Not the writer's turn: two threads that take one turn would both have it.
            self._turn = self._turn or self._database.storage.open_turn()
            with self._turn.taken(), self._database.writing() as connection:
                yield connection


_USE: Final = text(
    "INSERT INTO transfer_key (session_id, source_routing_key, key_sha256, expires)"
    " VALUES (:session_id, :source_routing_key, :key_sha256, :expires)"
    " ON CONFLICT (session_id, source_routing_key) DO NOTHING"
)
"""Keep the first key, in one statement: a session may be used twice at once."""


_MISS: Final = text(
    "INSERT INTO transfer_miss (session_id, source_routing_key, requester_oin, source, told)"
    " VALUES (:session_id, :source_routing_key, :requester_oin, :source, :told)"
    " ON CONFLICT (session_id, source_routing_key) DO NOTHING"
)
"""Count a delivery point once: who asks again with the same key learns nothing new."""


def _require_few_misses(connection: Connection, transfer: Transfer, now: dt.datetime) -> None:
    """Raise `Refused(NOT_FOUND_EXCEEDED)`: see `transfers.MOST_NOT_FOUND`."""
    misses = _misses(connection, transfer, now)
    if len(misses) >= MOST_NOT_FOUND:
        wait = instant_of(misses[-MOST_NOT_FOUND]) + LIFETIME - now
        raise Refused(
            Reason.NOT_FOUND_EXCEEDED,
            retry_after=max(wait.total_seconds(), 1.0),
            limit=str(MOST_NOT_FOUND),
        )


def _misses(connection: Connection, transfer: Transfer, now: dt.datetime) -> list[int]:
    """Return when a requester found nothing at a source in the last 24 hours, in order."""
    table = TRANSFER_MISS.c
    query = select(table.told).where(
        table.requester_oin == transfer.requester_oin,
        table.source == transfer.terms.source,
        table.told > microseconds_of(now - LIFETIME),
    )
    return list(connection.execute(query.order_by(table.told)).scalars())


def _found(connection: Connection, session_id: UUID) -> Transfer | None:
    query = select(TRANSFER).where(TRANSFER.c.session_id == str(session_id))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return _transfer_of(rows[0]) if rows else None


def _row_of(transfer: Transfer) -> dict[str, Any]:
    terms = transfer.terms
    return {
        "session_id": str(transfer.session_id),
        "requester_oin": transfer.requester_oin,
        "requester": str(terms.requester),
        "requester_routing_key": terms.requester_routing_key,
        "source": terms.source,
        "kind": terms.kind.value,
        "initiator": transfer.initiator,
        "started": microseconds_of(transfer.started),
        "expires": microseconds_of(transfer.expires),
        "result": transfer.result.value if transfer.result else "",
    }


def _transfer_of(row: Mapping[str, Any]) -> Transfer:
    return Transfer(
        session_id=UUID(row["session_id"]),
        requester_oin=Oin(row["requester_oin"]),
        terms=Terms(
            source=Brin(row["source"]),
            requester=_organisation_of(row["requester"]),
            requester_routing_key=RoutingKey(row["requester_routing_key"]),
            kind=Kind(row["kind"]),
        ),
        initiator=row["initiator"],
        started=instant_of(row["started"]),
        expires=instant_of(row["expires"]),
        result=TransferResult(row["result"]) if row["result"] else None,
    )


def _organisation_of(text: str) -> Organisation:
    return Brin(text) if len(text) == _BRIN_LENGTH else Swv(text)
