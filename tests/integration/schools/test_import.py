"""ImportSchools: a client stream with bounds."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import wissel.clients
from support.builders.duo_files import po_file, po_line
from support.builders.stubs import WHY, Stubs
from support.worlds import small_world
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, refusal, running_hub, status_of
from wissel.clients.testing.cast import NOORD
from wissel.routing.facts import AgreementKind
from wissel.routing.values.identifiers import BoardNumber
from wissel.school.v1.school_service_pb2 import (
    ImportSchoolsHeader,
    ImportSchoolsRequest,
    ListBoardsRequest,
    ListSchoolsRequest,
)

FIXTURES = Path(wissel.clients.__file__).parent / "fixtures" / "schools"
FILE = (FIXTURES / "schoolvestigingen-basisonderwijs.csv").read_bytes()


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path) as started:
        yield started


def head(**fields: Any) -> ImportSchoolsRequest:
    named: dict[str, Any] = {"file_name": "po.csv", "reason": WHY}
    return ImportSchoolsRequest(header=ImportSchoolsHeader(**(named | fields)))


def parts(data: bytes, size: int = 1000, **fields: Any) -> list[ImportSchoolsRequest]:
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    return [head(**fields), *(ImportSchoolsRequest(chunk=chunk) for chunk in chunks)]


async def send(hub: Hub, requests: list[ImportSchoolsRequest]) -> Any:
    return await Stubs(hub, "desk").schools.ImportSchools(
        iter(requests), metadata=OPERATOR_METADATA
    )


async def test_a_file_is_applied_once_and_listed(hub: Hub) -> None:
    first = await send(hub, parts(FILE))
    again = await send(hub, parts(FILE, size=64))
    desk = Stubs(hub, "desk").schools
    schools = (await desk.ListSchools(ListSchoolsRequest())).schools
    boards = (await desk.ListBoards(ListBoardsRequest())).boards

    assert first.change_counts["SCHOOL_NEW"] == len(schools) > 0
    assert (list(again.changes), again.revision) == ([], first.revision)
    assert sum(board.school_count for board in boards) == len(schools)


async def test_a_dry_run_reports_and_keeps_nothing(hub: Hub) -> None:
    answer = await send(hub, parts(FILE, validate_only=True))

    assert answer.change_counts["SCHOOL_NEW"] > 0
    assert answer.impact.registry_revision == answer.revision
    assert await hub.register.head_revision() == answer.revision


async def test_a_file_tells_whose_routes_it_stops(hub: Hub) -> None:
    """99XA moves to a board that has signed nothing."""
    await hub.put(*small_world.small())
    await send(hub, parts(po_file(po_line("99XA00", "99001"))))
    moved = po_file(po_line("99XA00", "99009"))
    same: dict[str, Any] = {"request_id": str(uuid4())}

    told = (await send(hub, parts(moved, validate_only=True))).impact
    done = (await send(hub, parts(moved, **same))).impact
    again = await send(hub, parts(moved, **same))

    assert ("99009", NOORD.oin) == (told.by_board.groups[0].key, told.by_vendor.groups[0].key)
    assert "AGREEMENT_MISSING" == told.by_reason.groups[0].key
    assert 2 == told.routes.lost
    assert told == done
    assert not again.HasField("impact")


@pytest.mark.parametrize(
    ("requests", "reason"),
    [
        ([], "FIELD_REQUIRED"),
        ([ImportSchoolsRequest(chunk=b"x")], "FIELD_REQUIRED"),
        ([head(), head()], "FIELD_INVALID"),
        ([head(), ImportSchoolsRequest(chunk=b"")], "FIELD_INVALID"),
        ([head(), ImportSchoolsRequest()], "FIELD_INVALID"),
        (parts(b"x" * (1024 * 1024 + 1), size=2 * 1024 * 1024), "FIELD_INVALID"),
        (parts(b"x;y\r\n"), "FILE_UNKNOWN"),
        (parts(FILE + b"broken\r\n"), "FILE_LINE_INVALID"),
        (parts(FILE, as_of_date="2026"), "DATE_MALFORMED"),
        (parts(FILE, max_closed_share=2), "FIELD_INVALID"),
        (parts(FILE, reason=""), "REASON_REQUIRED"),
    ],
)
async def test_a_broken_upload_changes_nothing(
    hub: Hub, requests: list[ImportSchoolsRequest], reason: str
) -> None:
    before = await hub.register.head_revision()

    refused = await refusal(lambda: send(hub, requests))

    assert reason_of(refused) == reason
    assert await hub.register.head_revision() == before


async def test_a_file_that_is_too_large_is_cut_off(hub: Hub) -> None:
    mib = ImportSchoolsRequest(chunk=b"x" * 1024 * 1024)

    refused = await refusal(lambda: send(hub, [head(file_name="pupil 182071649.csv"), *[mib] * 34]))

    assert reason_of(refused) == "FILE_TOO_LARGE"
    assert b"182071649" not in status_of(refused).SerializeToString()


async def test_schools_that_move_are_grouped_by_board_with_what_lacks(hub: Hub) -> None:
    """Board 99001 merges into 99009, which has signed one of two."""
    await hub.put(*small_world.small())
    await hub.put(small_world.agreement(BoardNumber("99009"), AgreementKind.OSO))
    before = [po_line("99XA00", "99001"), po_line("99XC01", "99002"), po_line("99XD00", "99001")]
    after = [po_line("99XA00", "99009"), po_line("99XC01", "99009"), po_line("99XD00", "99009")]
    await send(hub, parts(po_file(*before)))

    told = await send(hub, parts(po_file(*after), validate_only=True))
    done = await send(hub, parts(po_file(*after)))

    moves = [
        (each.old_board_number, each.new_board_number, list(each.brins), each.school_count)
        for each in told.moves
    ]
    assert [("99001", "99009", ["99XA", "99XD"], 2), ("99002", "99009", ["99XC"], 1)] == moves
    assert [["KENNISNET_OSR", "OSO_SWV_EXTENSION"], ["KENNISNET_OSR"]] == [
        list(each.lacking_agreements) for each in told.moves
    ]
    assert told.moves == done.moves


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
async def test_a_file_that_was_cut_off_changes_nothing(hub: Hub, cut: float) -> None:
    """In the middle of a line it is broken; at the end of one it would close too many."""
    lines = [po_line(f"{number}XA00") for number in range(10, 60)]
    whole = po_file(*lines)
    await send(hub, parts(whole))
    before = await hub.register.head_revision()
    middle = whole[: int(len(whole) * cut)]
    ended = po_file(*lines[: int(len(lines) * cut)])

    of_middle = await refusal(lambda: send(hub, parts(middle)))
    of_end = await refusal(lambda: send(hub, parts(ended)))

    assert ("FILE_LINE_INVALID", "IMPORT_CLOSES_TOO_MANY") == (
        reason_of(of_middle),
        reason_of(of_end),
    )
    assert before == await hub.register.head_revision()
