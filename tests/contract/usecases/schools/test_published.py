"""What others publish of schools, on each engine: files, points, regions, one after the other."""

import datetime as dt
from dataclasses import replace
from typing import Final

import pytest

from support.builders.duo_files import REAL_FILES, po_file, po_line
from support.builders.school_imports import import_file, read, transaction
from wissel.routing.facts import PostcodeArea, Samenwerkingsverband, School
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, Oin, Postcode4, Swv, Vestiging
from wissel.routing.values.points import Point
from wissel.server.registry.ports import Register, Snapshot
from wissel.server.registry.schools.areas import areas_of, import_areas
from wissel.server.registry.schools.differences import ChangeKind
from wissel.server.registry.schools.locating import locate_schools
from wissel.server.registry.schools.swv import RegisterSwv, import_swvs
from wissel.server.registry.schools.updating import UpdateLocation, UpdateSchool, update_school

APRIL, AUGUST = dt.date(2026, 4, 1), dt.date(2026, 8, 1)
A0, B0 = Vestiging("99XA00"), Vestiging("99XB00")
HERE: Final = Point(52066957, 4332230)
SWV: Final = RegisterSwv(code=Swv("PO9901"), name="SWV", oin=Oin("00000001990000010000"))
AREA: Final = PostcodeArea(postcode=Postcode4("1234"), swv_po=SWV.code, swv_vo=Swv("VO9901"))


async def school(register: Register, brin: str) -> School:
    found = await read(register, lambda snapshot: snapshot.get(School, brin))
    assert found is not None
    return found


async def region(register: Register, pinned: int) -> PostcodeArea | None:
    async def of_school(snapshot: Snapshot) -> PostcodeArea | None:
        found = await snapshot.get(School, "99XA")
        areas = await areas_of(snapshot, [found] if found else [], pinned)
        return areas.get(AREA.postcode)

    return await read(register, of_school)


async def test_points_are_recorded_in_one_change_of_the_schools_that_differ(
    register: Register,
) -> None:
    before = await import_file(register, po_file(po_line(A0), po_line(B0)))
    untouched = await school(register, "99XB")

    found = await transaction(register, lambda writing: locate_schools(writing, [(A0, HERE)]))
    again = await transaction(register, lambda writing: locate_schools(writing, [(A0, HERE)]))

    revision = await read(register, _revision)
    assert (1, 0, before.revision + 1) == (found.changed, again.changed, revision)
    assert HERE == (await school(register, "99XA")).locations[0].point
    assert untouched == await school(register, "99XB")


async def test_regions_are_read_as_they_were(register: Register) -> None:
    await import_file(register, po_file(po_line(A0, postcode="1234 AB")))
    first = await transaction(register, lambda writing: import_areas(writing, [AREA]))
    then = await read(register, _revision)
    elsewhere = replace(AREA, swv_po=Swv("PO9902"))

    second = await transaction(register, lambda writing: import_areas(writing, [elsewhere]))
    same = await transaction(register, lambda writing: import_areas(writing, [elsewhere]))

    assert [1, 1, 0] == [each.changed for each in (first, second, same)]
    assert ["PO9902", "VO9901"] == list(same.unregistered)
    assert AREA == await region(register, then)
    assert elsewhere == await region(register, then + 1)
    assert then + 1 == await read(register, _revision)


async def test_a_list_of_samenwerkingsverbanden_is_whole_or_nothing(register: Register) -> None:
    await transaction(register, lambda writing: import_swvs(writing, [SWV]))
    other = RegisterSwv(code=Swv("PO9902"), name="Ander", oin=Oin("00000001990000020000"))
    taken = replace(other, code=Swv("PO9903"), oin=SWV.oin)

    with pytest.raises(Refused) as caught:
        await transaction(register, lambda writing: import_swvs(writing, [other, taken]))

    known = await read(register, lambda snapshot: snapshot.find(Samenwerkingsverband))
    assert Reason.ALREADY_REGISTERED is caught.value.reason
    assert [SWV.code] == [each.code for each in known]


async def test_a_successor_is_kept_over_imports(register: Register) -> None:
    await import_file(register, po_file(po_line(A0), po_line(B0)), as_of=APRIL)
    await import_file(register, po_file(po_line(A0)), as_of=AUGUST, max_closed_share=1)
    command = UpdateSchool(
        brin=Brin("99XB"), locations=(UpdateLocation(vestiging=B0, successor=A0),)
    )

    await transaction(register, lambda writing: update_school(writing, command))
    again = await import_file(register, po_file(po_line(A0)), as_of=AUGUST)

    assert {} == again.counts
    assert A0 == (await school(register, "99XB")).successor


async def test_the_real_files_of_april_and_august(register: Register) -> None:
    april = REAL_FILES.parent / "duo-2026" / "02.-alle-schoolvestigingen-basisonderwijs.2026-04.csv"
    august = REAL_FILES / "02.-alle-schoolvestigingen-basisonderwijs.csv"
    if not (april.is_file() and august.is_file()):
        pytest.skip("DUO's own files are not here")
    await import_file(register, april.read_bytes(), as_of=APRIL)

    report = await import_file(register, august.read_bytes(), as_of=AUGUST)
    again = await import_file(register, august.read_bytes(), as_of=AUGUST)

    told = {
        ChangeKind.LOCATION_NEW: 17,
        ChangeKind.LOCATION_CLOSED: 2,
        ChangeKind.SCHOOL_CLOSED: 2,
        ChangeKind.SCHOOL_MOVED: 1,
        ChangeKind.LOCATION_MERGED: 0,
    }
    assert told == {kind: report.counts.get(kind, 0) for kind in told}
    assert ({}, report.revision) == (again.counts, again.revision)


async def _revision(snapshot: Snapshot) -> int:
    return snapshot.revision
