"""Queries of the journal: lists of deliveries, and what the sweeper has to settle."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, tuple_

from wissel.routing.exchange.delivery import Delivery, Position, State, Wanted
from wissel.server.store.journal.codec import microseconds_of
from wissel.server.store.journal.tables import DELIVERY, OUTCOME


def page_query(wanted: Wanted, after: Position | None, limit: int) -> Select[Any]:
    """Return the query of `Journal.page`."""
    table, conditions = DELIVERY.c, _conditions(wanted)
    conditions.append(table.accepted > 0)  # not reduced
    position = (table.accepted, table.sender_oin, table.message_id)
    if after is not None:
        shown = (microseconds_of(after.accepted), after.sender_oin, str(after.message_id))
        conditions.append(tuple_(*position) < shown)
    newest_first = [column.desc() for column in position]
    return select(DELIVERY).where(*conditions).order_by(*newest_first).limit(limit)


def overdue_query(now: dt.datetime, limit: int) -> Select[Any]:
    """Return the query of `Journal.overdue`, first those that wait longest."""
    table = DELIVERY.c
    return (
        select(DELIVERY)
        .where(table.state == State.ACCEPTED.value, table.lease_until <= microseconds_of(now))
        .order_by(table.lease_until)
        .limit(limit)
    )


def uncertain_query(since: dt.datetime, after: Delivery | None, limit: int) -> Select[Any]:
    """Return the query of `Journal.uncertain`.

    No lease ends before its message was accepted. So a condition on the lease
    adds nothing to that on acceptance, and lets the index of states and leases
    pass over everything older than `since`, however much that is.
    """
    table, earliest = DELIVERY.c, microseconds_of(since)
    conditions = [
        table.state == State.UNCERTAIN.value,
        table.lease_until >= earliest,
        table.accepted >= earliest,
    ]
    order = (table.lease_until, table.sender_oin, table.message_id)
    if after is not None:
        last = after.order
        passed = (microseconds_of(last.lease_until), last.sender_oin, str(last.message_id))
        conditions.append(tuple_(*order) > passed)
    return select(DELIVERY).where(*conditions).order_by(*order).limit(limit)


def due_query(state: State, before: dt.datetime, limit: int) -> Select[Any]:
    """Return the query for deliveries of one state that are older than an instant.

    Both acceptance and the end of the lease are. The index of states and leases
    finds them: those that were reduced have a lease of 0, so that none of them is
    passed over.
    """
    table, moment = DELIVERY.c, microseconds_of(before)
    return (
        select(DELIVERY)
        .where(
            table.state == state.value,
            table.lease_until > 0,
            table.lease_until < moment,
            table.accepted < moment,
        )
        .order_by(table.lease_until)
        .limit(limit)
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    table, whose = DELIVERY.c, wanted.organisation
    conditions: list[ColumnElement[bool]] = []
    if wanted.party:
        conditions.append(or_(table.sender_oin == wanted.party, table.receiver_oin == wanted.party))
    if wanted.state:
        conditions.append(table.state == wanted.state.value)
    if whose:
        conditions.append(
            or_(table.sender_organisation == whose, table.receiver_organisation == whose)
        )
    if wanted.start:
        conditions.append(table.accepted >= microseconds_of(wanted.start))
    if wanted.end:
        conditions.append(table.accepted < microseconds_of(wanted.end))
    said = select(OUTCOME.c.message_id).where(
        OUTCOME.c.sender_oin == table.sender_oin, OUTCOME.c.message_id == table.message_id
    )
    if wanted.outcome:
        conditions.append(said.where(OUTCOME.c.result == wanted.outcome).exists())
    if wanted.silent_since:
        conditions += [
            table.state == State.DELIVERED.value,
            table.updated < microseconds_of(wanted.silent_since),
            ~said.exists(),
        ]
    return conditions
