"""Importing schools, in a real register (R1)."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.builders.duo_files import FIXTURES, REAL_FILES, po_file, po_line, vo_file, vo_line
from support.builders.school_imports import import_file, read
from support.worlds.stores import open_register
from wissel.routing.facts import Board, School, SourceReport
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.registry.ports import Register

TODAY = dt.date(2026, 9, 1)
YESTERDAY = dt.date(2026, 8, 31)


@pytest.fixture
async def register(tmp_path: Path) -> AsyncIterator[Register]:
    """An empty register, at noon of TODAY."""
    noon = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
    async with open_register(tmp_path, lambda: noon) as opened:
        yield opened


async def test_a_file_is_stored_with_what_its_source_reported(register: Register) -> None:
    report = await import_file(register, po_file(po_line("99XA00")))

    school = await read(register, lambda snapshot: snapshot.get(School, "99XA"))
    source = await read(register, lambda snapshot: snapshot.get(SourceReport, "DUO_PO_LOCATIONS"))
    assert (report.source, report.as_of, report.line_count) == ("DUO_PO_LOCATIONS", TODAY, 1)
    assert report.counts == {"BOARD_NEW": 1, "SCHOOL_NEW": 1, "LOCATION_NEW": 1}
    assert report.revision == 1
    assert school is not None
    assert school.board == "99001"
    assert source is not None
    assert source.as_of == TODAY


async def test_a_second_import_leaves_the_revision_as_it_is(register: Register) -> None:
    first = await import_file(register, po_file(po_line()))

    second = await import_file(register, po_file(po_line()))

    assert second.changes == ()
    assert second.revision == first.revision


async def test_a_trial_reports_and_writes_nothing(register: Register) -> None:
    report = await import_file(register, po_file(po_line()), validate_only=True)

    assert len(report.changes) == 3
    assert report.revision == 0
    assert await read(register, lambda snapshot: snapshot.find(School)) == []
    assert await read(register, lambda snapshot: snapshot.find(SourceReport)) == []


async def test_an_older_file_is_refused(register: Register) -> None:
    await import_file(register, po_file(po_line()))

    with pytest.raises(Refused) as caught:
        await import_file(register, po_file(po_line("99XC00")), as_of=YESTERDAY)

    assert caught.value.reason == Reason.FILE_OUTDATED
    assert caught.value.metadata["last"] == str(TODAY)


async def test_the_age_of_a_file_counts_only_within_its_source(register: Register) -> None:
    await import_file(register, po_file(po_line()))

    report = await import_file(register, vo_file(vo_line()), as_of=YESTERDAY)

    assert report.as_of == YESTERDAY


async def test_a_file_of_tomorrow_is_refused(register: Register) -> None:
    with pytest.raises(Refused) as caught:
        await import_file(register, po_file(po_line()), as_of=dt.date(2026, 9, 2))

    assert (caught.value.reason, caught.value.field) == (Reason.FIELD_INVALID, "as_of_date")


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
async def test_a_share_that_is_none_is_refused(register: Register, share: float) -> None:
    with pytest.raises(Refused) as caught:
        await import_file(register, po_file(po_line()), max_closed_share=share)

    assert (caught.value.reason, caught.value.field) == (Reason.FIELD_INVALID, "max_closed_share")


async def test_a_file_that_closes_too_many_changes_nothing(register: Register) -> None:
    lines = [po_line("99XA00"), po_line("99XB00"), po_line("99XC00"), po_line("99XD00")]
    await import_file(register, po_file(*lines))

    with pytest.raises(Refused) as caught:
        await import_file(register, po_file(*lines[:2]), max_closed_share=0.49)

    schools = await read(register, lambda snapshot: snapshot.find(School))
    assert caught.value.reason == Reason.IMPORT_CLOSES_TOO_MANY
    assert (caught.value.metadata["closing"], caught.value.metadata["open"]) == ("2", "4")
    assert [school.closed for school in schools] == [None] * 4


async def test_exactly_the_share_may_close(register: Register) -> None:
    lines = [po_line("99XA00"), po_line("99XB00")]
    await import_file(register, po_file(*lines))

    await import_file(register, po_file(lines[0]), max_closed_share=0.5)

    school = await read(register, lambda snapshot: snapshot.get(School, "99XB"))
    assert school is not None
    assert school.closed == YESTERDAY


async def test_the_shipped_files_import_in_any_order(register: Register) -> None:
    for path in sorted(FIXTURES.glob("*.csv"), reverse=True):
        await import_file(register, path.read_bytes())

    schools = await read(register, lambda snapshot: snapshot.find(School))
    assert [school.brin for school in schools] == ["99XA", "99XB", "99XC", "99XD", "99XE", "99XF"]


async def test_the_real_files_import_and_then_change_nothing(register: Register) -> None:
    if not REAL_FILES.is_dir():
        pytest.skip("DUO's own files are not here")
    files = [path.read_bytes() for path in sorted(REAL_FILES.glob("*.csv"))]
    first = [await import_file(register, data) for data in files]

    again = [await import_file(register, data) for data in files]

    assert [report.changes for report in again] == [()] * 3
    assert {report.revision for report in again} == {first[-1].revision}
    assert len(await read(register, lambda snapshot: snapshot.find(School))) == 6652
    assert len(await read(register, lambda snapshot: snapshot.find(Board))) == 1010
