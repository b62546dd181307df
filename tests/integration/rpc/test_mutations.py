"""Mutations: who and why, repeats, dry runs, lost updates, lists while they go on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.builders.stubs import WHY, Stubs
from support.worlds import small_world
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, running_hub
from wissel.clients.testing.cast import DUO, NOORD, OPERATOR, ZUID
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.party.v1 import party_service_pb2 as party
from wissel.school.v1 import school_pb2
from wissel.school.v1 import school_service_pb2 as school

NEW = "00000003999999770000"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small()) as started:
        yield started


def registration(**changes: Any) -> party.RegisterPartyRequest:
    fields = {"oin": NEW, "name": "Nieuw", "role": "VENDOR", "reason": WHY}
    return party.RegisterPartyRequest(**(fields | changes))


@pytest.mark.parametrize(
    ("changes", "metadata", "reason"),
    [
        ({"reason": " "}, OPERATOR_METADATA, "REASON_REQUIRED"),
        ({}, (), "ACCOUNT_REQUIRED"),
        ({"reason": "for 111222333"}, OPERATOR_METADATA, "PERSON_NUMBER_IN_TEXT"),
        ({}, (("wissel-user", "111222333"),), "PERSON_NUMBER_IN_TEXT"),
        ({"reason": "x" * 501}, OPERATOR_METADATA, "FIELD_INVALID"),
        ({"request_id": "one"}, OPERATOR_METADATA, "FIELD_INVALID"),
        ({"role": "BOSS"}, OPERATOR_METADATA, "FIELD_INVALID"),
        ({"oin": "1"}, OPERATOR_METADATA, "IDENTIFIER_MALFORMED"),
        ({"name": ""}, OPERATOR_METADATA, "FIELD_REQUIRED"),
        ({"oin": NOORD.oin}, OPERATOR_METADATA, "ALREADY_REGISTERED"),
    ],
)
async def test_a_mutation_that_lacks_something_changes_nothing(
    hub: Hub, changes: dict[str, str], metadata: Any, reason: str
) -> None:
    before = await hub.register.head_revision()

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "desk").parties.RegisterParty(registration(**changes), metadata=metadata)

    assert reason_of(refused.value) == reason
    assert await hub.register.head_revision() == before


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"reason": ""}, "REASON_REQUIRED"), ({"name": "a\0b"}, "FIELD_INVALID")],
)
async def test_a_school_or_verband_needs_a_reason_and_a_name(
    hub: Hub, changes: dict[str, str], reason: str
) -> None:
    desk = Stubs(hub, "desk")
    said = {"reason": WHY, "name": "Naam"} | changes
    place = school_pb2.Location(vestiging="00", name=said["name"])
    described = school_pb2.School(brin="99ZZ", board_number="99001", locations=[place])
    a_school = school.RegisterSchoolRequest(school=described, reason=said["reason"])
    verband = school.RegisterSamenwerkingsverbandRequest(swv="PO9977", oin=NEW, **said)

    with pytest.raises(grpc.aio.AioRpcError) as of_school:
        await desk.schools.RegisterSchool(a_school, metadata=OPERATOR_METADATA)
    with pytest.raises(grpc.aio.AioRpcError) as of_verband:
        await desk.swvs.RegisterSamenwerkingsverband(verband, metadata=OPERATOR_METADATA)

    assert [reason_of(each.value) for each in (of_school, of_verband)] == [reason] * 2


async def test_a_school_is_registered_with_the_sectors_of_its_locations(hub: Hub) -> None:
    desk = Stubs(hub, "desk")

    async def register(brin: str, *sectors: str) -> Any:
        places = [
            school_pb2.Location(vestiging=f"{number:02}", name="Naam", sector=sector)
            for number, sector in enumerate(sectors)
        ]
        described = school_pb2.School(brin=brin, board_number="99001", locations=places)
        request = school.RegisterSchoolRequest(school=described, reason=WHY)
        return (await desk.schools.RegisterSchool(request, metadata=OPERATOR_METADATA)).school

    both = await register("99ZV", "VO", "SO")
    one_unknown = await register("99ZW", "VO", "")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await register("99ZX", "HO")

    assert [each.sector for each in both.locations] == ["VO", "SO"]
    assert (list(both.sectors), list(one_unknown.sectors)) == (["SO", "VO"], [])
    assert reason_of(refused.value) == "FIELD_INVALID"


async def test_a_repeat_gets_the_earlier_answer_and_another_body_is_refused(hub: Hub) -> None:
    desk = Stubs(hub, "desk").parties
    request_id = str(uuid4())
    request = registration(request_id=request_id)

    first = await desk.RegisterParty(request, metadata=OPERATOR_METADATA)
    again = await desk.RegisterParty(request, metadata=OPERATOR_METADATA)
    loud = await desk.RegisterParty(
        registration(request_id=request_id.upper()), metadata=OPERATOR_METADATA
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.RegisterParty(
            registration(request_id=request_id, name="Ander"), metadata=OPERATOR_METADATA
        )

    assert first == again == loud
    assert reason_of(refused.value) == "REQUEST_ID_REUSED"
    assert await hub.register.head_revision() == first.revision


async def test_the_same_request_at_the_same_time_happens_once(hub: Hub) -> None:
    desk = Stubs(hub, "desk").parties
    request = registration(request_id=str(uuid4()))

    answers = await asyncio.gather(
        *(desk.RegisterParty(request, metadata=OPERATOR_METADATA) for _ in range(8))
    )

    assert len({answer.revision for answer in answers}) == 1


async def test_the_next_call_decides_on_what_was_answered(hub: Hub) -> None:
    desk, noord = Stubs(hub, "desk"), Stubs(hub, "noord")
    await noord.resolve()

    await desk.end_mandate(str(small_world.C_ZUID.mandate_id))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await noord.resolve()

    assert reason_of(refused.value) == "RECEIVER_NOT_CONNECTED"


async def test_an_endpoint_has_ended_with_its_mandate(hub: Hub) -> None:
    zuid = Stubs(hub, "zuid").endpoints
    own = endpoint.GetEndpointRequest(
        endpoint_id=str(small_world.endpoint(small_world.C_ZUID, 1).endpoint_id)
    )
    before = (await zuid.GetEndpoint(own)).endpoint

    await Stubs(hub, "desk").end_mandate(str(small_world.C_ZUID.mandate_id))

    after = (await zuid.GetEndpoint(own)).endpoint
    assert (before.status, after.status) == ("ACTIVE", "ENDED")
    assert (after.end_date, after.etag) == (before.end_date, before.etag)


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("QualifySystem", party.QualifySystemRequest(test_message_ids=[str(uuid4())] * 101)),
        (
            "SetRollout",
            party.SetRolloutRequest(rollout="PILOT", pilot_organisations=["99XA"] * 1001),
        ),
    ],
)
async def test_a_list_in_a_request_has_a_bound(hub: Hub, method: str, request_: Any) -> None:
    request_.MergeFrom(type(request_)(system_id="las-noord", service="OSO_OV", reason=WHY))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await getattr(Stubs(hub, "desk").parties, method)(request_, metadata=OPERATOR_METADATA)

    assert reason_of(refused.value) == "BATCH_TOO_LARGE"


async def test_a_dry_run_answers_and_keeps_nothing(hub: Hub) -> None:
    before = await hub.register.head_revision()

    answer = await Stubs(hub, "desk").mandate("99XC", "las-noord", validate_only=True)

    assert (answer.mandate.mandate_id, answer.mandate.etag) == ("", "")
    assert answer.revision == before
    assert await hub.register.head_revision() == before


async def test_a_lost_update_is_refused(hub: Hub) -> None:
    zuid = Stubs(hub, "zuid").endpoints
    own = str(small_world.endpoint(small_world.C_ZUID, 1).endpoint_id)
    seen = (await zuid.GetEndpoint(endpoint.GetEndpointRequest(endpoint_id=own))).endpoint
    await zuid.SuspendEndpoint(endpoint.SuspendEndpointRequest(endpoint_id=own, etag=seen.etag))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await zuid.ResumeEndpoint(endpoint.ResumeEndpointRequest(endpoint_id=own, etag=seen.etag))

    assert refused.value.code() is grpc.StatusCode.ABORTED
    assert reason_of(refused.value) == "ETAG_MISMATCH"


async def test_update_distinguishes_absent_and_empty_days(hub: Hub) -> None:
    desk = Stubs(hub, "desk").mandates
    own = str(small_world.C_ZUID.mandate_id)

    async def update(**days: Any) -> Any:
        request = mandate.UpdateMandateRequest(mandate_id=own, reason=WHY, **days)
        return (await desk.UpdateMandate(request, metadata=OPERATOR_METADATA)).mandate

    assert (await update(end_date="2099-07-31")).end_date == "2099-07-31"
    assert (await update()).end_date == "2099-07-31"
    assert (await update(end_date="")).end_date == ""


async def test_an_end_needs_a_moment(hub: Hub) -> None:
    request = mandate.EndMandateRequest(mandate_id=str(small_world.C_ZUID.mandate_id), reason=WHY)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "desk").mandates.EndMandate(request, metadata=OPERATOR_METADATA)

    assert reason_of(refused.value) == "FIELD_REQUIRED"


async def test_a_list_read_page_by_page_has_each_item_once(hub: Hub) -> None:
    """Also when parties are registered between the pages: these come in a later list."""
    desk = Stubs(hub, "desk").parties
    first = await desk.ListParties(party.ListPartiesRequest(page_size=3))
    await desk.RegisterParty(registration(oin="00000009999999000000"), metadata=OPERATOR_METADATA)

    token, oins = first.next_page_token, [each.oin for each in first.parties]
    while token:
        page = await desk.ListParties(party.ListPartiesRequest(page_size=1, page_token=token))
        oins += [each.oin for each in page.parties]
        token = page.next_page_token

    assert oins == sorted([NOORD.oin, ZUID.oin, DUO.oin, OPERATOR.oin])


@pytest.mark.parametrize("token", ["nonsense", "WzEsMl0", "e30", "____", "A"])
async def test_a_token_that_is_none_is_refused(hub: Hub, token: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "desk").parties.ListParties(party.ListPartiesRequest(page_token=token))

    assert reason_of(refused.value) == "PAGE_TOKEN_INVALID"


async def test_a_token_of_a_list_with_other_filters_is_refused(hub: Hub) -> None:
    desk = Stubs(hub, "desk").parties
    first = await desk.ListParties(party.ListPartiesRequest(page_size=1))
    other = party.ListPartiesRequest(page_token=first.next_page_token, role="VENDOR")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.ListParties(other)

    assert reason_of(refused.value) == "PAGE_TOKEN_INVALID"
