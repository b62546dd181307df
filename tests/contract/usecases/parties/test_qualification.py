"""The qualification of a system, and the evidence for it (R7), on a real register."""

from dataclasses import replace
from uuid import UUID

import pytest

from support.worlds.register_world import (
    DAY,
    LAS_NOORD,
    OSO_OV,
    SWV_NOORD,
    TODAY,
    World,
    agreement,
    refused,
)
from wissel.clients.testing.cast import NOORD, OPERATOR
from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    Evidence,
    EvidenceKind,
    Qualification,
    RolloutStage,
    Service,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import ServiceCode, SystemId
from wissel.server.registry.parties.acting import QualifySystem, qualify_system
from wissel.server.registry.ports import Actor

MESSAGE = UUID("00000000-0000-4000-8000-0000000000aa")
EXCHANGE = Evidence(kind=EvidenceKind.TEST_EXCHANGE, day=TODAY - 3 * DAY, message_ids=(MESSAGE,))
SECURITY = Evidence(kind=EvidenceKind.SECURITY_TEST, day=TODAY - DAY, reference="report 2026-14")


async def qualify(
    world: World,
    *evidence: Evidence,
    system_id: SystemId = SWV_NOORD,
    service: str = "OSO_SWV",
    withdraw: bool = False,
    account: str = "",
) -> Qualification:
    command = QualifySystem(
        system_id=system_id,
        service=ServiceCode(service),
        withdraw=withdraw,
        evidence=evidence,
    )
    who = Actor(caller=OPERATOR.oin, method="test", subject=account)
    async with world.register.transaction(who) as transaction:
        return await qualify_system(transaction, command)


async def demand(world: World, *kinds: EvidenceKind, service: str = "OSO_SWV") -> None:
    async with world.register.snapshot() as snapshot:
        known = await snapshot.get(Service, service)
    assert known is not None
    await world.put(replace(known, evidence=kinds))


async def test_a_system_qualifies_by_its_evidence_behind_closed_gates(world: World) -> None:
    found = await qualify(world, EXCHANGE)

    assert found == Qualification(
        system_id=SWV_NOORD,
        service=ServiceCode("OSO_SWV"),
        qualified=True,
        since=EXCHANGE.day,
        evidence=(EXCHANGE,),
    )
    assert [found.qualified_on(EXCHANGE.day + days * DAY) for days in (-1, 0, 9)] == [
        *(False, True, True)
    ]
    assert found.rollout is RolloutStage.CLOSED


async def test_it_is_qualified_from_the_day_on_which_there_was_all(world: World) -> None:
    await demand(world, EvidenceKind.TEST_EXCHANGE, EvidenceKind.SECURITY_TEST)

    first = await qualify(world, SECURITY)
    second = await qualify(world, EXCHANGE, SECURITY)

    assert (first.qualified, first.since) == (False, None)
    assert first.lacking((EvidenceKind.TEST_EXCHANGE, EvidenceKind.SECURITY_TEST)) == [
        EvidenceKind.TEST_EXCHANGE
    ]
    assert (second.qualified, second.since) == (True, SECURITY.day)
    assert second.evidence == (EXCHANGE, SECURITY)


async def test_without_evidence_nobody_qualifies_for_what_demands_it(world: World) -> None:
    before = await world.revision()

    with refused(Reason.EVIDENCE_MISSING) as caught:
        await qualify(world)

    assert caught.value.metadata["lacking"] == "TEST_EXCHANGE"
    assert await world.revision() == before


async def test_what_a_service_demands_later_takes_no_qualification_away(world: World) -> None:
    found = await qualify(world, EXCHANGE)
    await demand(world, EvidenceKind.TEST_EXCHANGE, EvidenceKind.SECURITY_TEST)

    again = await qualify(world, replace(EXCHANGE, day=TODAY))

    assert (again.qualified, again.since) == (True, found.since)
    assert len(again.evidence) == 2


async def test_a_service_may_demand_nothing(world: World) -> None:
    found = await qualify(world, service="BRON_PO")

    assert (found.service, found.qualified, found.since) == ("ROD_PO", True, None)


async def test_who_recorded_evidence_is_kept_as_a_random_id(world: World) -> None:
    first = await qualify(world, EXCHANGE, account="operator:a.jansen")
    again = await qualify(world, EXCHANGE, account="operator:b.smit")

    person = first.evidence[0].person_id
    assert str(UUID(person)) == person
    assert again == first


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (replace(EXCHANGE, day=TODAY + DAY), Reason.FIELD_INVALID),
        (replace(EXCHANGE, message_ids=()), Reason.FIELD_REQUIRED),
        (replace(SECURITY, reference=" "), Reason.FIELD_REQUIRED),
        (replace(SECURITY, reference="a\nb"), Reason.FIELD_INVALID),
        (replace(SECURITY, reference="bsn 111222333"), Reason.PERSON_NUMBER_IN_TEXT),
    ],
)
async def test_what_is_no_evidence(world: World, evidence: Evidence, reason: Reason) -> None:
    before = await world.revision()

    with refused(reason):
        await qualify(world, evidence)

    assert await world.revision() == before


async def test_what_was_qualified_without_evidence_stays_so(world: World) -> None:
    """As earlier versions recorded it."""
    found = await qualify(world, EXCHANGE, system_id=LAS_NOORD, service="OSO_OV")

    assert (found.qualified, found.since, found.rollout) == (True, None, RolloutStage.OPEN)
    assert found.evidence == (EXCHANGE,)


async def test_losing_the_qualification_closes_the_gates(world: World) -> None:
    lost = await qualify(world, system_id=LAS_NOORD, service="OSO_OV", withdraw=True)

    assert lost == Qualification(system_id=LAS_NOORD, service=OSO_OV)
    with refused(Reason.SYSTEM_NOT_QUALIFIED):
        await qualify(world, system_id=LAS_NOORD, service="OSO_OV", withdraw=True)


@pytest.mark.parametrize("kind", [AgreementKind.VENDOR_OSR, AgreementKind.VENDOR_OSO])
async def test_a_vendor_signs_before_it_qualifies(world: World, kind: AgreementKind) -> None:
    async with world.register.snapshot() as snapshot:
        signed = await snapshot.find(Agreement, signatory=NOORD.oin)
    ended = [
        replace(each, period=each.period.until(TODAY - DAY)) for each in signed if each.kind is kind
    ]
    await world.put(*ended, agreement(NOORD.oin, kind, TODAY + DAY))

    with refused(Reason.VENDOR_AGREEMENT_MISSING) as caught:
        await qualify(world, EXCHANGE)
    assert caught.value.metadata["agreement"] == kind


@pytest.mark.parametrize(
    ("system_id", "service", "reason"),
    [
        (SystemId("las-niemand"), "OSO_OV", Reason.SYSTEM_NOT_FOUND),
        (LAS_NOORD, "OSO_X", Reason.SERVICE_NOT_FOUND),
    ],
)
async def test_only_what_exists_qualifies(
    world: World, system_id: SystemId, service: str, reason: Reason
) -> None:
    with refused(reason):
        await qualify(world, EXCHANGE, system_id=system_id, service=service)
