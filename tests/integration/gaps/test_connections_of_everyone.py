"""Which organisations are connected, for all who ask, and by which system for whom it concerns."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.builders.stubs import Stubs
from support.fakes.broker import bearer
from support.worlds import small_world as w
from support.worlds.hub import Hub, reason_of, running_hub
from support.worlds.persons.portal_world import portal_world
from wissel.clients.testing.cast import DUO, SWV
from wissel.routing.facts import Fact, Service
from wissel.school.v1 import school_service_pb2 as pb

EVERYONE = ["99XA OSO_OV", "99XB OSO_OV", "99XC OSO_OV", f"{SWV} OSO_SWV"]
NO_SYSTEM: list[str] = []


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=w.small()) as started:
        yield started


async def page(hub: Hub, name: str, **asked: Any) -> pb.ListConnectionsResponse:
    request = pb.ListConnectionsRequest(everyone=True, **asked)
    answer: pb.ListConnectionsResponse = await Stubs(hub, name).schools.ListConnections(request)
    return answer


async def systems(hub: Hub, name: str, **asked: Any) -> dict[str, list[str]]:
    """Return the systems that a caller is told, by organisation and service."""
    found: dict[str, list[str]] = {}
    while True:
        answer = await page(hub, name, **asked)
        found |= {_pair(each): list(each.system_ids) for each in answer.connections}
        assert all(each.connected and not each.gaps for each in answer.connections)
        if not answer.next_page_token:
            return found
        asked["page_token"] = answer.next_page_token


def _pair(each: pb.Connection) -> str:
    return f"{each.brin or each.swv} {each.service}"


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return reason_of(error.value)


async def test_an_operator_is_told_all(hub: Hub) -> None:
    assert {
        "99XA OSO_OV": [w.LAS_NOORD],
        "99XB OSO_OV": [w.LAS_NOORD, w.LAS_ZUID],
        "99XC OSO_OV": [w.LAS_ZUID],
        f"{SWV} OSO_SWV": [w.LAS_ZUID],
    } == await systems(hub, "desk")


async def test_a_vendor_is_told_its_own_system_alone(hub: Hub) -> None:
    assert {
        "99XA OSO_OV": [w.LAS_NOORD],
        "99XB OSO_OV": [w.LAS_NOORD],
        "99XC OSO_OV": NO_SYSTEM,
        f"{SWV} OSO_SWV": NO_SYSTEM,
    } == await systems(hub, "noord")


async def test_the_owner_of_a_service_is_told_the_systems_of_that_service(hub: Hub) -> None:
    before = await systems(hub, "duo")
    await hub.put(_owned_by_duo(w.OSO_SWV))

    assert dict.fromkeys(EVERYONE, NO_SYSTEM) == before
    assert before | {f"{SWV} OSO_SWV": [w.LAS_ZUID]} == await systems(hub, "duo")


async def test_the_owner_of_a_service_asks_about_that_service(hub: Hub) -> None:
    """Of what is its own it is told what is missing too: 99XA has no endpoint for OSO_SWV."""
    await hub.put(_owned_by_duo(w.OSO_SWV))
    schools = Stubs(hub, "duo").schools
    listed = await schools.ListConnections(pb.ListConnectionsRequest(include_connected=True))
    checked = await schools.CheckConnection(pb.CheckConnectionRequest(brin="99XA"))

    assert ["99XA OSO_SWV", f"{SWV} OSO_SWV"] == [_pair(each) for each in listed.connections]
    assert [["ENDPOINT_MISSING"]] == [
        [gap.reason for gap in each.gaps] for each in checked.connections
    ]
    assert "ORGANISATION_NOT_YOURS" == await refused(
        schools.CheckConnection(pb.CheckConnectionRequest(brin="99XA", service="OSO_OV"))
    )


async def test_a_person_is_told_the_systems_of_its_own_schools(tmp_path: Path) -> None:
    async with portal_world(tmp_path) as world:
        schools, token = world.portal.schools, bearer(world.broker.token())
        answer = await schools.ListConnections(
            pb.ListConnectionsRequest(everyone=True), metadata=token
        )
        silent = await refused(schools.ListConnections(pb.ListConnectionsRequest(everyone=True)))

    told = {_pair(each): list(each.system_ids) for each in answer.connections}
    assert dict.fromkeys(EVERYONE, NO_SYSTEM) | {"99XA OSO_OV": [w.LAS_NOORD]} == told
    assert "TOKEN_REQUIRED" == silent


async def test_strangers_are_told_nothing(hub: Hub) -> None:
    assert "PARTY_NOT_REGISTERED" == await refused(page(hub, "stranger"))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"service": "OSO_SWV"}, EVERYONE[3:]),
        ({"board_number": w.BOARD_2}, EVERYONE[1:3]),
        ({"on_date": "2026-07-31"}, []),
    ],
)
async def test_conditions_add_up(hub: Hub, asked: dict[str, str], expected: list[str]) -> None:
    assert expected == list(await systems(hub, "duo", **asked))


async def test_all_pages_are_of_the_revision_of_the_first(hub: Hub) -> None:
    first = await page(hub, "desk", page_size=1)
    await hub.put(dataclasses.replace(w.school(w.XC, w.BOARD_2, "01", closed=w.START)))
    rest = await page(hub, "desk", page_token=first.next_page_token)

    assert EVERYONE == [_pair(each) for each in (*first.connections, *rest.connections)]
    assert first.registry_revision == rest.registry_revision
    assert "99XC OSO_OV" not in await systems(hub, "desk")


async def test_a_page_of_facts_that_are_not_kept_is_refused(hub: Hub) -> None:
    first = await page(hub, "desk", page_size=1)
    await hub.put(w.school(w.XA, w.BOARD_1, "00", "01"))
    again = await page(hub, "desk", page_size=1, page_token=first.next_page_token)
    for number in ("02", "03"):
        await hub.put(w.school(w.XA, w.BOARD_1, "00", number))
        await page(hub, "desk", page_size=1)

    asked = {"page_size": 1, "page_token": first.next_page_token}
    assert again.connections
    assert "PAGE_EXPIRED" == await refused(page(hub, "desk", **asked))
    assert "PAGE_EXPIRED" == await refused(page(hub, "noord", **asked))


async def test_the_token_of_a_list_of_ones_own_is_none_of_everyone(hub: Hub) -> None:
    own = pb.ListConnectionsRequest(page_size=1, include_connected=True)
    token = (await Stubs(hub, "desk").schools.ListConnections(own)).next_page_token

    assert token
    assert "PAGE_TOKEN_INVALID" == await refused(
        page(hub, "desk", include_connected=True, page_token=token)
    )


def _owned_by_duo(code: str) -> Fact:
    (service,) = (fact for fact in w.small() if isinstance(fact, Service) and fact.code == code)
    return dataclasses.replace(service, owner=DUO.oin)
