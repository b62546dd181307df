"""A board's person, behind a portal, gives several mandates, withdraws, switches and undoes."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from support.fakes.broker import bearer
from support.worlds import small_world
from support.worlds.hub import reason_of, status_of
from support.worlds.persons.portal_world import FOREIGN, OWN, PortalWorld, portal_world
from wissel.clients.testing.cast import NOORD
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.routing.facts import AgreementKind, Desk, Party, Role, Service, ServiceVersion
from wissel.routing.values.days import Period, day_of
from wissel.routing.values.identifiers import Namespace, Oin, ServiceCode

TODAY = day_of(dt.datetime.now(dt.UTC))
SOON = str(TODAY + dt.timedelta(days=30))
VVA = Service(
    code=ServiceCode("VVA"),
    name="VVA",
    owner=Oin("00000003272448340204"),
    note="Voor VVA is soms nog een stap in uw LAS nodig.",
    versions=(ServiceVersion(namespace=Namespace("urn:vva"), period=Period(small_world.START)),),
)
DESK = Party(oin=NOORD.oin, name="Noord", role=Role.VENDOR, desk=Desk(mail="desk@noord.example"))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[PortalWorld]:
    async with portal_world(tmp_path, facts=[VVA, DESK]) as opened:
        yield opened


def switching(brin: str = OWN, **more: Any) -> mandate.SwitchSystemRequest:
    asked: dict[str, Any] = {
        "brin": brin,
        "services": ["OSO_OV"],
        "from_system_id": "las-noord",
        "to_system_id": "las-zuid",
        "start_date": SOON,
    }
    return mandate.SwitchSystemRequest(**(asked | more))


def new(**of: str) -> mandate.NewMandate:
    return mandate.NewMandate(**of)


async def test_the_answer_names_what_is_lacking_and_from_when_it_can_act(
    world: PortalWorld,
) -> None:
    """VVA has no qualified system yet, and tells of a step in the LAS; RIO waits for DUO."""
    answer = await world.portal.mandates.BatchCreateMandates(
        mandate.BatchCreateMandatesRequest(
            brin=OWN,
            mandates=[
                new(service="OSO_SWV", system_id="las-zuid", start_date=SOON),
                new(service="VVA", system_id="las-noord"),
                new(service="RIO", system_id="las-noord"),
            ],
        ),
        metadata=(*bearer(world.broker.token()), ("accept-language", "nl")),
    )
    swv, vva, rio = answer.mandates

    assert (SOON, ["ENDPOINT_MISSING"]) == (swv.acts_from_date, reasons(swv))
    assert ("SYSTEM_NOT_QUALIFIED", "SERVICE_NOTE") == (reasons(vva)[0], reasons(vva)[-1])
    assert "Noord: desk@noord.example" == vva.next_steps[-1].contact
    assert ("", "de eigenaar van de dienst") == (rio.acts_from_date, rio.next_steps[0].owner)
    assert "securityservicedesk@duo.nl" in rio.next_steps[0].contact
    assert {"99001"} == {each.board_number for each in answer.mandates}


async def test_what_was_mended_is_not_lacking_in_the_list(world: PortalWorld) -> None:
    given = await world.give(service="VVA", system_id="las-noord")
    await world.hub.put(
        small_world.qualification(small_world.LAS_NOORD, VVA.code),
        small_world.agreement(small_world.BOARD_1, AgreementKind.KENNISNET_OSR),
    )

    listed = await world.portal.mandates.ListMandates(
        mandate.ListMandatesRequest(service="VVA"), metadata=bearer(world.broker.token())
    )

    assert "" == given.acts_from_date
    (found,) = listed.mandates
    assert (str(TODAY), ["ENDPOINT_MISSING", "SERVICE_NOTE"]) == (
        found.acts_from_date,
        reasons(found),
    )


def reasons(of: mandate.Mandate) -> list[str]:
    return [step.reason for step in of.next_steps]


async def test_a_switch_is_checked_made_and_undone(world: PortalWorld) -> None:
    proof, again = bearer(world.broker.token()), str(uuid4())

    checked = await world.portal.mandates.SwitchSystem(
        switching(validate_only=True), metadata=proof
    )
    made = await world.portal.mandates.SwitchSystem(switching(request_id=again), metadata=proof)
    repeated = await world.portal.mandates.SwitchSystem(switching(request_id=again), metadata=proof)
    (done,) = made.switches
    undone = await world.portal.mandates.UndoSwitch(
        mandate.UndoSwitchRequest(mandate_ids=[done.new_mandate.mandate_id]), metadata=proof
    )

    assert not checked.switches[0].new_mandate.mandate_id
    assert made == repeated
    assert done.old_mandate.switched_to_mandate_id == done.new_mandate.mandate_id
    assert not done.awaiting_on_start
    assert made.revision == checked.revision + 1
    (back,) = undone.switches
    assert "" == back.old_mandate.end_date == back.old_mandate.switched_to_mandate_id
    assert back.new_mandate.ended_immediately


@pytest.mark.parametrize(("start", "waits"), [(1, True), (10, True), (11, False)])
async def test_a_switch_says_when_its_new_mandate_would_still_wait(
    tmp_path: Path, start: int, waits: bool
) -> None:
    rio = next(each for each in small_world.services() if each.code == small_world.RIO)
    slow = Service(**{f: getattr(rio, f) for f in rio.__slots__} | {"processing_days": 10})
    async with portal_world(tmp_path, facts=[slow]) as world:
        await world.give(service="RIO", system_id="las-noord")
        day = str(TODAY + dt.timedelta(days=start))

        answer = await world.portal.mandates.SwitchSystem(
            switching(services=["RIO"], start_date=day), metadata=bearer(world.broker.token())
        )

    assert [waits] == [each.awaiting_on_start for each in answer.switches]


async def test_a_planned_mandate_is_withdrawn(world: PortalWorld) -> None:
    planned = await world.give(start_date=SOON)

    withdrawn = await world.portal.mandates.WithdrawMandate(
        mandate.WithdrawMandateRequest(mandate_id=planned.mandate_id, etag=planned.etag),
        metadata=bearer(world.broker.token()),
    )

    assert withdrawn.mandate.ended_immediately
    assert [] == reasons(withdrawn.mandate)


async def test_nothing_is_done_for_the_school_of_another(world: PortalWorld) -> None:
    portal, foreign = world.portal.mandates, str(small_world.B_NOORD.mandate_id)
    batch = mandate.BatchCreateMandatesRequest(
        brin=FOREIGN, mandates=[new(service="OSO_OV", system_id="las-noord")]
    )

    for call, request in (
        (portal.BatchCreateMandates, batch),
        (portal.SwitchSystem, switching(FOREIGN)),
    ):
        assert "ORGANISATION_NOT_YOURS" == reason_of(await world.refused(call, request))
    for call, kind in (
        (portal.WithdrawMandate, lambda of: mandate.WithdrawMandateRequest(mandate_id=of)),
        (portal.UndoSwitch, lambda of: mandate.UndoSwitchRequest(mandate_ids=[of])),
    ):
        missing = str(uuid4())
        of_foreign = status_of(await world.refused(call, kind(foreign))).SerializeToString()
        of_missing = status_of(await world.refused(call, kind(missing))).SerializeToString()
        assert of_foreign.replace(foreign.encode(), missing.encode()) == of_missing


async def test_a_repeat_is_answered_only_while_the_school_is_the_persons(
    world: PortalWorld,
) -> None:
    again = switching(request_id=str(uuid4()))
    await world.portal.mandates.SwitchSystem(again, metadata=bearer(world.broker.token()))

    other = await world.refused(
        world.portal.mandates.SwitchSystem, switching(request_id=again.request_id, start_date="")
    )
    await world.hub.put(small_world.school(small_world.XA, small_world.BOARD_2))
    moved = await world.refused(world.portal.mandates.SwitchSystem, again)

    assert ["REQUEST_ID_REUSED", "ORGANISATION_NOT_YOURS"] == [reason_of(other), reason_of(moved)]


@pytest.mark.parametrize("count", [0, 21])
async def test_some_and_not_too_many_at_once(world: PortalWorld, count: int) -> None:
    portal = world.portal.mandates
    every = [
        (portal.SwitchSystem, switching(services=["OSO_OV"] * count)),
        (portal.UndoSwitch, mandate.UndoSwitchRequest(mandate_ids=[str(uuid4())] * count)),
        (
            portal.BatchCreateMandates,
            mandate.BatchCreateMandatesRequest(
                brin=OWN, mandates=[new(service="RIO", system_id="las-noord")] * count
            ),
        ),
    ]
    expected = "BATCH_TOO_LARGE" if count else "FIELD_REQUIRED"

    found = [reason_of(await world.refused(call, request)) for call, request in every]

    assert [expected] * len(every) == found
