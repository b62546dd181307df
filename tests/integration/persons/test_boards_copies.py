"""A board's person, behind a portal, copies a mandate and lists what its board holds."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from support.builders.stubs import WHY, Stubs
from support.fakes.broker import bearer
from support.worlds import small_world
from support.worlds.hub import OPERATOR_METADATA, reason_of, status_of
from support.worlds.persons.portal_world import FOREIGN, OWN, PortalWorld, portal_world
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.routing.values.identifiers import Brin

SECOND, THIRD = "99XD", "99XE"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[PortalWorld]:
    more = [small_world.school(Brin(each), small_world.BOARD_1) for each in (SECOND, THIRD)]
    async with portal_world(tmp_path, facts=more) as opened:
        yield opened


async def preview(world: PortalWorld, mandate_id: str, *brins: str) -> mandate.PreviewCopyResponse:
    request = mandate.PreviewCopyRequest(mandate_id=mandate_id, brins=brins)
    answer: mandate.PreviewCopyResponse = await world.portal.mandates.PreviewCopy(
        request, metadata=bearer(world.broker.token())
    )
    return answer


async def test_a_person_copies_what_the_preview_showed(world: PortalWorld) -> None:
    source, again = str(small_world.A_NOORD.mandate_id), str(uuid4())

    shown = await preview(world, source, SECOND, THIRD, FOREIGN)
    request = mandate.CopyMandateRequest(
        mandate_id=source, brins=[SECOND, THIRD, FOREIGN], token=shown.token, request_id=again
    )
    done = await world.portal.mandates.CopyMandate(request, metadata=bearer(world.broker.token()))
    repeat = await world.portal.mandates.CopyMandate(request, metadata=bearer(world.broker.token()))
    listed = await world.portal.mandates.ListMandates(
        mandate.ListMandatesRequest(board_number="99001", service="OSO_OV"),
        metadata=bearer(world.broker.token()),
    )

    assert {FOREIGN: "NOT_YOURS", SECOND: "CAN_COPY", THIRD: "CAN_COPY"} == {
        each.brin: each.state for each in shown.rows
    }
    assert [False, True, True] == [bool(each.mandate_id) for each in done.rows]
    assert [(each.brin, each.state) for each in shown.rows] == [
        (each.brin, each.state) for each in done.rows
    ]
    assert done == repeat
    assert {OWN, SECOND, THIRD} == {each.brin for each in listed.mandates}


async def test_a_token_is_none_of_another_person(world: PortalWorld) -> None:
    source = str(small_world.A_NOORD.mandate_id)
    shown = await preview(world, source)
    request = mandate.CopyMandateRequest(mandate_id=source, token=shown.token)

    other = await world.refused(
        world.portal.mandates.CopyMandate, request, world.broker.token(sub="somebody-else")
    )
    await world.hub.put(small_world.school(Brin(THIRD), small_world.BOARD_2))
    moved = await world.refused(world.portal.mandates.CopyMandate, request)

    assert ["COPY_TOKEN_INVALID", "COPY_PREVIEW_STALE"] == [reason_of(other), reason_of(moved)]


async def test_what_it_would_do_is_told_and_not_done(world: PortalWorld) -> None:
    source = str(small_world.A_NOORD.mandate_id)
    shown = await preview(world, source)

    told = await world.portal.mandates.CopyMandate(
        mandate.CopyMandateRequest(mandate_id=source, token=shown.token, validate_only=True),
        metadata=bearer(world.broker.token()),
    )

    assert (2, 2) == (told.copy_count, told.impact.senders.gained)
    assert {""} == {each.mandate_id for each in told.rows}
    assert 2 == (await preview(world, source)).copy_count


async def test_a_mandate_of_another_is_copied_in_the_words_of_a_missing_one(
    world: PortalWorld,
) -> None:
    foreign, missing = str(small_world.B_NOORD.mandate_id), str(uuid4())
    portal = world.portal.mandates
    for call, kind in (
        (portal.PreviewCopy, lambda of: mandate.PreviewCopyRequest(mandate_id=of)),
        (portal.CopyMandate, lambda of: mandate.CopyMandateRequest(mandate_id=of, token="x")),  # noqa: S106
    ):
        of_foreign = status_of(await world.refused(call, kind(foreign))).SerializeToString()
        of_missing = status_of(await world.refused(call, kind(missing))).SerializeToString()

        assert of_foreign.replace(foreign.encode(), missing.encode()) == of_missing


async def test_a_school_account_copies_within_its_schools(world: PortalWorld) -> None:
    answer = await world.portal.mandates.PreviewCopy(
        mandate.PreviewCopyRequest(mandate_id=str(small_world.A_NOORD.mandate_id)),
        metadata=bearer(world.broker.token(brins=[OWN, SECOND])),
    )

    assert [SECOND] == [each.brin for each in answer.rows]


async def test_an_operator_confirms_with_its_account(world: PortalWorld) -> None:
    desk, source = Stubs(world.hub, "desk").mandates, str(small_world.A_NOORD.mandate_id)

    shown = await desk.PreviewCopy(
        mandate.PreviewCopyRequest(mandate_id=source), metadata=OPERATOR_METADATA
    )
    done = await desk.CopyMandate(
        mandate.CopyMandateRequest(mandate_id=source, token=shown.token, reason=WHY),
        metadata=OPERATOR_METADATA,
    )

    assert {SECOND, THIRD} == {each.brin for each in done.rows if each.mandate_id}


async def test_a_list_by_board_is_of_the_schools_that_it_has_now(world: PortalWorld) -> None:
    desk = Stubs(world.hub, "desk").mandates

    async def brins(**asked: Any) -> set[str]:
        found = await desk.ListMandates(mandate.ListMandatesRequest(**asked))
        return {each.brin for each in found.mandates}

    assert {FOREIGN, "99XC"} == await brins(board_number="99002")
    assert {FOREIGN} == await brins(board_number="99002", brin=FOREIGN)
    assert set() == await brins(board_number="99002", brin=OWN)
    of_person = await world.portal.mandates.ListMandates(
        mandate.ListMandatesRequest(board_number="99002"), metadata=bearer(world.broker.token())
    )
    assert [] == list(of_person.mandates)
