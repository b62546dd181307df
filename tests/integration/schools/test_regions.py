"""Samenwerkingsverbanden and their regions: lists of an operator, shown with each location."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from support.builders.stubs import WHY, Stubs
from support.worlds import small_world
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, refusal, running_hub
from wissel.clients.testing.cast import SWV, SWV_OIN
from wissel.school.v1 import school_pb2
from wissel.school.v1 import school_service_pb2 as pb

VO: Any = {"swv": "VO9902", "name": "SWV VO", "oin": "00000001990000050000"}
HERE = {"postcode": "1099", "swv_po": SWV, "swv_vo": "VO9902"}


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small()) as started:
        yield started


def areas(*each: Any, **fields: Any) -> pb.ImportPostcodesRequest:
    return pb.ImportPostcodesRequest(
        areas=[pb.PostcodeArea(**area) for area in each], **({"reason": WHY} | fields)
    )


def swvs(*each: Any, **fields: Any) -> pb.ImportSamenwerkingsverbandenRequest:
    return pb.ImportSamenwerkingsverbandenRequest(
        samenwerkingsverbanden=[school_pb2.Samenwerkingsverband(**swv) for swv in each],
        **({"reason": WHY} | fields),
    )


async def record(hub: Hub, asked: Any, caller: str = "desk") -> Any:
    stub = Stubs(hub, caller).swvs
    name = type(asked).__name__.removesuffix("Request")
    return await getattr(stub, name)(asked, metadata=OPERATOR_METADATA)


async def register(hub: Hub, postcode: str) -> Any:
    place = school_pb2.Location(vestiging="00", name="Hier", postcode=postcode)
    described = school_pb2.School(brin="99YZ", board_number="99001", locations=[place])
    request = pb.RegisterSchoolRequest(school=described, reason=WHY)
    return await Stubs(hub, "desk").schools.RegisterSchool(request, metadata=OPERATOR_METADATA)


async def test_each_location_is_shown_in_its_region(hub: Hub) -> None:
    done = await record(hub, areas(HERE, {"postcode": "1098"}))
    again = await record(hub, areas(HERE))
    added = (await register(hub, "1099 XA")).school.locations[0]
    noord = Stubs(hub, "noord").schools
    shown = await noord.GetSchool(pb.GetSchoolRequest(brin="99YZ"))
    listed = (await noord.ListSchools(pb.ListSchoolsRequest())).schools

    assert (2, ["VO9902"]) == (done.changed_count, list(done.unregistered_swvs))
    assert (0, done.revision) == (again.changed_count, again.revision)
    assert (SWV, "VO9902") == (added.swv_po, added.swv_vo)
    assert added == shown.school.locations[0]
    assert {SWV: ["99YZ"], "": ["99XA", "99XB", "99XC"]} == {
        swv: [school.brin for school in listed if school.locations[0].swv_po == swv]
        for swv in (SWV, "")
    }


async def test_a_page_shows_regions_of_its_revision(hub: Hub) -> None:
    await register(hub, "1099 XA")
    before = await record(hub, areas(HERE))
    await record(hub, areas({"postcode": "1099"}))
    noord = Stubs(hub, "noord").schools

    now = await noord.ListSchools(pb.ListSchoolsRequest())
    then = await noord.ListSchools(pb.ListSchoolsRequest(at_revision=before.revision))

    assert ["", SWV] == [page.schools[-1].locations[0].swv_po for page in (now, then)]


async def test_a_list_of_samenwerkingsverbanden_is_recorded_once(hub: Hub) -> None:
    known = {"swv": SWV, "name": "Andere naam", "oin": SWV_OIN, "kvk_number": "99000007"}

    done = await record(hub, swvs(VO, known))
    again = await record(hub, swvs(VO, known))
    kept = await record(hub, swvs(known | {"kvk_number": ""}))
    listed = (
        await Stubs(hub, "noord").swvs.ListSamenwerkingsverbanden(
            pb.ListSamenwerkingsverbandenRequest()
        )
    ).samenwerkingsverbanden

    assert (["VO9902"], [SWV]) == (list(done.new_swvs), list(done.changed_swvs))
    assert ([], [], done.revision) == (
        list(again.new_swvs),
        list(again.changed_swvs),
        again.revision,
    )
    assert done.revision == kept.revision
    assert {"VO9902": "SWV VO", SWV: "Andere naam"} == {each.swv: each.name for each in listed}


async def test_a_repeat_gets_the_same_answer(hub: Hub) -> None:
    same = str(uuid4())
    first = [await record(hub, asked) for asked in (swvs(VO, request_id=same),) * 2]
    second = [await record(hub, asked) for asked in (areas(HERE, request_id=same),) * 2]

    assert (first[0], second[0]) == (first[1], second[1])
    other = await refusal(lambda: record(hub, areas(HERE, request_id=same, reason="another")))
    assert "REQUEST_ID_REUSED" == reason_of(other)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (areas(HERE, reason=""), "REASON_REQUIRED"),
        (areas(HERE, HERE), "FIELD_INVALID"),
        (areas({"postcode": "1099XA"}), "IDENTIFIER_MALFORMED"),
        (areas({"postcode": "0999"}), "IDENTIFIER_MALFORMED"),
        (areas({"postcode": ""}), "FIELD_REQUIRED"),
        (areas(HERE | {"swv_po": "VO9902"}), "FIELD_INVALID"),
        (areas(HERE | {"swv_vo": "99XA"}), "IDENTIFIER_MALFORMED"),
        (areas(*[HERE] * 10_001), "BATCH_TOO_LARGE"),
        (areas(*[HERE] * 30_000), "REQUEST_TOO_LARGE"),
        (swvs(VO, reason=""), "REASON_REQUIRED"),
        (swvs(VO, VO), "FIELD_INVALID"),
        (swvs(VO | {"name": ""}), "FIELD_REQUIRED"),
        (swvs(VO | {"name": "van 111222333"}), "PERSON_NUMBER_IN_TEXT"),
        (swvs(VO | {"swv": "99XA"}), "IDENTIFIER_MALFORMED"),
        (swvs(VO | {"oin": "0000000700099XA00000"}), "FIELD_INVALID"),
        (swvs(VO | {"oin": SWV_OIN}), "ALREADY_REGISTERED"),
        (swvs(VO | {"swv": SWV}), "ALREADY_REGISTERED"),
        (swvs(VO, VO | {"swv": "VO9903"}), "ALREADY_REGISTERED"),
        (swvs(VO | {"kvk_number": "1"}), "IDENTIFIER_MALFORMED"),
        (swvs(*[VO] * 1001), "BATCH_TOO_LARGE"),
    ],
)
async def test_what_is_malformed_changes_nothing(hub: Hub, asked: Any, reason: str) -> None:
    before = await hub.register.head_revision()

    refused = await refusal(lambda: record(hub, asked))

    assert reason == reason_of(refused)
    assert before == await hub.register.head_revision()


@pytest.mark.parametrize("caller", ["noord", "duo"])
@pytest.mark.parametrize("asked", [swvs(VO), areas(HERE)])
async def test_nobody_else_records_them(hub: Hub, caller: str, asked: Any) -> None:
    assert "METHOD_NOT_ALLOWED" == reason_of(await refusal(lambda: record(hub, asked, caller)))


@pytest.mark.parametrize(
    ("language", "of_a_file", "of_ours"),
    [
        ("en", "RIO, in Mijn DUO (https://rio-kennisbank.duo.nl); help desk: ", "the operator of"),
        ("nl", "RIO, in Mijn DUO (https://rio-kennisbank.duo.nl); helpdesk: ", "de beheerder van"),
    ],
)
async def test_a_school_says_where_it_is_corrected(
    hub: Hub, language: str, of_a_file: str, of_ours: str
) -> None:
    await register(hub, "")
    schools = Stubs(hub, "noord").schools
    said = [
        await schools.GetSchool(
            pb.GetSchoolRequest(brin=brin), metadata=(("accept-language", language),)
        )
        for brin in ("99XA", "99YZ")
    ]

    assert [True, True] == [
        answer.corrected_at.startswith(words)
        for answer, words in zip(said, (of_a_file, of_ours), strict=True)
    ]
