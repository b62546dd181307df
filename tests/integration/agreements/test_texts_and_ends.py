"""Texts are listed, and a vendor ends what it agreed to itself (R2)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.builders.stubs import WHY, Stubs
from support.worlds import small_world as w
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, running_hub
from wissel.agreement.v1 import agreement_service_pb2 as pb
from wissel.agreement.v1 import agreement_text_pb2 as text_pb
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.traffic.v1 import route_service_pb2 as route_pb


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=w.small()) as started:
        yield started


async def register(hub: Hub, kind: str, version: str, **more: Any) -> str:
    named: dict[str, Any] = {"language": "nl", "counterparty": "Kennisnet", "reason": WHY}
    request = text_pb.RegisterAgreementTextRequest(
        kind=kind, version=version, document=f"{kind} {version} {more}".encode(), **(named | more)
    )
    done = await Stubs(hub, "desk").agreements.RegisterAgreementText(
        request, metadata=OPERATOR_METADATA
    )
    return str(done.text.document_sha256)


async def listed(hub: Hub, name: str = "noord", **asked: Any) -> set[tuple[str, str, str]]:
    found, request = set(), text_pb.ListAgreementTextsRequest(page_size=2, **asked)
    while True:
        page = await Stubs(hub, name).agreements.ListAgreementTexts(request)
        found |= {(each.kind, each.version, each.language) for each in page.texts}
        request.page_token = page.next_page_token
        if not request.page_token:
            return found


async def own(hub: Hub, name: str, kind: str = "VENDOR_OSO") -> pb.Agreement:
    answer = await Stubs(hub, name).agreements.ListAgreements(pb.ListAgreementsRequest())
    found: pb.Agreement = next(each for each in answer.agreements if each.kind == kind)
    return found


async def end(hub: Hub, name: str, agreement_id: str, **more: Any) -> Any:
    request = pb.TerminateAgreementRequest(agreement_id=agreement_id, **more)
    return await Stubs(hub, name).agreements.TerminateAgreement(request)


async def test_texts_are_listed_by_kind_language_and_whether_they_can_be_accepted(
    hub: Hub,
) -> None:
    await register(hub, "OSO", "1", start_date="2020-01-01")
    await register(hub, "OSO", "2", start_date="2021-01-01")
    await register(hub, "OSO", "3", start_date="2999-01-01")
    await register(hub, "OSO", "2", start_date="2021-01-01", language="en")
    await register(hub, "VENDOR_OSO", "1")

    every = await listed(hub)
    assert 5 == len(every)
    assert every == await listed(hub, "desk")
    assert {("OSO", "2", "nl"), ("OSO", "2", "en"), ("VENDOR_OSO", "1", "nl")} == await listed(
        hub, acceptable_only=True
    )
    assert {("OSO", "2", "nl")} == await listed(
        hub, kind="OSO", language="nl", acceptable_only=True
    )
    assert set() == await listed(hub, kind="VVA")


async def test_a_kind_that_is_none_is_refused(hub: Hub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await listed(hub, kind="OSR")

    assert "FIELD_INVALID" == reason_of(error.value)


async def test_a_chain_partner_reads_no_texts(hub: Hub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await listed(hub, "duo")

    assert "METHOD_NOT_ALLOWED" == reason_of(error.value)


async def test_a_vendor_ends_its_own_agreement_and_is_told_what_that_stops(hub: Hub) -> None:
    agreement = await own(hub, "noord")
    asked = route_pb.ResolveRouteRequest(sender_brin="99XA", receiver_brin="99XC", service="OSO_OV")

    tried = await end(hub, "noord", agreement.agreement_id, validate_only=True)
    before = await Stubs(hub, "noord").routes.ResolveRoute(asked)
    done = await end(hub, "noord", agreement.agreement_id, etag=agreement.etag)
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await Stubs(hub, "noord").routes.ResolveRoute(asked)

    assert tried.impact.senders.lost > 0
    assert {NOORD.oin} == {each.key for each in tried.impact.by_vendor.groups}
    assert before.route.endpoint_id
    assert [(agreement.agreement_id, NOORD.oin)] == [
        (each.agreement_id, each.party_oin) for each in done.agreements
    ]
    assert "VENDOR_AGREEMENT_MISSING" == reason_of(error.value)


async def test_an_agreement_of_another_is_not_there(hub: Hub) -> None:
    foreign = (await own(hub, "zuid")).agreement_id
    board = await Stubs(hub, "desk").agreements.ListAgreements(
        pb.ListAgreementsRequest(board_number=w.BOARD_1)
    )

    for agreement_id in (foreign, board.agreements[0].agreement_id):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await end(hub, "noord", agreement_id)
        assert "AGREEMENT_NOT_FOUND" == reason_of(error.value)
    assert "" == (await own(hub, "zuid")).end_date
    assert ZUID.oin == (await own(hub, "zuid")).party_oin


async def test_a_chain_partner_ends_none(hub: Hub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await end(hub, "duo", (await own(hub, "noord")).agreement_id)

    assert "METHOD_NOT_ALLOWED" == reason_of(error.value)


async def test_only_what_the_vendor_saw_ends(hub: Hub) -> None:
    agreement = await own(hub, "noord")

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await end(hub, "noord", agreement.agreement_id, etag="0" * 16)

    assert "ETAG_MISMATCH" == reason_of(error.value)
