"""What the test LAS remembers of test messages: ids, digests and where to answer, for 32 days."""

import datetime as dt
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from wissel.clients.storage.private import make_private_file, make_private_folder
from wissel.routing.values.identifiers import Oin

KEPT: Final = dt.timedelta(days=32)
"""How long a message is remembered: as long as a hub asks what became of one."""
MOST_IN_AN_HOUR: Final = 20
MOST_IN_A_DAY: Final = 100
"""How many messages of one vendor are answered in an hour, and in a day."""
MOST_WAITING: Final = 1_000
"""How many messages of all vendors may wait for their answer."""

_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS exchange (
        sender_oin TEXT NOT NULL,
        message_id TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        service TEXT NOT NULL,
        place TEXT NOT NULL,
        routing_key TEXT NOT NULL,
        answer_id TEXT NOT NULL UNIQUE,
        arrived INTEGER NOT NULL,
        due INTEGER,
        attempts INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (sender_oin, message_id)
    ) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A test message: whose, of which school and system, and the id of the answer to it."""

    sender_oin: Oin
    message_id: UUID
    sha256: str
    service: str
    place: str
    routing_key: str
    answer_id: UUID
    arrived: dt.datetime
    attempts: int = 0


class TooMany(Exception):
    """There are as many test messages as are answered: `most` of `what`."""

    def __init__(self, most: int, what: str) -> None:
        self.what = f"{most} {what}"
        super().__init__(self.what)


class Ledger:
    """The messages of the test LAS, in `<folder>/exchanges.db`; any thread may use it."""

    def __init__(self, folder: Path) -> None:
        make_private_folder(folder)
        file = folder / "exchanges.db"
        make_private_file(file)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(_TABLE)

    def add(self, received: Received) -> None:
        """Remember a message, to be answered now; one that is known stays as it is.

        Raises `TooMany`.
        """
        moment = int(received.arrived.timestamp())
        with self._lock:
            if self._known(received):
                return
            self._require_room(received, moment)
            self._database.execute(
                "INSERT INTO exchange VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
                (
                    received.sender_oin,
                    str(received.message_id),
                    received.sha256,
                    received.service,
                    received.place,
                    received.routing_key,
                    str(received.answer_id),
                    moment,
                    moment,
                ),
            )

    def sent_as_answer(self, message_id: UUID) -> bool:
        """Whether a message of this id was one of our answers."""
        query = "SELECT 1 FROM exchange WHERE answer_id = ?"
        with self._lock:
            return self._database.execute(query, (str(message_id),)).fetchone() is not None

    def due(self, now: dt.datetime, limit: int) -> Sequence[Received]:
        """Return up to `limit` messages whose answer is to be sent now, the oldest first."""
        query = (
            "SELECT sender_oin, message_id, sha256, service, place, routing_key, answer_id,"
            " arrived, attempts FROM exchange WHERE due <= ? ORDER BY due LIMIT ?"
        )
        with self._lock:
            rows = self._database.execute(query, (int(now.timestamp()), limit)).fetchall()
        return [
            Received(
                sender_oin=Oin(row[0]),
                message_id=UUID(row[1]),
                sha256=row[2],
                service=row[3],
                place=row[4],
                routing_key=row[5],
                answer_id=UUID(row[6]),
                arrived=dt.datetime.fromtimestamp(row[7], dt.UTC),
                attempts=row[8],
            )
            for row in rows
        ]

    def next_due(self) -> dt.datetime | None:
        """Return when the next answer is to be sent, None if there is none."""
        with self._lock:
            (due,) = self._database.execute("SELECT min(due) FROM exchange").fetchone()
        return None if due is None else dt.datetime.fromtimestamp(due, dt.UTC)

    def answered(self, received: Received) -> None:
        """Note that nothing is to be sent any more."""
        self._set(received, None)

    def later(self, received: Received, due: dt.datetime) -> None:
        """Note that the answer is to be tried again."""
        self._set(received, int(due.timestamp()))

    def forget(self, now: dt.datetime) -> int:
        """Delete what is older than `KEPT`; return how many messages that were."""
        with self._lock:
            return self._database.execute(
                "DELETE FROM exchange WHERE arrived < ?", (int((now - KEPT).timestamp()),)
            ).rowcount

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def _set(self, received: Received, due: int | None) -> None:
        with self._lock:
            self._database.execute(
                "UPDATE exchange SET due = ?, attempts = attempts + 1"
                " WHERE sender_oin = ? AND message_id = ?",
                (due, received.sender_oin, str(received.message_id)),
            )

    def _known(self, received: Received) -> bool:
        query = "SELECT 1 FROM exchange WHERE sender_oin = ? AND message_id = ?"
        key = (received.sender_oin, str(received.message_id))
        return self._database.execute(query, key).fetchone() is not None

    def _require_room(self, received: Received, moment: int) -> None:
        own = "SELECT count(*) FROM exchange WHERE sender_oin = ? AND arrived > ?"
        for most, seconds, what in (
            (MOST_IN_AN_HOUR, 3600, "messages of one vendor in an hour"),
            (MOST_IN_A_DAY, 86_400, "messages of one vendor in a day"),
        ):
            since = moment - seconds
            (count,) = self._database.execute(own, (received.sender_oin, since)).fetchone()
            if count >= most:
                raise TooMany(most, what)
        (waiting,) = self._database.execute(
            "SELECT count(*) FROM exchange WHERE due IS NOT NULL"
        ).fetchone()
        if waiting >= MOST_WAITING:
            raise TooMany(MOST_WAITING, "messages that wait")
