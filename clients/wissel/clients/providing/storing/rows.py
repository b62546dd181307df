"""The rows of prepared dossiers, in a transaction of the caller."""

import dataclasses
import sqlite3
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from wissel.clients.providing.storing.records import (
    PreparedDossier,
    dossier_as_json,
    dossier_of_row,
)
from wissel.routing.exchange.fetching.search_keys import NumberKind, PupilNumber

SELECT: Final = (
    "SELECT d.dossier_id, d.brin, d.routing_key, d.kind, d.held, d.until, d.facts FROM dossier d"
)


def others(connection: sqlite3.Connection, dossier: PreparedDossier) -> list[PreparedDossier]:
    """Return the other dossiers of the same pupil, kind, school and delivery point."""
    found: dict[UUID, PreparedDossier] = {}
    for number in dossier.numbers:
        rows = connection.execute(
            SELECT + " JOIN pupil_number n USING (dossier_id)"
            " WHERE n.kind = ? AND n.digits = ? AND d.brin = ? AND d.kind = ?"
            " AND d.routing_key = ?",
            (number.kind, number.digits, dossier.brin, dossier.kind, dossier.routing_key or ""),
        )
        found |= {each.dossier_id: each for each in map(dossier_of_row, rows)}
    found.pop(dossier.dossier_id, None)
    return list(found.values())


def with_numbers(connection: sqlite3.Connection, dossier: PreparedDossier) -> PreparedDossier:
    """Return a dossier with the numbers of its pupil."""
    rows = connection.execute(
        "SELECT kind, digits FROM pupil_number WHERE dossier_id = ?", (str(dossier.dossier_id),)
    )
    numbers = (PupilNumber(kind=NumberKind(kind), digits=digits) for kind, digits in rows)
    return dataclasses.replace(dossier, numbers=frozenset(numbers))


def insert(connection: sqlite3.Connection, dossier: PreparedDossier) -> None:
    """Add a dossier with its numbers."""
    connection.execute(
        "INSERT INTO dossier (dossier_id, brin, routing_key, kind, held, until, facts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            str(dossier.dossier_id),
            dossier.brin,
            dossier.routing_key or "",
            dossier.kind,
            dossier.held,
            dossier.until.isoformat(),
            dossier_as_json(dossier),
        ),
    )
    connection.executemany(
        "INSERT INTO pupil_number VALUES (?, ?, ?)",
        [(str(dossier.dossier_id), each.kind, each.digits) for each in dossier.numbers],
    )


def delete(connection: sqlite3.Connection, gone: Iterable[PreparedDossier]) -> None:
    """Delete dossiers, and what hangs on them."""
    connection.executemany(
        "DELETE FROM dossier WHERE dossier_id = ?", [(str(each.dossier_id),) for each in gone]
    )
