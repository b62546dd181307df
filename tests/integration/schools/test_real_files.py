"""DUO's own files of primary locations, one after the other: April 2026, then August."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from support.builders.duo_files import REAL_FILES
from support.builders.stubs import WHY, Stubs
from support.worlds import small_world as w
from support.worlds.hub import OPERATOR_METADATA, Hub, running_hub
from wissel.clients.cli.rio.geojson import read_points
from wissel.routing.facts import AgreementKind
from wissel.routing.values.identifiers import BoardNumber, Brin
from wissel.school.v1 import school_service_pb2 as pb
from wissel.traffic.v1 import route_service_pb2

DATA: Final = REAL_FILES.parent
APRIL: Final = DATA / "duo-2026" / "02.-alle-schoolvestigingen-basisonderwijs.2026-04.csv"
AUGUST: Final = REAL_FILES / "02.-alle-schoolvestigingen-basisonderwijs.csv"
POINTS: Final = DATA / "edugis" / "scholen-2024-11.geo.json.zip"
MOVED: Final = Brin("16BD")
OLD_BOARD, NEW_BOARD = BoardNumber("40558"), BoardNumber("79874")
pytestmark = pytest.mark.skipif(
    not (APRIL.is_file() and AUGUST.is_file()), reason="DUO's own files are not here"
)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=w.small()) as started:
        yield started


async def send(hub: Hub, path: Path, day: str, **header: Any) -> Any:
    data = await asyncio.to_thread(path.read_bytes)
    fields = {"file_name": path.name, "as_of_date": day, "reason": WHY}
    first = pb.ImportSchoolsRequest(header=pb.ImportSchoolsHeader(**(fields | header)))
    mib = 1024 * 1024
    chunks = (data[at : at + mib] for at in range(0, len(data), mib))
    requests = [first, *(pb.ImportSchoolsRequest(chunk=chunk) for chunk in chunks)]
    return await Stubs(hub, "desk").schools.ImportSchools(
        iter(requests), metadata=OPERATOR_METADATA
    )


async def sign(hub: Hub, board: BoardNumber) -> None:
    kinds = (AgreementKind.KENNISNET_OSR, AgreementKind.OSO)
    await hub.put(*(w.agreement(board, kind, dt.date(2026, 1, 1)) for kind in kinds))


async def resolved(hub: Hub) -> str:
    """Return where a message to the school that moves goes, or what it lacks."""
    query = route_service_pb2.ResolveRouteRequest(
        sender_brin="99XA", receiver_brin=MOVED, service="OSO_OV"
    )
    explained = await Stubs(hub, "duo").routes.ExplainRoute(
        route_service_pb2.ExplainRouteRequest(query=query)
    )
    return str(explained.route.system_id or explained.reason)


async def test_a_school_that_moves_stops_until_its_new_board_has_signed(hub: Hub) -> None:
    await send(hub, APRIL, "2026-04-01")
    given = w.mandate(MOVED, w.LAS_ZUID)
    await hub.put(given, w.endpoint(given, 1))
    await sign(hub, OLD_BOARD)
    before = await resolved(hub)

    told = await send(hub, AUGUST, "2026-08-01", validate_only=True)
    done = await send(hub, AUGUST, "2026-08-01")
    stopped = await resolved(hub)
    await sign(hub, NEW_BOARD)
    again = await send(hub, AUGUST, "2026-08-01")

    counts = dict(done.change_counts)
    (move,) = done.moves
    assert (17, 2, 1) == tuple(
        counts[kind] for kind in ("LOCATION_NEW", "LOCATION_CLOSED", "SCHOOL_MOVED")
    )
    assert {"SCHOOL_MERGED", "LOCATION_MERGED"}.isdisjoint(counts)
    assert (told.change_counts, told.moves) == (done.change_counts, done.moves)
    assert (OLD_BOARD, NEW_BOARD, 1, [MOVED]) == (
        move.old_board_number,
        move.new_board_number,
        move.school_count,
        list(move.brins),
    )
    assert ["KENNISNET_OSR", "OSO"] == list(move.lacking_agreements)
    assert 1 <= told.impact.routes.lost == done.impact.routes.lost
    assert (w.LAS_ZUID, "AGREEMENT_MISSING", w.LAS_ZUID) == (
        before,
        stopped,
        await resolved(hub),
    )
    assert ({}, []) == (dict(again.change_counts), list(again.moves))


@pytest.mark.skipif(not POINTS.is_file(), reason="the real file of points is not here")
async def test_the_real_points_are_those_of_most_real_locations(hub: Hub) -> None:
    await send(hub, AUGUST, "2026-08-01")
    points = await asyncio.to_thread(read_points, POINTS)
    request = pb.LocateSchoolsRequest(points=points, reason=WHY)
    schools = Stubs(hub, "desk").schools

    done = await schools.LocateSchools(request, metadata=OPERATOR_METADATA)
    again = await schools.LocateSchools(request, metadata=OPERATOR_METADATA)

    unlocated = {each for each in done.unlocated_vestigingen if not each.startswith("99X")}
    assert (74, 6122) == (len(done.doubled_vestigingen), done.located_count + len(unlocated))
    assert 8622 == done.located_count + len(done.unknown_vestigingen)
    assert (0, done.revision) == (again.located_count, again.revision)
