"""Lists as they were at a revision: several of them are of one register."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.builders.stubs import Stubs
from support.worlds import small_world as w
from support.worlds.hub import Hub, reason_of, running_hub
from wissel.catalog.v1.catalog_service_pb2 import ListServicesRequest
from wissel.clients.testing.cast import SWV
from wissel.party.v1.party_service_pb2 import ListPartiesRequest, ListSystemsRequest
from wissel.routing.facts import Fact, Party, Samenwerkingsverband, Service, System
from wissel.school.v1.school_service_pb2 import (
    ListSamenwerkingsverbandenRequest,
    ListSchoolsRequest,
)

LATER = "Of later"
KINDS = (Party, Samenwerkingsverband, Service, System)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=w.small()) as started:
        yield started


def lists(hub: Hub) -> list[tuple[Any, Any]]:
    desk = Stubs(hub, "desk")
    return [
        (desk.schools.ListSchools, ListSchoolsRequest),
        (desk.swvs.ListSamenwerkingsverbanden, ListSamenwerkingsverbandenRequest),
        (desk.catalog.ListServices, ListServicesRequest),
        (desk.parties.ListSystems, ListSystemsRequest),
        (desk.parties.ListParties, ListPartiesRequest),
    ]


async def told(hub: Hub, **asked: int) -> str:
    """Return all that the lists say, page by page."""
    pages = []
    for call, kind in lists(hub):
        request = kind(page_size=2, **asked)
        while True:
            answer = await call(request)
            request.page_token = answer.next_page_token
            answer.ClearField("next_page_token")
            pages.append(str(answer))
            if not request.page_token:
                break
    return "".join(pages)


def renamed(fact: Fact) -> Fact:
    return replace(fact, name=LATER)  # type: ignore[arg-type]  # of those that have one


async def test_every_list_shows_what_was_at_that_revision(hub: Hub) -> None:
    revision = hub.follower.table.revision
    before = await told(hub, at_revision=revision)
    moved = w.school(w.XA, w.BOARD_2, "00", "07")
    await hub.put(moved, *(renamed(fact) for fact in w.small() if isinstance(fact, KINDS)))

    assert before == await told(hub, at_revision=revision)
    assert SWV in before
    assert LATER not in before
    assert (await told(hub)).count(LATER) > len(KINDS)


@pytest.mark.parametrize("beyond", [1, 2**63, 2**64 - 1])
async def test_a_revision_that_is_yet_to_come_is_refused(hub: Hub, beyond: int) -> None:
    revision = min(hub.follower.table.revision + beyond, 2**64 - 1)
    reasons = set()
    for call, kind in lists(hub):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await call(kind(at_revision=revision))
        reasons.add(reason_of(error.value))

    assert {"REVISION_UNKNOWN"} == reasons


async def test_a_token_is_of_one_revision_alone(hub: Hub) -> None:
    revision = hub.follower.table.revision
    (schools, _), *_ = lists(hub)
    first = await schools(ListSchoolsRequest(page_size=1, at_revision=revision))
    asked = ListSchoolsRequest(page_size=1, page_token=first.next_page_token)

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await schools(asked)

    assert "PAGE_TOKEN_INVALID" == reason_of(error.value)
