"""AuditService: what happened, as whoever asks may read it."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from wissel.audit.v1 import audit_service_pb2 as pb
from wissel.audit.v1 import audit_service_pb2_grpc as pb_grpc
from wissel.routing.facts import Fact, Role
from wissel.routing.facts.keys import name_of
from wissel.routing.facts.plain import FACT_KINDS
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import FOREVER, ONE_DAY, Period, begin_of, parse_optional_day
from wissel.server.registry.events import LAST_REVISION, Position, Span
from wissel.server.registry.history.reading import History, Wanted, read_history
from wissel.server.registry.ports import Snapshot
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.paging import Page, page_of
from wissel.server.rpc.requests.parsing import few
from wissel.server.rpc.services.audit.messages import entry_message
from wissel.server.rpc.services.audit.subjects import about_in, reader_in

_KINDS: Final = {name_of(kind): kind for kind in FACT_KINDS}
_INSTANT: Final = dt.timedelta(microseconds=1)
_LAST_PLACE: Final = 2**31 - 1  # the largest number that its column holds


class AuditServicer(pb_grpc.AuditServiceServicer):
    """What happened."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def ListHistory(
        self, request: pb.ListHistoryRequest, context: object
    ) -> pb.ListHistoryResponse:
        """List what changed of one thing, or of all that is about a school or a board."""
        page = page_of(request)
        after = _position(page)
        kinds = _kinds(request.kinds)
        days = _days(request)
        call = await self._backend.at(request)
        table = call.table
        parties = table.reference.parties.values()
        portals = {party.oin for party in parties if party.role is Role.PORTAL}
        async with self._backend.snapshot() as snapshot:
            pinned = snapshot.revision if page.pinned is None else page.pinned
            wanted = Wanted(
                limit=page.size,
                after=after,
                within=await _within(snapshot, days, pinned),
                oldest_first=request.oldest_first,
                kinds=kinds,
            )
            about = await about_in(snapshot, request)
            reader = await reader_in(snapshot)
            found = await read_history(snapshot, about, reader, wanted, portals)
            persons = await snapshot.subjects(
                {each.event.person for each in found.seen if each.event.person}
            )
        return pb.ListHistoryResponse(
            entries=[entry_message(each, persons, table) for each in found.seen],
            next_page_token=_token(page, pinned, found),
            registry_revision=pinned,
        )


def _kinds(names: Sequence[str]) -> list[type[Fact]]:
    for name in few(names, len(_KINDS), "kinds"):
        if name not in _KINDS:
            expected = f"one of {', '.join(_KINDS)}"
            raise Refused(Reason.FIELD_INVALID, field="kinds", expected=expected)
    return [_KINDS[name] for name in names]


def _days(request: pb.ListHistoryRequest) -> Period:
    """Return the days on which something changed; raises `Refused(PERIOD_INVALID)`."""
    first = parse_optional_day(request.from_date, "from_date") or dt.date.min
    last = parse_optional_day(request.until_date, "until_date")
    if last is not None and last < first:
        raise Refused(Reason.PERIOD_INVALID, field="until_date", start=str(first), end=str(last))
    return Period(first, last)


async def _within(snapshot: Snapshot, days: Period, pinned: int) -> Span:
    """Return the revisions that were recorded on some days, up to the pinned one."""
    first, last = 0, pinned
    if days.start != dt.date.min:
        first = await snapshot.revision_at(begin_of(days.start) - _INSTANT) + 1
    if days.end is not None and days.end != FOREVER:
        end = begin_of(days.end + ONE_DAY) - _INSTANT
        last = min(pinned, await snapshot.revision_at(end))
    return Span(first, last)


def _position(page: Page) -> Position | None:
    """Return after which event a page begins, None for the first page."""
    if not page.after:
        return None
    revision, _, place = page.after.partition(".")
    if not (revision.isdecimal() and place.isdecimal()):
        raise Refused(Reason.PAGE_TOKEN_INVALID, field="page_token")
    return Position(min(int(revision), LAST_REVISION), min(int(place), _LAST_PLACE))


def _token(page: Page, pinned: int, found: History) -> str:
    if found.last is None:
        return ""
    return page.token(pinned, f"{found.last.revision}.{found.last.place}")
