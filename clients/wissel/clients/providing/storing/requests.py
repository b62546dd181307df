"""Requests in vain: who asked for a dossier that was not there, not ready or not for them.

Of the pupil a request has the search key alone. It is remembered until 1 October, so
that whoever asked can be told once there is something (design.md#providing).
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from wissel.clients.providing.storing.database import Database
from wissel.clients.providing.storing.records import (
    PreparedDossier,
    RememberedRequest,
    RequestState,
    address_as_json,
    address_in_json,
)
from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.orders import ProvideOrder
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Brin, Oin, SystemId

MOST_OF_A_POINT: Final = 200
"""Requests that are remembered of one delivery point of a requester; the oldest go first."""
MOST_OF_AN_OIN: Final = 5_000
"""Requests that are remembered of all delivery points of one requesting system."""

_TOLD: Final = 1
_NEVER: Final = 2
_ALL: Final = (
    "SELECT r.session_id, r.source, r.requester_oin, r.requester, r.kind, r.asked, r.until,"
    " r.result, r.search_key, r.source_key_id, r.requester_key_id, r.requester_system,"
    " r.requester_public_key, r.told, d.held, d.dossier_id"
    " FROM request r LEFT JOIN dossier d USING (dossier_id)"
)
_SURPLUS: Final = (
    "DELETE FROM request WHERE (session_id, source_key) IN (SELECT session_id, source_key"
    " FROM request WHERE requester_oin = ?{} ORDER BY asked DESC LIMIT -1 OFFSET ?)"
)

_Row = tuple[Any, ...]


class Requests:
    """The requests in vain at one folder of prepared dossiers; raises `StorageError`."""

    def __init__(
        self,
        database: Database,
        *,
        of_point: int = MOST_OF_A_POINT,
        of_oin: int = MOST_OF_AN_OIN,
    ) -> None:
        self._database = database
        self._of_point = of_point
        self._of_oin = of_oin

    def remember(self, request: RememberedRequest) -> None:
        """Keep a request; of a requester that asks too much the oldest are forgotten."""
        source_key, requester_key = _keys(request)
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO request (session_id, source_key, brin, kind, source,"
                " requester_oin, requester_key, requester, asked, until, result, search_key,"
                " source_key_id, requester_key_id, requester_system, requester_public_key)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    str(request.session_id),
                    source_key,
                    request.source.organisation,
                    request.kind,
                    address_as_json(request.source),
                    request.requester_oin,
                    requester_key,
                    address_as_json(request.requester),
                    request.asked.isoformat(),
                    request.until.isoformat(),
                    request.state,
                    request.search_key,
                    str(request.source_key_id),
                    str(request.requester_key_id),
                    request.requester_system,
                    request.requester_public_key,
                ),
            )
            connection.execute(
                _SURPLUS.format(" AND requester_key = ?"),
                (request.requester_oin, requester_key, self._of_point),
            )
            connection.execute(_SURPLUS.format(""), (request.requester_oin, self._of_oin))

    def listed(self) -> list[RememberedRequest]:
        """Return all requests, the newest first."""
        with self._database.open() as connection:
            rows = connection.execute(_ALL + " ORDER BY r.asked DESC").fetchall()
        return list(map(_request_of, rows))

    def waiting(self, brin: Brin, kind: Kind, today: dt.date) -> list[RememberedRequest]:
        """Return the requests for such dossiers of a school that have not been told of one."""
        with self._database.open() as connection:
            rows = connection.execute(
                _ALL + " WHERE r.brin = ? AND r.kind = ? AND NOT r.told AND r.until >= ?",
                (brin, kind, today.isoformat()),
            ).fetchall()
        return list(map(_request_of, rows))

    def available(self) -> list[RememberedRequest]:
        """Return the requests whose requester is to be told that there is something."""
        with self._database.open() as connection:
            rows = connection.execute(
                _ALL + " WHERE d.held = 0 AND NOT r.told ORDER BY r.asked"
            ).fetchall()
        return list(map(_request_of, rows))

    def matched(self, dossier: PreparedDossier, answered: Iterable[RememberedRequest]) -> None:
        """Record which requests a dossier answers, and that this was looked at."""
        with self._database.write() as connection:
            known = connection.execute(
                "UPDATE dossier SET matched = 1 WHERE dossier_id = ?", (str(dossier.dossier_id),)
            ).rowcount
            if known:  # it may have been withdrawn meanwhile
                connection.executemany(
                    "UPDATE request SET dossier_id = ? WHERE session_id = ? AND source_key = ?",
                    [
                        (str(dossier.dossier_id), str(each.session_id), _keys(each)[0])
                        for each in answered
                    ],
                )

    def told(self, request: RememberedRequest, *, done: bool) -> None:
        """Record that the requester is told, or that it can never be."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE request SET told = ? WHERE session_id = ? AND source_key = ?",
                (_TOLD if done else _NEVER, str(request.session_id), _keys(request)[0]),
            )

    def over(self, dossier: PreparedDossier, order: ProvideOrder) -> None:
        """Forget what a requester asked for in vain, as it gets that dossier now."""
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM request WHERE requester_oin = ? AND requester_key = ?"
                " AND (dossier_id = ? OR (session_id = ? AND source_key = ?))",
                (
                    order.requester_oin,
                    order.requester.routing_key or "",
                    str(dossier.dossier_id),
                    str(order.session_id),
                    order.source.routing_key or "",
                ),
            )

    def keys_in_use(self, now: dt.datetime) -> set[UUID]:
        """Return the ids of one's own keys that a request still needs."""
        with self._database.open() as connection:
            rows = connection.execute(
                "SELECT DISTINCT source_key_id FROM request WHERE until >= ? AND NOT told",
                (day_of(now).isoformat(),),
            )
            return {UUID(each) for (each,) in rows}


def _keys(request: RememberedRequest) -> tuple[str, str]:
    return request.source.routing_key or "", request.requester.routing_key or ""


def _request_of(row: _Row) -> RememberedRequest:
    session, source, oin, requester, kind, asked, until, result, search_key, *_ = row
    source_key_id, requester_key_id, system, public_key, told, held, dossier_id = row[9:]
    state = RequestState.AVAILABLE if held == 0 else RequestState(result)
    if told == _TOLD:
        state = RequestState.TOLD
    return RememberedRequest(
        session_id=UUID(session),
        source=address_in_json(source),
        requester_oin=Oin(oin),
        requester=address_in_json(requester),
        kind=Kind(kind),
        asked=dt.datetime.fromisoformat(asked),
        until=dt.date.fromisoformat(until),
        state=state,
        search_key=search_key,
        source_key_id=UUID(source_key_id),
        requester_key_id=UUID(requester_key_id),
        requester_system=SystemId(system),
        requester_public_key=public_key,
        dossier_id=UUID(dossier_id) if dossier_id else None,
    )
