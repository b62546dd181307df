"""Prepared dossiers on disk: a file each, and a row that says whose it is.

A file is durable before its row is written, and is never changed: another content is
another file. So a row always has its file, and whoever reads one is not disturbed by what
replaces it. A file without a row was left by a crash, and is removed.
"""

import dataclasses
import datetime as dt
import logging
import os
import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from wissel.clients.errors import DossierUnusable, StorageError
from wissel.clients.providing.rules import check_stage
from wissel.clients.providing.storing.database import Database, told
from wissel.clients.providing.storing.records import PreparedDossier, dossier_of_row
from wissel.clients.providing.storing.rows import SELECT, delete, insert, others, with_numbers
from wissel.clients.storage.atomic_write import TEMPORARY, write_atomically
from wissel.clients.storage.leftovers import UUID_NAME, remove_leftovers
from wissel.clients.storage.locks import lock_if_free, waiting_lock
from wissel.clients.storage.private import (
    is_open_to_others,
    make_private_file,
    make_private_folder,
)
from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.links import link_digest
from wissel.routing.exchange.fetching.search_keys import NumberKind, PupilNumber
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Brin

_LOG: Final = logging.getLogger("wissel.las")
_SUFFIX: Final = ".xml"
_FILE: Final = re.compile(rf"{UUID_NAME}{re.escape(_SUFFIX)}(?:{re.escape(TEMPORARY)})?")
_ANY_DUE: Final = (
    "SELECT EXISTS (SELECT 1 FROM dossier WHERE until < :today)"
    " OR EXISTS (SELECT 1 FROM header WHERE forget_after < :now)"
    " OR EXISTS (SELECT 1 FROM request WHERE until < :today)"
)


class PreparedStore:
    """The dossiers in one folder. Threads and processes may use it at the same time.

    Each method raises `StorageError`.
    """

    def __init__(self, folder: Path) -> None:
        self._files = folder / "files"
        self._lock = folder / ".lock"
        self.folder = folder
        with told(folder):
            make_private_folder(self._files)
            make_private_file(self._lock)
            if is_open_to_others(folder):
                _LOG.warning(
                    "%s can be read by others than its owner; run: chmod 700 on it", folder
                )
        self.database = Database(folder)
        self._clean()

    def add(self, dossier: PreparedDossier, content: bytes) -> PreparedDossier:
        """Keep a dossier in the place of those of its pupil that it replaces; return it.

        One that is held back replaces none that is given: that is done by `release`.
        Content that was prepared before keeps the moment at which it was collected, and the
        pupil is found by the numbers that were known before, too.
        Raises `DossierUnusable` for a stage that goes back.
        """
        with told(self.folder), waiting_lock(self._lock):
            with self.database.open() as connection:
                same = others(connection, dossier)
                same = [with_numbers(connection, each) for each in same]
            check_stage(dossier.stage, [each.stage for each in same])
            known = [each.collected for each in same if each.sha256 == dossier.sha256]
            dossier = dataclasses.replace(
                dossier,
                collected=min([dossier.collected, *known]),
                numbers=dossier.numbers.union(*(each.numbers for each in same)),
            )
            replaced = [each for each in same if each.held or not dossier.held]
            self._put(dossier, content, replaced)
        return self._replacing(dossier, replaced)

    def release(self, dossier_id: UUID) -> PreparedDossier:
        """Give a dossier that was held back from now on, and return it."""
        with told(self.folder), waiting_lock(self._lock), self.database.write() as connection:
            held = self._get(connection, dossier_id)
            replaced = others(connection, with_numbers(connection, held))
            connection.execute(
                "UPDATE dossier SET held = 0, matched = 0 WHERE dossier_id = ?", (str(dossier_id),)
            )
            delete(connection, replaced)
        return self._replacing(dataclasses.replace(held, held=False), replaced)

    def remove(self, dossier_id: UUID) -> PreparedDossier:
        """Forget a dossier, and return it; whoever reads it now may read on."""
        with self.database.write() as connection:
            dossier = self._get(connection, dossier_id)
            delete(connection, [dossier])
        self._unlink([dossier_id])
        return dossier

    def link(self, dossier_id: UUID, link_key: UUID) -> None:
        """Give a dossier to whoever names this link key, besides what it was found by before."""
        with self.database.write() as connection:
            self._get(connection, dossier_id)
            connection.execute(
                "INSERT OR REPLACE INTO link (digest, dossier_id) VALUES (?, ?)",
                (link_digest(link_key), str(dossier_id)),
            )

    def listed(self) -> list[PreparedDossier]:
        """Return all dossiers without their numbers, in order of school, kind and preparation."""
        with self.database.open() as connection:
            rows = connection.execute(SELECT).fetchall()
        found = map(dossier_of_row, rows)
        return sorted(found, key=lambda each: (each.brin, each.kind, each.prepared))

    def numbers_of(self, brin: Brin, kind: Kind) -> set[PupilNumber]:
        """Return the numbers of all pupils of whom a school has such a dossier ready."""
        with self.database.open() as connection:
            rows = connection.execute(
                "SELECT DISTINCT n.kind, n.digits FROM pupil_number n"
                " JOIN dossier d USING (dossier_id) WHERE d.brin = ? AND d.kind = ?",
                (brin, kind),
            )
            return {PupilNumber(kind=NumberKind(name), digits=digits) for name, digits in rows}

    def of_pupil(self, brin: Brin, kind: Kind, number: PupilNumber) -> list[PreparedDossier]:
        """Return the dossiers of a pupil that a school has ready."""
        with self.database.open() as connection:
            rows = connection.execute(
                SELECT + " JOIN pupil_number n USING (dossier_id)"
                " WHERE n.kind = ? AND n.digits = ? AND d.brin = ? AND d.kind = ?",
                (number.kind, number.digits, brin, kind),
            ).fetchall()
        return list(map(dossier_of_row, rows))

    def of_link(self, brin: Brin, kind: Kind, link_key: UUID) -> list[PreparedDossier]:
        """Return the dossier that lies ready under a link key, if there is one."""
        with self.database.open() as connection:
            rows = connection.execute(
                SELECT + " JOIN link l USING (dossier_id)"
                " WHERE l.digest = ? AND d.brin = ? AND d.kind = ?",
                (link_digest(link_key), brin, kind),
            ).fetchall()
        return list(map(dossier_of_row, rows))

    def find(self, dossier_id: UUID | None) -> PreparedDossier | None:
        """Return a dossier without its numbers, None if it is not there."""
        with self.database.open() as connection:
            row = connection.execute(
                SELECT + " WHERE d.dossier_id = ?", (str(dossier_id),)
            ).fetchone()
        return None if row is None else dossier_of_row(row)

    def unmatched(self) -> list[PreparedDossier]:
        """Return what is given since it was last looked who had asked for it, with its numbers."""
        with self.database.open() as connection:
            rows = connection.execute(SELECT + " WHERE NOT d.matched AND NOT d.held").fetchall()
            return [with_numbers(connection, dossier_of_row(row)) for row in rows]

    def unannounced(self, kind: Kind) -> list[PreparedDossier]:
        """Return the dossiers of a kind that are given and that nobody was told of."""
        with self.database.open() as connection:
            rows = connection.execute(
                SELECT + " WHERE d.kind = ? AND NOT d.announced AND NOT d.held", (kind,)
            ).fetchall()
        return list(map(dossier_of_row, rows))

    def announced(self, dossier_id: UUID) -> None:
        """Record that those for whom a dossier is were told of it."""
        with self.database.write() as connection:
            connection.execute(
                "UPDATE dossier SET announced = 1 WHERE dossier_id = ?", (str(dossier_id),)
            )

    def opened(self, dossier: PreparedDossier) -> IO[bytes] | None:
        """Return the file of a dossier, None if it was replaced or withdrawn meanwhile."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        with told(self.folder):
            try:
                return os.fdopen(os.open(self._path(dossier.dossier_id), flags), "rb")
            except FileNotFoundError:
                return None

    def forget(self, now: dt.datetime) -> int:
        """Forget the dossiers, headers and requests whose day is over; return how many dossiers."""
        due = {"today": day_of(now).isoformat(), "now": int(now.timestamp())}
        with self.database.open() as connection:  # nobody who looks waits for who writes
            if not connection.execute(_ANY_DUE, due).fetchone()[0]:
                return 0
        with self.database.write() as connection:
            rows = connection.execute("SELECT dossier_id FROM dossier WHERE until < :today", due)
            over = [UUID(each) for (each,) in rows]
            connection.execute("DELETE FROM dossier WHERE until < :today", due)
            connection.execute("DELETE FROM header WHERE forget_after < :now", due)
            connection.execute("DELETE FROM request WHERE until < :today", due)
        self._unlink(over)
        return len(over)

    def _path(self, dossier_id: UUID) -> Path:
        return self._files / f"{dossier_id}{_SUFFIX}"

    def _put(
        self, dossier: PreparedDossier, content: bytes, replaced: Iterable[PreparedDossier]
    ) -> None:
        path = self._path(dossier.dossier_id)
        write_atomically(path, content)
        try:
            with self.database.write() as connection:
                insert(connection, dossier)
                delete(connection, replaced)
        except StorageError:
            with self.database.open() as connection:
                known = connection.execute(
                    "SELECT 1 FROM dossier WHERE dossier_id = ?", (str(dossier.dossier_id),)
                ).fetchone()
            if not known:
                self._unlink([dossier.dossier_id])
            raise

    @staticmethod
    def _get(connection: sqlite3.Connection, dossier_id: UUID) -> PreparedDossier:
        row = connection.execute(SELECT + " WHERE d.dossier_id = ?", (str(dossier_id),)).fetchone()
        if row is None:
            message = f"no dossier {dossier_id} is prepared here; `wissel prepared list` shows all"
            raise DossierUnusable(message)
        return dossier_of_row(row)

    def _replacing(
        self, dossier: PreparedDossier, replaced: Iterable[PreparedDossier]
    ) -> PreparedDossier:
        """Remove the files of dossiers whose place one took; return it with their ids."""
        gone = tuple(each.dossier_id for each in replaced)
        self._unlink(gone)
        return dataclasses.replace(dossier, replaced=gone)

    def _unlink(self, gone: Iterable[UUID]) -> None:
        """Remove files without a row; one that another process reads on Windows stays for later."""
        for each in gone:
            try:
                self._path(each).unlink(missing_ok=True)
            except OSError:  # without a row it is found by nobody, and removed at a next start
                continue

    def _clean(self) -> None:
        """Remove what a crash left, unless another process is just adding a dossier."""
        with told(self.folder), lock_if_free(self._lock) as free:
            if not free:
                return
            with self.database.open() as connection:
                rows = connection.execute("SELECT dossier_id FROM dossier")
                keep = {f"{each}{_SUFFIX}" for (each,) in rows}
            remove_leftovers(self.folder, [self._files], _FILE, lambda file: file.name in keep)
