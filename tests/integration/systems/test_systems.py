"""ListSystems: filters, from when each system can act for a school, and who sees what of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.builders.stubs import WHY, Stubs
from support.worlds import small_world as w
from support.worlds.forwarding import evergreen
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, running_hub
from support.worlds.stores import utc_now
from wissel.clients.testing.cast import PORTAL, SWV, ZUID
from wissel.party.v1 import party_service_pb2 as pb
from wissel.routing.facts import (
    AgreementKind,
    Evidence,
    EvidenceKind,
    Party,
    Role,
    RolloutStage,
    RolloutStep,
    Sector,
    System,
)
from wissel.routing.values.days import ONE_DAY, Period, day_of
from wissel.routing.values.identifiers import Brin, SystemId

TODAY = day_of(utc_now())
LATER = TODAY + 30 * ONE_DAY
NEW = SystemId("las-nieuw")
RIO_TEST = Evidence(kind=EvidenceKind.SECURITY_TEST, day=TODAY, reference="report 14")


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """Zuid's LAS opens for RIO in a month, earlier for 99XA; of a new one nothing is known."""
    rio = replace(w.services()[2], sectors=(Sector.PO, Sector.VO), versions=())
    steps = [
        RolloutStep(start=TODAY + ONE_DAY, stage=RolloutStage.PILOT, pilots=frozenset({w.XA})),
        RolloutStep(start=LATER, stage=RolloutStage.OPEN),
    ]
    planned = w.qualification(w.LAS_ZUID, w.RIO, rollout=RolloutStage.CLOSED, steps=steps)
    facts = [
        *evergreen(w.small()),
        Party(oin=PORTAL.oin, name="Portaal", role=Role.PORTAL),
        System(system_id=NEW, party=ZUID.oin, name="Nieuw LAS"),
        replace(planned, evidence=(RIO_TEST,)),
        rio,
        w.school(Brin("99MB"), w.BOARD_1, sector=Sector.MBO),
    ]
    async with running_hub(tmp_path, facts=facts) as started:
        yield started


async def listed(hub: Hub, name: str, **asked: Any) -> dict[str, pb.System]:
    answer = await Stubs(hub, name).parties.ListSystems(pb.ListSystemsRequest(**asked))
    return {each.system_id: each for each in answer.systems}


async def offered(hub: Hub, name: str, **asked: Any) -> dict[str, tuple[str, list[str]]]:
    """From when each system can act, and what lacks today."""
    found = await listed(hub, name, **({"service": "RIO"} | asked))
    return {
        system_id: (each.availability.from_date, list(each.availability.lacking))
        for system_id, each in found.items()
        if each.HasField("availability")
    }


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"las-noord", "las-zuid", "las-nieuw"}),
        ({"name_contains": "nieuw"}, {"las-nieuw"}),
        ({"service": "RIO"}, {"las-noord", "las-zuid"}),
        ({"service": "RIO_PO", "name_contains": "ZUID", "sector": "VO"}, {"las-zuid"}),
        ({"service": "RIO", "sector": "MBO"}, set()),
        ({"sector": "MBO"}, {"las-noord", "las-zuid"}),
        ({"party_oin": ZUID.oin, "service": "OSO_OV"}, {"las-zuid"}),
    ],
)
async def test_systems_are_found_by_service_sector_and_name(
    hub: Hub, asked: dict[str, str], expected: set[str]
) -> None:
    assert set(await listed(hub, "desk", **asked)) == expected


@pytest.mark.parametrize("name", ["desk", "duo", "portal"])
async def test_who_chooses_sees_from_when_each_can_act_and_none_is_hidden(
    hub: Hub, name: str
) -> None:
    pilot = await offered(hub, name, brin="99XA")
    another = await offered(hub, name, brin="99XC")
    later = await offered(hub, name, brin="99XC", on_date=str(LATER))

    assert pilot == {
        "las-noord": (str(TODAY), []),
        "las-zuid": (str(TODAY + ONE_DAY), ["ROLLOUT_CLOSED"]),
        "las-nieuw": ("", ["SYSTEM_NOT_QUALIFIED", "ROLLOUT_CLOSED"]),
    }
    assert another["las-zuid"] == (str(LATER), ["ROLLOUT_CLOSED"])
    assert later["las-zuid"] == (str(LATER), [])


async def test_what_is_the_schools_own_hides_no_day(hub: Hub) -> None:
    lapsed = w.agreement(w.BOARD_1, AgreementKind.KENNISNET_OSR, end=TODAY - ONE_DAY)
    await hub.put(replace(lapsed, period=Period(TODAY - 9 * ONE_DAY, TODAY - ONE_DAY)))

    found = await offered(hub, "portal", brin="99XA")
    unserved = await offered(hub, "portal", brin="99MB")
    verband = await offered(hub, "portal", swv=SWV, service="OSO_SWV")

    assert found["las-noord"] == (str(TODAY), ["AGREEMENT_MISSING"])
    assert unserved["las-noord"] == ("", ["SECTOR_NOT_SERVED"])
    assert verband["las-zuid"] == (str(TODAY), [])


async def test_a_vendor_learns_nothing_of_the_systems_of_others(hub: Hub) -> None:
    by_service = await listed(hub, "noord", service="RIO")
    by_sector = await listed(hub, "noord", sector="PO")
    chosen = await listed(hub, "noord", service="RIO", brin="99XA")

    assert set(by_service) == set(by_sector) == {"las-noord"}
    assert {each for each, one in chosen.items() if one.HasField("availability")} == {"las-noord"}
    assert not chosen["las-zuid"].qualifications


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"brin": "99XA"}, "FIELD_REQUIRED"),
        ({"brin": "99ZZ", "service": "RIO"}, "SCHOOL_NOT_FOUND"),
        ({"swv": "PO0000", "service": "RIO"}, "SWV_NOT_FOUND"),
        ({"brin": "99XA", "swv": SWV, "service": "RIO"}, "FIELD_INVALID"),
        ({"service": "NONE"}, "SERVICE_NOT_FOUND"),
        ({"sector": "HO"}, "FIELD_INVALID"),
        ({"on_date": "1 december"}, "DATE_MALFORMED"),
    ],
)
async def test_lists_that_cannot_be(hub: Hub, asked: dict[str, str], reason: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await listed(hub, "portal", **asked)

    assert reason_of(refused.value) == reason


async def test_who_recorded_evidence_is_shown_to_operators_alone(hub: Hub) -> None:
    request = pb.QualifySystemRequest(
        system_id="las-zuid",
        service="OSO_OV",
        evidence=[pb.Evidence(kind="TEST_EXCHANGE", reference="report 15")],
        reason=WHY,
    )
    told = await Stubs(hub, "desk").parties.QualifySystem(request, metadata=OPERATOR_METADATA)

    def shown(system: pb.System) -> list[tuple[str, str]]:
        return [
            (each.reference, each.person)
            for one in system.qualifications
            if one.service == "OSO_OV"
            for each in one.evidence
        ]

    account = dict(OPERATOR_METADATA)["wissel-user"]
    ((reference, person),) = shown(told.system)
    assert (reference, person.partition(":")[2]) == ("report 15", account)
    for name in ("zuid", "duo"):
        assert shown((await listed(hub, name))["las-zuid"]) == [("report 15", "")]
    assert shown((await listed(hub, "noord"))["las-zuid"]) == []
