"""Whether schools are connected, as each of those asks whose own they are (R10)."""

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
from wissel.clients.testing.cast import SWV
from wissel.mandate.v1 import mandate_service_pb2 as mandate_pb
from wissel.routing.facts import AgreementKind, AgreementStatus
from wissel.school.v1 import school_service_pb2 as pb

SUSPENDED = w.endpoint(w.C_ZUID, 1, vestiging="01", aanleverpunt="1", suspended=True)
UNQUALIFIED = w.qualification(w.LAS_ZUID, w.OSO_OV, qualified=False)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=[*w.small(), SUSPENDED]) as started:
        yield started


async def check(hub: Hub, name: str, **asked: Any) -> list[pb.Connection]:
    request = pb.CheckConnectionRequest(**({"brin": "99XC"} | asked))
    return list((await Stubs(hub, name).schools.CheckConnection(request)).connections)


async def every(hub: Hub, name: str, **asked: Any) -> list[str]:
    found, request = [], pb.ListConnectionsRequest(**asked)
    while True:
        page = await Stubs(hub, name).schools.ListConnections(request)
        found += [f"{each.brin or each.swv} {each.service}" for each in page.connections]
        request.page_token = page.next_page_token
        if not request.page_token:
            return found


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return reason_of(error.value)


async def test_an_operator_reads_what_is_missing_with_its_fix(hub: Hub) -> None:
    await hub.put(UNQUALIFIED)

    (found,) = await check(hub, "desk", service="OSO_OV")

    assert (False, [], w.BOARD_2) == (found.connected, list(found.system_ids), found.board_number)
    assert [
        ("SYSTEM_NOT_QUALIFIED", "QUALIFY_SYSTEM", "VENDOR"),
        ("ENDPOINT_SUSPENDED", "RESUME_ENDPOINT", "VENDOR"),
    ] == [(gap.reason, gap.action, gap.owner) for gap in found.gaps]
    assert all(gap.text and gap.fix and gap.contact and gap.owner_text for gap in found.gaps)


async def test_a_vendor_asks_about_its_own_systems(hub: Hub) -> None:
    (own,) = await check(hub, "zuid")
    (beside,) = await check(hub, "noord", brin="99XB")

    assert ["ENDPOINT_SUSPENDED"] == [gap.reason for gap in own.gaps]
    assert (True, [w.LAS_NOORD]) == (beside.connected, list(beside.system_ids))
    assert "ORGANISATION_NOT_YOURS" == await refused(check(hub, "noord"))
    assert "ORGANISATION_NOT_YOURS" == await refused(check(hub, "noord", service="OSO_OV"))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"brin": "99ZZ"}, "SCHOOL_NOT_FOUND"),
        ({"brin": "", "swv": "PO0000"}, "SWV_NOT_FOUND"),
        ({"brin": ""}, "FIELD_REQUIRED"),
        ({"service": "NONE"}, "SERVICE_NOT_FOUND"),
        ({"on_date": "1-1-2026"}, "DATE_MALFORMED"),
    ],
)
async def test_what_cannot_be_asked(hub: Hub, asked: dict[str, str], reason: str) -> None:
    assert reason == await refused(check(hub, "desk", **asked))


async def test_all_that_are_not_connected_are_listed(hub: Hub) -> None:
    """99XA has no endpoint for OSO_SWV."""
    assert ["99XA OSO_SWV", "99XC OSO_OV"] == await every(hub, "desk")
    assert ["99XC OSO_OV"] == await every(hub, "zuid")
    assert ["99XA OSO_SWV"] == await every(hub, "noord")
    assert ["99XA OSO_SWV"] == await every(hub, "desk", board_number=w.BOARD_1)


async def test_a_list_has_all_page_by_page(hub: Hub) -> None:
    whole = await every(hub, "desk", include_connected=True)

    assert ["99XA OSO_OV", "99XA OSO_SWV", "99XB OSO_OV", "99XC OSO_OV", f"{SWV} OSO_SWV"] == whole
    assert whole == await every(hub, "desk", include_connected=True, page_size=1)
    assert whole[2:4] == await every(hub, "desk", include_connected=True, board_number=w.BOARD_2)


async def test_a_closed_school_is_not_listed(hub: Hub) -> None:
    await hub.put(dataclasses.replace(w.school(w.XC, w.BOARD_2, "01", closed=w.START)))

    assert [] == await every(hub, "zuid")


async def test_a_person_asks_about_its_own_schools(tmp_path: Path) -> None:
    async with portal_world(tmp_path, facts=[SUSPENDED]) as world:
        schools, token = world.portal.schools, bearer(world.broker.token())
        listed = await schools.ListConnections(
            pb.ListConnectionsRequest(include_connected=True), metadata=token
        )
        own = await schools.CheckConnection(pb.CheckConnectionRequest(brin="99XA"), metadata=token)
        error = await world.refused(
            schools.CheckConnection, pb.CheckConnectionRequest(brin="99XC", service="OSO_OV")
        )
        silent = await refused(schools.ListConnections(pb.ListConnectionsRequest()))

    assert {"99XA"} == {each.brin for each in listed.connections}
    assert {"OSO_OV", "OSO_SWV"} == {each.service for each in own.connections}
    assert "ORGANISATION_NOT_YOURS" == reason_of(error)
    assert "TOKEN_REQUIRED" == silent


async def test_who_owns_no_service_has_nothing_to_ask_about(hub: Hub) -> None:
    assert "ORGANISATION_NOT_YOURS" == await refused(check(hub, "duo"))
    assert [] == await every(hub, "duo", include_connected=True)


async def test_what_counts_without_a_signature_is_told(hub: Hub) -> None:
    """It is told beside what is connected, and keeps nothing from working."""
    signed = w.agreement(w.BOARD_2, AgreementKind.KENNISNET_OSR)
    await hub.put(
        dataclasses.replace(signed, status=AgreementStatus.MIGRATED, only_with=AgreementKind.OSO)
    )

    (oso,) = await check(hub, "desk", brin="99XB", service="OSO_OV")
    (rio,) = await check(hub, "desk", brin="99XB", service="RIO")
    (other,) = await check(hub, "desk", brin="99XA", service="OSO_OV")
    mandates = await Stubs(hub, "desk").mandates.ListMandates(
        mandate_pb.ListMandatesRequest(brin="99XB", system_id=w.LAS_NOORD)
    )

    assert (True, ["KENNISNET_OSR"]) == (oso.connected, list(oso.kinds_to_sign))
    assert (["AGREEMENT_MISSING"], []) == (
        [gap.reason for gap in rio.gaps if gap.action == "SIGN_AGREEMENT"],
        list(rio.kinds_to_sign),
    )
    assert [] == list(other.kinds_to_sign)
    (step,) = mandates.mandates[0].next_steps
    assert ("SIGNING_OPEN", True) == (step.reason, "KENNISNET_OSR" in step.text)
