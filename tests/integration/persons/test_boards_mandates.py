"""A board's person, behind a portal, gives and ends a mandate of its own school."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.rpc import error_details_pb2
from sqlalchemy import select

from support.builders.stubs import Stubs
from support.fakes.broker import SUBJECT, Broker, bearer
from support.worlds import small_world
from support.worlds.hub import detail, reason_of, status_of
from support.worlds.persons.portal_world import (
    FOREIGN,
    OWN,
    PortalWorld,
    mandate_request,
    portal_world,
)
from support.worlds.stores import sqlite_url
from wissel.clients.testing.cast import PORTAL
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.school.v1 import school_service_pb2 as school
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.register.tables import EVENT, PERSON


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[PortalWorld]:
    async with portal_world(tmp_path) as opened:
        yield opened


@pytest.fixture
def broker(world: PortalWorld) -> Broker:
    return world.broker


@pytest.fixture
def portal(world: PortalWorld) -> Stubs:
    return world.portal


async def test_a_board_gives_a_mandate_to_its_own_school_and_ends_it(
    portal: Stubs, broker: Broker
) -> None:
    proof = bearer(broker.token())

    given = await portal.mandates.CreateMandate(mandate_request(), metadata=proof)
    listed = await portal.mandates.ListMandates(
        mandate.ListMandatesRequest(brin=OWN, service="OSO_OV"), metadata=proof
    )
    ended = await portal.mandates.EndMandate(
        mandate.EndMandateRequest(mandate_id=given.mandate.mandate_id, immediately=True),
        metadata=proof,
    )

    assert "ACTIVE" == given.mandate.status
    assert {"las-noord", "las-zuid"} == {each.system_id for each in listed.mandates}
    assert "ENDED" == ended.mandate.status


async def test_a_board_gives_none_to_the_school_of_another(world: PortalWorld) -> None:
    error = await world.refused(world.portal.mandates.CreateMandate, mandate_request(FOREIGN))

    told = detail(error, error_details_pb2.ErrorInfo)
    assert grpc.StatusCode.PERMISSION_DENIED is error.code()
    assert ("ORGANISATION_NOT_YOURS", {"organisation": FOREIGN}) == (
        told.reason,
        dict(told.metadata),
    )


@pytest.mark.parametrize(
    ("method", "kind", "more"),
    [
        ("GetMandate", mandate.GetMandateRequest, {}),
        ("UpdateMandate", mandate.UpdateMandateRequest, {"end_date": "2099-01-01"}),
        ("EndMandate", mandate.EndMandateRequest, {"immediately": True}),
    ],
)
async def test_a_mandate_of_another_board_is_refused_in_the_words_of_a_missing_one(
    world: PortalWorld, method: str, kind: Any, more: dict[str, Any]
) -> None:
    call = getattr(world.portal.mandates, method)
    foreign, missing = str(small_world.B_NOORD.mandate_id), str(uuid4())

    of_foreign = await world.refused(call, kind(mandate_id=foreign, **more))
    of_missing = await world.refused(call, kind(mandate_id=missing, **more))

    told = status_of(of_foreign).SerializeToString()
    assert grpc.StatusCode.NOT_FOUND is of_foreign.code()
    assert told.replace(foreign.encode(), missing.encode()) == (
        status_of(of_missing).SerializeToString()
    )


async def test_a_list_holds_what_is_the_boards_own(portal: Stubs, broker: Broker) -> None:
    proof = bearer(broker.token())

    every = await portal.mandates.ListMandates(mandate.ListMandatesRequest(), metadata=proof)
    foreign = await portal.mandates.ListMandates(
        mandate.ListMandatesRequest(brin=FOREIGN), metadata=proof
    )

    assert {OWN} == {each.brin for each in every.mandates}
    assert not foreign.mandates


async def test_a_board_reads_what_the_owner_of_a_service_did_with_its_mandate(
    world: PortalWorld,
) -> None:
    proof, duo = bearer(world.broker.token()), Stubs(world.hub, "duo").mandates
    given = await world.give(service="RIO", system_id="las-noord")

    waits = await duo.ListPendingMandates(mandate.ListPendingMandatesRequest())
    await duo.ProcessMandate(
        mandate.ProcessMandateRequest(
            mandate_id=given.mandate_id, processing="REJECTED", reason="no pupils in RIO"
        )
    )
    read = await world.portal.mandates.ListMandates(
        mandate.ListMandatesRequest(service="RIO", processing="REJECTED"), metadata=proof
    )

    assert "AWAITING" == given.processing
    assert [given.mandate_id] == [each.mandate_id for each in waits.mandates]
    assert [(given.mandate_id, "no pupils in RIO")] == [
        (each.mandate_id, each.rejection) for each in read.mandates
    ]


async def test_a_person_processes_nothing(world: PortalWorld) -> None:
    given = await world.give(service="RIO", system_id="las-noord")
    for method, request in (
        ("ListPendingMandates", mandate.ListPendingMandatesRequest()),
        ("ProcessMandate", mandate.ProcessMandateRequest(mandate_id=given.mandate_id)),
    ):
        error = await world.refused(getattr(world.portal.mandates, method), request)

        assert "METHOD_NOT_ALLOWED" == reason_of(error)


async def test_a_portal_without_a_person_does_nothing_for_a_board(portal: Stubs) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await portal.mandates.CreateMandate(mandate_request())

    assert grpc.StatusCode.UNAUTHENTICATED is error.value.code()
    assert "TOKEN_REQUIRED" == reason_of(error.value)


async def test_a_party_that_is_no_portal_presents_no_person(world: PortalWorld) -> None:
    """Neither with more rights by it, nor with less: an operator is refused too."""
    for name in ("desk", "noord", "duo"):
        call = Stubs(world.hub, name).mandates.ListMandates

        error = await world.refused(call, mandate.ListMandatesRequest())

        assert "TOKEN_NOT_EXPECTED" == reason_of(error)


async def test_the_log_names_no_person(tmp_path: Path, portal: Stubs, broker: Broker) -> None:
    """An event has a random id; whom it stands for is told by a table that can be erased."""
    proof = bearer(broker.token())

    for _ in range(2):
        await portal.mandates.CreateMandate(mandate_request(), metadata=proof)
        given = await portal.mandates.ListMandates(
            mandate.ListMandatesRequest(system_id="las-zuid"), metadata=proof
        )
        for each in given.mandates:
            await portal.mandates.EndMandate(
                mandate.EndMandateRequest(mandate_id=each.mandate_id, immediately=True),
                metadata=proof,
            )

    with BlockingDatabase.open(sqlite_url(tmp_path)) as database, database.reading() as rows:
        persons = rows.execute(select(PERSON)).all()
        named = rows.scalars(select(EVENT.c.person).where(EVENT.c.actor == PORTAL.oin)).all()
    (person,) = persons
    assert f"mijn-duo:{SUBJECT}" == person.subject
    assert [person.person_id] * 4 == list(named)


async def test_a_person_reads_the_schools_to_choose_from(portal: Stubs, broker: Broker) -> None:
    found = await portal.schools.ListSchools(
        school.ListSchoolsRequest(board_number="99001"), metadata=bearer(broker.token())
    )

    assert [OWN] == [each.brin for each in found.schools]
