"""The client's news on RIO of autumn 2019, day by day, through ValidateMandate (R7).

A vendor's systems come one after the other, each with one institution before the rest, and
only for schools that have given it a mandate; DUO's security tests end in the week of 18
November. Each plan is entered once, on the day of the news.
"""

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from support.builders.stubs import WHY, Stubs
from support.fakes.moving_clock import MovingClock
from support.worlds import small_world as w
from support.worlds.hub import OPERATOR_METADATA, Hub, running_hub
from support.worlds.stores import utc_now
from wissel.clients.testing.cast import DUO, OPERATOR
from wissel.mandate.v1.mandate_service_pb2 import ValidateMandateRequest
from wissel.party.v1 import party_service_pb2 as party
from wissel.routing.facts import (
    AgreementKind,
    EvidenceKind,
    Fact,
    Mandate,
    Party,
    Processing,
    Role,
)
from wissel.routing.values.days import Period, day_of
from wissel.routing.values.identifiers import Brin, SystemId

DAY: Final = dt.timedelta(days=1)
NEWS: Final = day_of(utc_now())
"""31 October; today instead, as certificates of 2019 are no more. The days between are kept."""
OCTOBER: Final = NEWS - 21 * DAY
WEEK_47: Final = NEWS + 18 * DAY
WEEK_48: Final = WEEK_47 + 7 * DAY
DECEMBER: Final = NEWS + 31 * DAY
SOMTODAY, MAGISTER, EDUARTE = (f"0000000399000091000{number}" for number in range(3))
NOBODY: Final = "00000003990000910009"
SYSTEMS: Final = {SOMTODAY: "somtoday", MAGISTER: "magister", EDUARTE: "eduarte"}
PLANS: Final[Mapping[str, list[tuple[str, dt.date]]]] = {
    "somtoday": [("OPEN", WEEK_47)],
    "magister": [("PILOT", WEEK_47), ("OPEN", WEEK_48)],
    "eduarte": [("PILOT", WEEK_47), ("OPEN", DECEMBER)],
}
SCHOOLS: Final = {
    SOMTODAY: (Brin("99SA"), Brin("99SB")),
    MAGISTER: (Brin("99MA"), Brin("99MB")),
    EDUARTE: (Brin("99EA"), Brin("99EB")),
    NOBODY: (Brin("99NA"),),
}
"""Two schools of each vendor, the first of them its pilot, and one without a mandate."""
FIRST_DAYS: Final[Mapping[str, dt.date]] = {
    "99SA": WEEK_47,
    "99SB": WEEK_47,
    "99MA": WEEK_47,
    "99MB": WEEK_48,
    "99EA": WEEK_47,
    "99EB": DECEMBER,
}


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def hub(tmp_path: Path, clock: MovingClock) -> AsyncIterator[Hub]:
    """On the day of the news: schools have signed, and given their vendor a mandate for RIO."""
    rio = replace(w.services()[2], evidence=(EvidenceKind.SECURITY_TEST,))
    signed = w.agreement(w.BOARD_1, AgreementKind.KENNISNET_OSR)
    facts: list[Fact] = [
        Party(oin=DUO.oin, name=DUO.title, role=Role.CHAIN_PARTNER),
        Party(oin=OPERATOR.oin, name=OPERATOR.title, role=Role.OPERATOR),
        replace(rio, versions=()),
        replace(signed, period=Period(OCTOBER)),
    ]
    for oin, brins in SCHOOLS.items():
        facts += [w.school(brin, w.BOARD_1) for brin in brins]
        if oin in SYSTEMS:
            facts += [given(brin, SystemId(SYSTEMS[oin])) for brin in brins]
    async with running_hub(tmp_path, facts=facts, clock=clock) as started:
        yield started


def given(brin: Brin, system_id: SystemId) -> Mandate:
    """A mandate of 10 October, which DUO has processed."""
    mandate = w.mandate(brin, system_id, w.RIO, period=Period(OCTOBER))
    return replace(mandate, processing=Processing.PROCESSED, created=utc_now() - 21 * DAY)


async def announce(desk: Stubs) -> None:
    """Enter the plans of the news, each once, before any system is qualified."""
    for oin, system_id in SYSTEMS.items():
        await desk.parties.RegisterParty(
            party.RegisterPartyRequest(oin=oin, name=system_id, role="VENDOR", reason=WHY),
            metadata=OPERATOR_METADATA,
        )
        await desk.agree("VENDOR_OSR", party_oin=oin)
        await desk.parties.RegisterSystem(
            party.RegisterSystemRequest(
                system_id=system_id, party_oin=oin, name=system_id, reason=WHY
            ),
            metadata=OPERATOR_METADATA,
        )
        steps = [
            party.RolloutStep(
                start_date=str(day),
                rollout=stage,
                pilot_organisations=SCHOOLS[oin][:1] if stage == "PILOT" else [],
            )
            for stage, day in PLANS[system_id]
        ]
        request = party.SetRolloutRequest(
            system_id=system_id, service="RIO", steps=steps, reason="news of 31 October"
        )
        await desk.parties.SetRollout(request, metadata=OPERATOR_METADATA)


async def validate(duo: Stubs, brin: str, oin: str, day: dt.date) -> str:
    """Return what DUO hears about a school and a supplier: OK, or the reason."""
    answer = await duo.mandates.ValidateMandate(
        ValidateMandateRequest(
            brin=brin, supplier_oin=oin, service="RIO", reference_date=day.isoformat()
        )
    )
    return answer.reason or str(answer.result)


async def answers(
    duo: Stubs, asked: list[tuple[Brin, str]], days: list[dt.date]
) -> dict[tuple[Brin, dt.date], str]:
    return {(brin, day): await validate(duo, brin, oin, day) for brin, oin in asked for day in days}


async def test_each_school_is_let_in_on_its_day(hub: Hub, clock: MovingClock) -> None:
    desk, duo = Stubs(hub, "desk"), Stubs(hub, "duo")
    await announce(desk)
    days = [NEWS + number * DAY for number in range((DECEMBER - NEWS).days + 3)]
    asked = [(brin, oin) for oin, brins in SCHOOLS.items() for brin in brins]
    early = await answers(duo, asked, days)

    clock.ahead = WEEK_47 - NEWS
    for system_id in SYSTEMS.values():
        evidence = party.Evidence(kind="SECURITY_TEST", reference="report of week 47")
        request = party.QualifySystemRequest(
            system_id=system_id, service="RIO", evidence=[evidence], reason="by DUO"
        )
        await desk.parties.QualifySystem(request, metadata=OPERATOR_METADATA)
    found = await answers(duo, asked, days)

    assert set(early.values()) == {"SYSTEM_NOT_QUALIFIED", "MANDATE_MISSING"}
    assert {brin: FIRST_DAYS.get(brin) for brin, _ in asked} == {
        brin: next((day for day in days if found[brin, day] == "OK"), None) for brin, _ in asked
    }
    for brin, _ in asked:
        opens = FIRST_DAYS.get(brin)
        for day in days:
            if opens is None:
                assert found[brin, day] == "MANDATE_MISSING"
            elif day >= opens:
                assert found[brin, day] == "OK"
            else:
                expected = "SYSTEM_NOT_QUALIFIED" if day < WEEK_47 else "ROLLOUT_CLOSED"
                assert found[brin, day] == expected
