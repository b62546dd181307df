"""A history is read page by page, of some kinds and days; a wrong request hears what is wrong."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import grpc
import pytest

from support.builders.stubs import Stubs
from support.worlds.hub import reason_of
from support.worlds.persons.portal_world import OWN, PortalWorld, portal_world
from support.worlds.persons.reading import told
from wissel.audit.v1 import audit_service_pb2 as pb
from wissel.clients.testing.cast import NOORD

UNKNOWN: Final = str(uuid4())


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[PortalWorld]:
    async with portal_world(tmp_path) as opened:
        yield opened


async def test_a_history_is_read_page_by_page_and_what_comes_is_on_none(
    world: PortalWorld,
) -> None:
    given = await world.give()
    desk = Stubs(world.hub, "desk")
    whole = await told(world, "desk", brin=OWN)
    request = pb.ListHistoryRequest(brin=OWN, page_size=2)

    read: list[pb.HistoryEntry] = []
    while True:
        page = await desk.audit.ListHistory(request)
        read += page.entries
        if len(read) == 2:
            await desk.end_mandate(given.mandate_id)
        request.page_token = page.next_page_token
        if not request.page_token:
            break

    assert whole == read
    assert [(each.revision, each.place) for each in read] == sorted(
        ((each.revision, each.place) for each in read), reverse=True
    )


async def test_the_oldest_come_first_where_that_is_asked(world: PortalWorld) -> None:
    newest = await told(world, "desk", brin=OWN)

    assert newest[::-1] == await told(world, "desk", brin=OWN, oldest_first=True)


async def test_only_some_kinds_and_days_are_read(world: PortalWorld) -> None:
    given = await world.give()
    today = given.start_date

    kinds = {each.kind for each in await told(world, "desk", brin=OWN, kinds=["endpoint"])}
    now = await told(world, "desk", brin=OWN, from_date=today, until_date=today)

    assert {"endpoint"} == kinds
    assert now == await told(world, "desk", brin=OWN)
    assert [] == await told(world, "desk", brin=OWN, until_date="2020-01-01")
    assert [] == await told(world, "desk", brin=OWN, from_date="9999-12-31")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({}, "FIELD_REQUIRED"),
        ({"mandate_id": "x"}, "FIELD_INVALID"),
        ({"mandate_id": UNKNOWN}, "MANDATE_NOT_FOUND"),
        ({"endpoint_id": UNKNOWN}, "ENDPOINT_NOT_FOUND"),
        ({"agreement_id": UNKNOWN}, "AGREEMENT_NOT_FOUND"),
        ({"system_id": "las-nowhere"}, "SYSTEM_NOT_FOUND"),
        ({"qualification": "las-noord"}, "FIELD_INVALID"),
        ({"qualification": "las-nowhere/OSO_OV"}, "SYSTEM_NOT_FOUND"),
        ({"qualification": "las-noord/NO_SUCH"}, "SERVICE_NOT_FOUND"),
        ({"party_oin": "00000003999999999999"}, "PARTY_NOT_FOUND"),
        ({"service": "NO_SUCH"}, "SERVICE_NOT_FOUND"),
        ({"brin": "99ZZ"}, "SCHOOL_NOT_FOUND"),
        ({"swv": "PO9999"}, "SWV_NOT_FOUND"),
        ({"board_number": "99999"}, "BOARD_NOT_FOUND"),
        ({"brin": OWN, "kinds": ["pupil"]}, "FIELD_INVALID"),
        ({"brin": OWN, "kinds": ["mandate"] * 20}, "BATCH_TOO_LARGE"),
        ({"brin": OWN, "from_date": "yesterday"}, "DATE_MALFORMED"),
        ({"brin": OWN, "from_date": "2026-09-02", "until_date": "2026-09-01"}, "PERIOD_INVALID"),
        ({"brin": OWN, "page_size": -1}, "FIELD_INVALID"),
        ({"brin": OWN, "page_token": "x"}, "PAGE_TOKEN_INVALID"),
        ({"brin": OWN, "at_least_revision": 2**40}, "REVISION_UNKNOWN"),
    ],
)
async def test_a_wrong_request_is_told_what_is_wrong(
    world: PortalWorld, asked: dict[str, Any], reason: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await told(world, "desk", **asked)

    assert reason == reason_of(error.value)


async def test_every_kind_of_thing_has_a_history(world: PortalWorld) -> None:
    """An operator reads all of them."""
    entries = await told(world, "desk", board_number="99001")
    ids = {each.kind: each.key for each in entries}

    for asked in (
        {"mandate_id": ids["mandate"]},
        {"endpoint_id": ids["endpoint"]},
        {"agreement_id": ids["agreement"]},
        {"system_id": "las-noord"},
        {"qualification": "las-noord/OSO_OV"},
        {"party_oin": NOORD.oin},
        {"service": "OSO_OV"},
        {"swv": "PO9901"},
    ):
        assert await told(world, "desk", **asked)
