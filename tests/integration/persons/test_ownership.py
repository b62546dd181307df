"""Whose a school is, is judged in the very call: also for repeats, and for who signs."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from support.fakes.broker import ROLE, SIGNS, bearer
from support.worlds import small_world
from support.worlds.hub import reason_of, status_of
from support.worlds.persons.portal_world import (
    FOREIGN,
    OWN,
    PortalWorld,
    mandate_request,
    portal_world,
)
from wissel.agreement.v1 import agreement_service_pb2 as agreement
from wissel.clients.testing.cast import SWV, SWV_OIN
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.routing.facts import AgreementKind, Board, Samenwerkingsverband

KVK: Final = "90000001"
SIGNATORY: Final[dict[str, Any]] = {"role": [ROLE, SIGNS]}
BOARDS_OSO: Final = small_world.agreement(small_world.BOARD_1, AgreementKind.OSO)
FOREIGN_OSO: Final = small_world.agreement(small_world.BOARD_2, AgreementKind.OSO)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[PortalWorld]:
    async with portal_world(tmp_path) as opened:
        yield opened


async def move(world: PortalWorld) -> None:
    """Let the school of board 99001 move to board 99002, as an import of DUO's files does."""
    await world.hub.put(small_world.school(small_world.XA, small_world.BOARD_2))


def brins(found: Any) -> set[str]:
    return {each.brin or each.swv for each in found.mandates}


async def listed(world: PortalWorld, **claims: Any) -> set[str]:
    token = bearer(world.broker.token(**claims))
    return brins(
        await world.portal.mandates.ListMandates(mandate.ListMandatesRequest(), metadata=token)
    )


async def test_a_school_that_moved_this_minute_is_its_old_boards_no_more(
    world: PortalWorld,
) -> None:
    own = await world.give()

    await move(world)
    create = await world.refused(
        world.portal.mandates.CreateMandate, mandate_request(service="OSO_SWV")
    )
    end = await world.refused(
        world.portal.mandates.EndMandate,
        mandate.EndMandateRequest(mandate_id=own.mandate_id, immediately=True),
    )

    assert "ORGANISATION_NOT_YOURS" == reason_of(create)
    assert "MANDATE_NOT_FOUND" == reason_of(end)
    assert set() == await listed(world)
    assert set() == await listed(world, brins=[OWN])
    assert {OWN} <= await listed(world, boards=["99002"])


@pytest.mark.parametrize(
    ("claims", "seen"),
    [
        ({"boards": ["99001"]}, {OWN}),
        ({"boards": ["99002"]}, {FOREIGN, "99XC"}),
        ({"boards": ["99001", "99002"]}, {OWN, FOREIGN, "99XC"}),
        ({"boards": ["99001", "99002"], "brins": [FOREIGN]}, {FOREIGN}),
        ({"boards": ["99001"], "brins": [FOREIGN]}, set()),
        ({"boards": None, "brins": [FOREIGN, "99ZZ"]}, {FOREIGN}),
        ({"boards": ["99009"]}, set()),
    ],
)
async def test_a_list_holds_what_the_token_names(
    world: PortalWorld, claims: dict[str, Any], seen: set[str]
) -> None:
    assert seen == await listed(world, **claims)


async def test_a_kvk_number_stands_for_the_one_organisation_that_has_it(tmp_path: Path) -> None:
    board = Board(number=small_world.BOARD_2, name="Stichting Twee", kvk=KVK)
    swv = Samenwerkingsverband(code=SWV, name="Verband Negen", oin=SWV_OIN, kvk="90000002")
    async with portal_world(tmp_path, facts=[board, swv]) as world:
        of_board = await listed(world, boards=None, kvk=KVK)
        of_swv = await listed(world, boards=None, represents={"sub": "90000002"})
        ended = await world.portal.mandates.UpdateMandate(
            mandate.UpdateMandateRequest(
                mandate_id=str(small_world.SWV_ZUID.mandate_id), end_date="2099-01-01"
            ),
            metadata=bearer(world.broker.token(boards=None, kvk="90000002")),
        )
        call, request = world.portal.mandates.ListMandates, mandate.ListMandatesRequest()
        unknown = await world.refused(
            call, request, world.broker.token(boards=None, kvk="90000003")
        )
        await world.hub.put(replace(swv, kvk=KVK))
        twice = await world.refused(call, request, world.broker.token(boards=None, kvk=KVK))

    assert {FOREIGN, "99XC"} == of_board
    assert {SWV} == of_swv
    assert "2099-01-01" == ended.mandate.end_date
    assert ["KVK_UNKNOWN", "KVK_AMBIGUOUS"] == [reason_of(unknown), reason_of(twice)]


async def test_a_repeat_gets_its_answer_and_only_while_the_school_is_the_persons(
    world: PortalWorld,
) -> None:
    again = {"request_id": str(uuid4())}
    first = await world.give(**again)
    repeated = await world.give(**again)

    await move(world)
    error = await world.refused(world.portal.mandates.CreateMandate, mandate_request(**again))

    assert first == repeated
    assert "ORGANISATION_NOT_YOURS" == reason_of(error)


async def test_the_answer_of_one_person_is_none_of_another(world: PortalWorld) -> None:
    """The same request id of somebody else is another request: it is done, or refused, anew."""
    again = {"request_id": str(uuid4())}
    first = await world.give(**again)
    other = world.broker.token(sub="somebody-else")

    error = await world.refused(
        world.portal.mandates.CreateMandate, mandate_request(**again), other
    )
    same = await world.refused(
        world.portal.mandates.CreateMandate, mandate_request(service="OSO_SWV", **again)
    )

    assert first.mandate_id
    assert "MANDATE_OVERLAPS" == reason_of(error)
    assert "REQUEST_ID_REUSED" == reason_of(same)


async def test_a_name_that_two_brokers_know_is_two_persons(world: PortalWorld) -> None:
    again = {"request_id": str(uuid4())}
    await world.give(**again)

    error = await world.refused(
        world.portal.mandates.CreateMandate, mandate_request(**again), world.second.token()
    )

    assert "MANDATE_OVERLAPS" == reason_of(error)


async def test_a_board_sees_the_endpoints_of_its_schools_and_changes_none(
    world: PortalWorld,
) -> None:
    every = await world.portal.endpoints.ListEndpoints(
        endpoint.ListEndpointsRequest(), metadata=bearer(world.broker.token())
    )
    foreign = str(small_world.endpoint(small_world.C_ZUID, 1).endpoint_id)
    of_foreign = await world.refused(
        world.portal.endpoints.GetEndpoint, endpoint.GetEndpointRequest(endpoint_id=foreign)
    )
    suspend = await world.refused(
        world.portal.endpoints.SuspendEndpoint,
        endpoint.SuspendEndpointRequest(endpoint_id=every.endpoints[0].endpoint_id),
    )

    assert {OWN} == {each.brin for each in every.endpoints}
    assert "ENDPOINT_NOT_FOUND" == reason_of(of_foreign)
    assert "METHOD_NOT_ALLOWED" == reason_of(suspend)


def terminated(of: Any = BOARDS_OSO) -> agreement.TerminateAgreementRequest:
    return agreement.TerminateAgreementRequest(
        agreement_id=str(of.agreement_id), end_date="2099-01-01"
    )


async def test_who_signs_for_a_board_ends_its_agreement(world: PortalWorld) -> None:
    token = bearer(world.broker.token(**SIGNATORY))

    ended = await world.portal.agreements.TerminateAgreement(terminated(), metadata=token)
    seen = await world.portal.agreements.ListAgreements(
        agreement.ListAgreementsRequest(), metadata=token
    )

    assert {"OSO", "OSO_SWV_EXTENSION"} == {each.kind for each in ended.agreements}
    assert {"99001"} == {each.board_number for each in seen.agreements}


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({}, "SIGNING_ROLE_MISSING"),
        (SIGNATORY | {"brins": [OWN]}, "BOARD_SCOPE_REQUIRED"),
        (SIGNATORY | {"auth_time": int(time.time()) - 960}, "REAUTHENTICATION_REQUIRED"),
        (SIGNATORY | {"auth_time": None}, "REAUTHENTICATION_REQUIRED"),
    ],
)
async def test_not_everybody_signs(world: PortalWorld, claims: dict[str, Any], reason: str) -> None:
    call, token = world.portal.agreements.TerminateAgreement, world.broker.token(**claims)

    error = await world.refused(call, terminated(), token)

    assert reason == reason_of(error)


async def test_an_agreement_of_another_board_is_refused_in_the_words_of_a_missing_one(
    world: PortalWorld,
) -> None:
    call, token = world.portal.agreements.TerminateAgreement, world.broker.token(**SIGNATORY)
    missing = str(uuid4())

    of_foreign = await world.refused(call, terminated(FOREIGN_OSO), token)
    of_missing = await world.refused(
        call,
        agreement.TerminateAgreementRequest(agreement_id=missing, end_date="2099-01-01"),
        token,
    )
    of_others = await world.portal.agreements.ListAgreements(
        agreement.ListAgreementsRequest(board_number="99002"), metadata=bearer(token)
    )

    told = status_of(of_foreign).SerializeToString()
    assert not of_others.agreements
    assert (
        told.replace(str(FOREIGN_OSO.agreement_id).encode(), missing.encode())
        == status_of(of_missing).SerializeToString()
    )


async def test_a_school_account_sees_no_agreement(world: PortalWorld) -> None:
    seen = await world.portal.agreements.ListAgreements(
        agreement.ListAgreementsRequest(), metadata=bearer(world.broker.token(brins=[OWN]))
    )

    assert not seen.agreements
