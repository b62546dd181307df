"""What a request for a forecast asks, and working it out in a thread (design.md#forecast)."""

import datetime as dt
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from wissel.routing.deciding.forecast.certificates import CertificateEnds, Ending, Endings
from wissel.routing.deciding.forecast.changes import LONGEST, Extent, day_changes
from wissel.routing.deciding.forecast.forecast import Event, Forecast, concerning
from wissel.routing.deciding.impact.impact import Impact, Viewer
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.days import ONE_DAY, day_of
from wissel.routing.values.identifiers import BoardNumber, Oin, ServiceCode, SystemId
from wissel.server.courier.reachability.view import Reachability
from wissel.server.rpc.calls.call import Call
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.impact_messages import impact_message
from wissel.server.rpc.requests.impacts import SECONDS
from wissel.server.rpc.requests.paging import Page, page_of
from wissel.server.rpc.requests.parsing import day_text, optional, optional_organisation
from wissel.server.rpc.requests.scoping import current_viewer, viewer_in
from wissel.server.rpc.services.routes.forecast_messages import (
    certificate_messages,
    event_message,
)
from wissel.traffic.v1 import route_service_pb2 as pb

MAX_BYTES: Final = 2 * 1024 * 1024
"""What the events of a page take at most: gRPC's clients take 4 MiB, unless told otherwise."""
_STEPS: Final = 16
"""After so many organisations and services, some 1.5 ms, other threads go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A page of the forecast of an extent on a table, as a viewer may know it.

    With `ends` also the certificates that end.
    """

    table: Table
    viewer: Viewer
    extent: Extent
    page: Page
    after: str
    ends: CertificateEnds | None = None

    def token_after(self, last: str) -> str:
        """Return the token of the page after an event, with the first day; empty without one."""
        return self.page.token(self.table.revision, f"{self.extent.today} {last}") if last else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """A page of events, the key of its last if more follow, and all that was counted.

    `certificates` has the routes to receivers whose certificates end, by system.
    """

    events: list[Event]
    last: str
    total: Impact
    certificates: Mapping[Ending, Mapping[SystemId, int]]


async def asked_in(backend: Backend, request: pb.ForecastRoutesRequest, call: Call) -> Asked:
    """Return what is asked of the facts and from the day of the first page.

    Raises `Refused` with the name of a field, and with PAGE_EXPIRED if these facts are
    not in memory any more, or that day is longer ago than yesterday.
    """
    if not 1 <= request.days <= LONGEST:
        raise Refused(Reason.FIELD_INVALID, field="days", expected=f"1 to {LONGEST}")
    page = page_of(request)
    today, after = _first_day(page, backend.today())
    table = backend.pinned.of_page(call.admitted.oin, page.pinned, call.table)
    code = optional(ServiceCode, request.service, "service")
    service = None if code is None else table.service(code)
    if code is not None and service is None:
        raise Refused(Reason.SERVICE_NOT_FOUND, field="service", service=code)
    viewer = await _viewer(backend, call)
    extent = Extent(
        today=today,
        until=today + request.days * ONE_DAY,
        concerns=concerning(viewer),
        organisation=optional_organisation(request.brin, request.swv),
        service=None if service is None else service.code,
        signatory=optional(BoardNumber, request.board_number, "board_number"),
    )
    return Asked(
        table=table,
        viewer=viewer,
        extent=extent,
        page=page,
        after=after,
        ends=_ends(backend.reachability) if page.pinned is None else None,
    )


def _ends(reachability: Reachability) -> CertificateEnds:
    """Return what gives the day on which a receiver's certificate ends, as it is now."""

    @cache
    def ends(url: str, oin: Oin) -> dt.date | None:
        known = reachability.of(url, oin)
        last = None if known is None else known.certificate_ends
        return None if last is None else day_of(last)

    return ends


async def _viewer(backend: Backend, call: Call) -> Viewer:
    if call.person is None:
        return current_viewer()
    async with backend.snapshot() as snapshot:
        return await viewer_in(snapshot)


def _first_day(page: Page, today: dt.date) -> tuple[dt.date, str]:
    """Return the day of the first page, and the key after which this one begins."""
    if page.pinned is None:
        return today, ""
    text, _, after = page.after.partition(" ")
    try:
        first = dt.date.fromisoformat(text)
    except ValueError:
        raise Refused(Reason.PAGE_TOKEN_INVALID, field="page_token") from None
    if not today - ONE_DAY <= first <= today:
        raise Refused(Reason.PAGE_EXPIRED, field="page_token")
    return first, after


async def foretell(backend: Backend, call: Call, asked: Asked) -> pb.ForecastRoutesResponse:
    """Return a page of a forecast, once it is the turn of the caller's OIN.

    Raises `Refused` with IMPACT_LIMIT if as many of this OIN wait already as may, and
    with FORECAST_TOO_LARGE if it takes too long.
    """
    gone = threading.Event()
    work = partial(_answer, asked, call.language, gone)
    return await backend.impacts.in_turn(call.admitted.oin, work, gone)


def _answer(asked: Asked, language: str, gone: threading.Event) -> pb.ForecastRoutesResponse:
    """Return a page as a message: in a thread too, as its words take a while.

    It ends early where it would be more than clients take.
    """
    found = work_out(asked, SECONDS, gone)
    table, extent = asked.table, asked.extent
    answer = pb.ForecastRoutesResponse(
        next_page_token=asked.token_after(found.last),
        registry_revision=table.revision,
        from_date=day_text(extent.today),
        to_date=day_text(extent.until),
        total=impact_message(found.total, table),
        certificates=certificate_messages(found.certificates, table, language),
    )
    size, last = 0, ""
    for event in found.events:
        message = event_message(event, table, language)
        size += message.ByteSize()
        if answer.events and size > MAX_BYTES:
            answer.next_page_token = asked.token_after(last)
            break
        answer.events.append(message)
        last = event.key
        time.sleep(0)
    return answer


def work_out(asked: Asked, seconds: float, gone: threading.Event) -> Foretold:
    """Return a page, in a thread that lets the event loop go first again and again.

    `seconds` is the longest that it may take; once the call is `gone` it stops.
    """
    extent, until = asked.extent, time.monotonic() + seconds
    forecast = Forecast(
        asked.table, extent.today, asked.viewer, after=asked.after, size=asked.page.size
    )
    endings = None if asked.ends is None else Endings(asked.table, extent, asked.viewer, asked.ends)
    for number, _ in enumerate(_steps(asked, forecast, endings)):
        if number % _STEPS:
            continue
        if gone.is_set():
            break  # nobody reads it
        if time.monotonic() > until:
            raise Refused(Reason.FORECAST_TOO_LARGE, seconds=f"{seconds:g}")
        time.sleep(0)
    events, last = forecast.page()
    certificates = {} if endings is None else endings.routes
    return Foretold(events=events, last=last, total=forecast.total, certificates=certificates)


def _steps(asked: Asked, forecast: Forecast, endings: Endings | None) -> Iterator[None]:
    for changes in day_changes(asked.table, asked.extent):
        forecast.add(changes)
        yield
    if endings is not None:
        yield from endings.steps()
