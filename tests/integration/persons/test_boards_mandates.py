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
from support.worlds.hub import Hub, detail, reason_of, running_hub, status_of
from support.worlds.stores import sqlite_url
from wissel.clients.testing.cast import PORTAL
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.routing.facts import Party, Role
from wissel.school.v1 import school_service_pb2 as school
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.register.tables import EVENT, PERSON

OWN = "99XA"
FOREIGN = "99XB"
PARTY = Party(oin=PORTAL.oin, name=PORTAL.title, role=Role.PORTAL)


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
async def hub(tmp_path: Path, broker: Broker) -> AsyncIterator[Hub]:
    facts = [*small_world.small(), PARTY]
    async with running_hub(tmp_path, facts=facts, brokers=[broker]) as started:
        yield started


@pytest.fixture
def portal(hub: Hub) -> Stubs:
    return Stubs(hub, "portal")


def create(brin: str = OWN, **more: Any) -> mandate.CreateMandateRequest:
    asked = {"brin": brin, "service": "OSO_OV", "system_id": "las-zuid"} | more
    return mandate.CreateMandateRequest(**asked)


async def refused(call: Any, request: Any, token: str) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call(request, metadata=bearer(token))
    return error.value


async def test_a_board_gives_a_mandate_to_its_own_school_and_ends_it(
    portal: Stubs, broker: Broker
) -> None:
    proof = bearer(broker.token())

    given = await portal.mandates.CreateMandate(create(), metadata=proof)
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


async def test_a_board_gives_none_to_the_school_of_another(portal: Stubs, broker: Broker) -> None:
    error = await refused(portal.mandates.CreateMandate, create(FOREIGN), broker.token())

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
    portal: Stubs, broker: Broker, method: str, kind: Any, more: dict[str, Any]
) -> None:
    call, token = getattr(portal.mandates, method), broker.token()
    foreign, missing = str(small_world.B_NOORD.mandate_id), str(uuid4())

    of_foreign = await refused(call, kind(mandate_id=foreign, **more), token)
    of_missing = await refused(call, kind(mandate_id=missing, **more), token)

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


async def test_a_portal_without_a_person_does_nothing_for_a_board(portal: Stubs) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await portal.mandates.CreateMandate(create())

    assert grpc.StatusCode.UNAUTHENTICATED is error.value.code()
    assert "TOKEN_REQUIRED" == reason_of(error.value)


async def test_a_party_that_is_no_portal_presents_no_person(hub: Hub, broker: Broker) -> None:
    """Neither with more rights by it, nor with less: an operator is refused too."""
    for name in ("desk", "noord"):
        call = Stubs(hub, name).mandates.ListMandates

        error = await refused(call, mandate.ListMandatesRequest(), broker.token())

        assert "TOKEN_NOT_EXPECTED" == reason_of(error)


async def test_the_log_names_no_person(tmp_path: Path, portal: Stubs, broker: Broker) -> None:
    """An event has a random id; whom it stands for is told by a table that can be erased."""
    proof = bearer(broker.token())

    for _ in range(2):
        await portal.mandates.CreateMandate(create(), metadata=proof)
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
