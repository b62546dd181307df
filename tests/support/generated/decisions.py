"""Small worlds in which anything may be otherwise around today: facts that deciding reads."""

import dataclasses
import datetime as dt
from typing import Final

from hypothesis import strategies as st

from support.worlds import small_world as w
from wissel.clients.testing.cast import NOORD, SWV, ZUID
from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    Attribute,
    Endpoint,
    Fact,
    Location,
    Mandate,
    Processing,
    Qualification,
    RolloutStage,
    RolloutStep,
    School,
    Sector,
    Service,
    ServiceVersion,
    System,
)
from wissel.routing.values.days import ONE_DAY, Period
from wissel.routing.values.identifiers import BoardNumber, Brin, Organisation, Vestiging

DAYS: Final = 12
"""So many days are decided one by one; nothing in these worlds happens later."""
ORGANISATIONS: Final[tuple[Organisation, ...]] = (w.XA, w.XB, SWV)
SYSTEMS: Final = (w.LAS_NOORD, w.LAS_ZUID)
SERVICES: Final = (w.OSO_OV, w.OSO_SWV)
VERSIONS: Final = {w.OSO_OV: (w.OV_2025, w.OV_2026), w.OSO_SWV: (w.SWV_2026,)}


def days() -> st.SearchStrategy[dt.date]:
    """Days around today."""
    return st.integers(-2, DAYS - 2).map(lambda number: w.TODAY + number * ONE_DAY)


def periods() -> st.SearchStrategy[Period]:
    """Periods that begin or end around today, or not at all; few are over before they begin."""
    return st.builds(Period, st.just(w.START) | days(), st.none() | days())


def mandates() -> st.SearchStrategy[Mandate]:
    """Two mandates for each organisation, service and system."""
    return st.builds(
        w.mandate,
        st.sampled_from(ORGANISATIONS),
        st.sampled_from(SYSTEMS),
        st.sampled_from(SERVICES),
        name=st.sampled_from(["", "2"]),
        period=periods(),
        processing=st.sampled_from([Processing.NOT_REQUIRED, *Processing]),
        stopped=st.sampled_from([False, False, True]),
    )


@st.composite
def endpoints(draw: st.DrawFn) -> Endpoint:
    """Endpoints under any of these mandates, also under one that is not there."""
    under = draw(mandates())
    unapproved = draw(st.sampled_from([False, False, True]))
    there = w.endpoint(
        under,
        draw(st.integers(1, 3)),
        version=draw(st.sampled_from(VERSIONS[under.service])),
        vestiging=draw(st.sampled_from([None, "00", "02"])),
        attribute=draw(st.sampled_from([None, Attribute.LAS, Attribute.OT])),
        period=draw(periods()),
        url=draw(st.sampled_from(["", "https://elsewhere.example:8443"])),
        suspended=draw(st.booleans()),
        aanleverpunt="100" if unapproved else None,
        stopped=draw(st.sampled_from([False, False, True])),
    )
    return dataclasses.replace(there, unapproved=unapproved)


def agreements() -> st.SearchStrategy[Agreement]:
    """What boards and vendors sign, with days of their own."""
    boards = st.builds(
        w.agreement,
        st.sampled_from([w.BOARD_1, w.BOARD_2, SWV]),
        st.sampled_from([AgreementKind.KENNISNET_OSR, AgreementKind.OSO]),
    )
    vendors = st.builds(
        w.agreement,
        st.sampled_from([NOORD.oin, ZUID.oin]),
        st.sampled_from([AgreementKind.VENDOR_OSR, AgreementKind.VENDOR_OSO]),
    )
    limited = st.builds(
        dataclasses.replace,
        st.builds(
            w.agreement,
            st.sampled_from([w.BOARD_1, w.BOARD_2]),
            st.just(AgreementKind.KENNISNET_OSR),
        ),
        only_with=st.sampled_from([AgreementKind.OSO, AgreementKind.OSO_SWV_EXTENSION]),
    )
    return st.builds(dataclasses.replace, boards | vendors | limited, period=periods())


def locations(brin: Brin, number: str) -> st.SearchStrategy[Location]:
    """A location that may close, in one of two sectors."""
    return st.builds(
        Location,
        vestiging=st.just(Vestiging(f"{brin}{number}")),
        name=st.just(brin),
        source=st.just("PO"),
        closed=st.none() | days(),
        sector=st.sampled_from([None, Sector.PO, Sector.MBO]),
    )


@st.composite
def schools(draw: st.DrawFn) -> School:
    """A school with one or two locations, of either board."""
    brin = draw(st.sampled_from([w.XA, w.XB]))
    numbers = draw(st.sampled_from([("00",), ("00", "02")]))
    return School(
        brin=brin,
        board=BoardNumber(draw(st.sampled_from([w.BOARD_1, w.BOARD_2]))),
        source="PO",
        locations=tuple(draw(locations(brin, number)) for number in numbers),
    )


def systems() -> st.SearchStrategy[System]:
    """A system that may go to the other vendor, or get an OIN of its own."""
    return st.builds(
        System,
        system_id=st.sampled_from(SYSTEMS),
        party=st.sampled_from([NOORD.oin, ZUID.oin]),
        name=st.sampled_from(["one name", "another"]),
        oin=st.sampled_from([None, NOORD.oin]),
    )


def steps() -> st.SearchStrategy[list[RolloutStep]]:
    """A rollout that changes on some days."""
    each = st.builds(
        RolloutStep,
        start=days(),
        stage=st.sampled_from(RolloutStage),
        pilots=st.frozensets(st.sampled_from(ORGANISATIONS), max_size=2),
    )
    plans = st.lists(each, max_size=2, unique_by=lambda step: step.start)
    return plans.map(lambda plan: sorted(plan, key=lambda step: step.start))


def qualifications() -> st.SearchStrategy[Qualification]:
    """Gates in each state."""
    return st.builds(
        w.qualification,
        st.sampled_from(SYSTEMS),
        st.sampled_from(SERVICES),
        qualified=st.booleans(),
        rollout=st.sampled_from(RolloutStage),
        pilots=st.lists(st.sampled_from(ORGANISATIONS), max_size=2),
        steps=steps(),
    )


@st.composite
def services(draw: st.DrawFn) -> Service:
    """OSO_OV with other versions, sectors or agreements."""
    known = w.services()[0]
    return dataclasses.replace(
        known,
        sectors=draw(st.sampled_from([(), (Sector.PO,)])),
        board_agreements=draw(st.sampled_from([(), known.board_agreements])),
        versions=tuple(
            ServiceVersion(namespace=name, period=draw(periods()), active=draw(st.booleans()))
            for name in VERSIONS[w.OSO_OV]
        ),
    )


def facts() -> st.SearchStrategy[Fact]:
    """Any fact that deciding reads."""
    return st.one_of(
        mandates(),
        endpoints(),
        agreements(),
        schools(),
        systems(),
        qualifications(),
        services(),
    )
