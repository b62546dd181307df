"""Answering from what the register held at an earlier moment (design.md#known-at)."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, Protocol
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from wissel.routing.facts import Fact, Mandate
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Brin, Oin, Organisation, Swv
from wissel.server.registry.events import Concerned
from wissel.server.registry.ports import Snapshot
from wissel.server.rpc.calls.call import Call
from wissel.server.rpc.requests.backend import Backend

_REVISION: Final = "as_known_at_revision"
_TIME: Final = "as_known_at_time"


class PastRequest(Protocol):
    """A request that may ask what was known at an earlier moment."""

    as_known_at_revision: int

    @property
    def as_known_at_time(self) -> Timestamp:
        """The moment, if one is asked for."""
        ...

    def WhichOneof(self, oneof_group: Literal["as_known_at"]) -> str | None:
        """Which of both is filled, as protobuf defines it."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """What was known at a moment: a table of whom a question is about, and the day of the moment.

    `mandates` are those of the organisations that it is about.
    """

    table: Table
    day: dt.date
    mandates: Mapping[UUID, Mandate]


async def known_at(
    backend: Backend, call: Call, request: PastRequest, organisations: Iterable[str]
) -> Known | None:
    """Return what was known at the moment that a request names; None if it names none.

    `organisations` are BRINs, codes of samenwerkingsverbanden and OINs, well formed or
    not: what is none of these is left to be refused. The facts are read from the events,
    and put together in a thread, one at a time for each OIN (`Impacts`).

    Raises `Refused` with REVISION_UNKNOWN, KNOWN_IN_FUTURE or NOTHING_KNOWN_YET for a
    moment that is none of the register's, with OVERLOADED and with IMPACT_LIMIT.
    """
    if request.WhichOneof("as_known_at") is None:
        return None
    moment = _moment(backend, request)
    async with backend.snapshot() as snapshot:
        revision = await _revision(snapshot, request, moment)
        recorded = await snapshot.recorded_time(revision)
        read = await snapshot.facts_at(revision, _concerned(organisations))
    day = day_of(moment or recorded or backend.clock())
    work = partial(_put_together, revision, day, read)
    known = await backend.impacts.in_turn(call.admitted.oin, work)
    call.table = known.table
    return known


def _put_together(revision: int, day: dt.date, read: Callable[[], list[Fact]]) -> Known:
    facts = read()
    mandates = {each.mandate_id: each for each in facts if isinstance(each, Mandate)}
    return Known(Table.load(revision, facts), day, mandates)


def _concerned(texts: Iterable[str]) -> Concerned:
    """Return whom some texts name; an OIN may be that of a school or samenwerkingsverband."""
    organisations: set[Organisation] = set()
    oins: set[Oin] = set()
    for text in texts:
        if Oin.pattern.fullmatch(text):
            oin = Oin(text)
            oins.add(oin)
            if oin.brin is not None:
                organisations.add(oin.brin)
        else:
            organisations.update(kind(text) for kind in (Brin, Swv) if kind.pattern.fullmatch(text))
    return Concerned(organisations=frozenset(organisations), oins=frozenset(oins))


def _moment(backend: Backend, request: PastRequest) -> dt.datetime | None:
    """Return the moment that is asked for, None for a revision."""
    if request.WhichOneof("as_known_at") != _TIME:
        return None
    try:
        moment = request.as_known_at_time.ToDatetime(dt.UTC)
    except (ValueError, OverflowError):
        expected = "a moment, such as 2026-09-03T12:00:00Z"
        raise Refused(Reason.FIELD_INVALID, field=_TIME, expected=expected) from None
    now = backend.clock()
    if moment > now:
        raise Refused(Reason.KNOWN_IN_FUTURE, field=_TIME, now=_text(now))
    return moment


async def _revision(snapshot: Snapshot, request: PastRequest, moment: dt.datetime | None) -> int:
    """Return the revision whose facts were known, which the register has."""
    if moment is None:
        revision, field = request.as_known_at_revision, _REVISION
        if revision > snapshot.revision:
            raise Refused(Reason.REVISION_UNKNOWN, field=field, revision=str(revision))
    else:
        revision, field = await snapshot.revision_at(moment), _TIME
    if not revision:
        begins = await snapshot.recorded_time(1)
        told = "" if begins is None else _text(begins)
        raise Refused(Reason.NOTHING_KNOWN_YET, field=field, begins=told)
    return revision


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
