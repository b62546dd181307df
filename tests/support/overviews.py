"""A small country for overviews: schools with points or without, closed or of hostile names."""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, TypeVar

from support.worlds import small_world as w
from support.worlds.hub import Hub
from wissel.clients.cli.publishing.data import whole
from wissel.clients.cli.publishing.overview import Overview
from wissel.clients.cli.publishing.pages import pages
from wissel.clients.cli.publishing.reading import read
from wissel.clients.cli.publishing.sheets import workbook
from wissel.clients.cli.session import Session
from wissel.routing.facts import (
    TEST_SCHOOL,
    Endpoint,
    Fact,
    Location,
    Mandate,
    Sector,
    System,
)
from wissel.routing.values.identifiers import Brin, SystemId
from wissel.routing.values.points import Point

T = TypeVar("T")

CLOSED: Final = Brin("99XD")
MARKUP: Final = "De <script>alert('!')</script> & \"Co\"</script>"
FORMULA: Final = '=HYPERLINK("https://evil.example")'
_POINTS: Final = {
    "99XA00": Point.parse(52.09, 5.12, "point"),
    "99XB00": Point.parse(53.22, 6.57, "point"),
    "99XC01": Point.parse(12.15, -68.27, "point"),  # beyond the map
}


def country() -> list[Fact]:
    """Return the small world, with names, towns and points for its schools, and a few more."""
    closed = w.school(CLOSED, w.BOARD_1, closed=w.START)
    test = w.school(TEST_SCHOOL, w.BOARD_1)
    schools = [
        _located(w.school(w.XA, w.BOARD_1), MARKUP, "'S-GRAVENHAGE"),
        _located(w.school(w.XB, w.BOARD_2, "00", "02"), FORMULA, "GRONINGEN"),
        _located(w.school(w.XC, w.BOARD_2, "01"), "Zonder punt", "KRALENDIJK"),
    ]
    return [*w.small(), *schools, closed, test]


def _located(school: T, name: str, city: str) -> T:
    def moved(each: Location) -> Location:
        return replace(
            each, name=name, city=city, sector=Sector.PO, point=_POINTS.get(each.vestiging)
        )

    return replace(school, locations=tuple(map(moved, school.locations)))  # type: ignore[attr-defined, type-var]


def served_by(facts: Iterable[Fact], chosen: Callable[[str], SystemId]) -> list[Fact]:
    """Return the same facts with every organisation served by the system chosen for it."""
    return [
        replace(fact, system_id=chosen(fact.organisation))
        if isinstance(fact, Mandate | Endpoint)
        else fact
        for fact in facts
    ]


def named(facts: Iterable[Fact], system: SystemId, name: str) -> list[Fact]:
    """Return the same facts with another name for a system."""
    return [
        replace(fact, name=name) if isinstance(fact, System) and fact.system_id == system else fact
        for fact in facts
    ]


def session(hub: Hub, name: str = "desk") -> Session:
    """Return a run of the command as somebody."""
    identity = hub.identity(name)
    return Session(
        server=hub.address,
        certificate=str(identity.certificate),
        key=str(identity.key),
        trust_roots=str(identity.roots),
        user="jansen",
        json=True,
    )


async def overview_of(hub: Hub, name: str = "desk", day: dt.date | None = w.TODAY) -> Overview:
    """Return what the command reads, in a thread as it waits for its answers."""
    run = session(hub, name)
    try:
        return await asyncio.to_thread(read, run, day)
    finally:
        await asyncio.to_thread(run.close)


def files_of(overview: Overview) -> dict[str, bytes]:
    """Return every file that is published."""
    return {
        **pages(overview),
        "overzicht.xlsx": workbook(overview),
        "overzicht.json": whole(overview),
    }
