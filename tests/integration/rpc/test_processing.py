"""DUO processes mandates over the API (R6): what waits, what it says, and what then counts."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.rpc import error_details_pb2

from support.builders.stubs import WHY, Stubs
from support.worlds import small_world as w
from support.worlds.hub import OPERATOR_METADATA, Hub, detail, reason_of, running_hub
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.facts import Mandate, Processing, Service
from wissel.routing.values.days import ONE_DAY, Period, day_of

TODAY = day_of(dt.datetime.now(dt.UTC))
DAYS = 10


def rio() -> Service:
    return replace(w.services()[2], processing_days=DAYS)


def given(name: str, *, ago: int = 0, **changes: Any) -> Mandate:
    """A mandate of 99XC to Zuid for RIO that waits, given so many days ago."""
    made = w.mandate(w.XC, w.LAS_ZUID, w.RIO, name=name, processing=Processing.AWAITING)
    noon = dt.datetime.combine(TODAY - ago * ONE_DAY, dt.time(12), dt.UTC)
    return replace(made, created=noon, **changes)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=[*w.small(), rio()]) as started:
        yield started


async def pending(hub: Hub, **asked: Any) -> Any:
    return await Stubs(hub, "duo").mandates.ListPendingMandates(
        pb.ListPendingMandatesRequest(**asked)
    )


def ids(found: Any) -> list[str]:
    return [each.mandate_id for each in found.mandates]


async def process(hub: Hub, mandate_id: str, said: str = "PROCESSED", **more: Any) -> Any:
    request = pb.ProcessMandateRequest(mandate_id=mandate_id, processing=said, **more)
    return await Stubs(hub, "duo").mandates.ProcessMandate(request)


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value


async def test_a_mandate_counts_from_the_answer_on(hub: Hub) -> None:
    """The board gives it, DUO is asked by a LAS, finds it waiting, processes it, and is asked."""
    made = (await Stubs(hub, "desk").mandate("99XC", "las-noord", "RIO")).mandate
    ask = pb.ValidateMandateRequest(brin="99XC", supplier_oin=NOORD.oin, service="RIO")
    duo = Stubs(hub, "duo").mandates

    before = await duo.ValidateMandate(ask)
    waits = (await pending(hub)).mandates
    done = await process(hub, made.mandate_id, etag=waits[0].etag)
    after = await duo.ValidateMandate(ask)

    assert (made.processing, made.overdue) == ("AWAITING", False)
    assert made.processing_due_date == str(TODAY + DAYS * ONE_DAY)
    assert (before.result, before.reason, after.result) == ("NOK", "MANDATE_AWAITING", "OK")
    assert [each.mandate_id for each in waits] == [made.mandate_id]
    assert (done.mandate.processing, done.mandate.processing_due_date) == ("PROCESSED", "")
    assert done.mandate.HasField("processed_time")
    assert done.revision == await hub.register.head_revision()
    assert not (await pending(hub)).mandates


async def test_who_is_concerned_reads_why_a_mandate_was_rejected(hub: Hub) -> None:
    made = given("one")
    await hub.put(made)
    named = str(made.mandate_id)

    done = (await process(hub, named, "REJECTED", reason="no pupils in RIO")).mandate
    seen = [
        (await Stubs(hub, name).mandates.GetMandate(pb.GetMandateRequest(mandate_id=named))).mandate
        for name in ("desk", "zuid", "duo")
    ]
    verdict = await Stubs(hub, "zuid").mandates.ValidateMandate(
        pb.ValidateMandateRequest(brin="99XC", supplier_oin=ZUID.oin, service="RIO")
    )

    assert (done.processing, done.rejection) == ("REJECTED", "no pupils in RIO")
    assert seen == [done, done, done]
    assert (verdict.result, verdict.reason) == ("NOK", "MANDATE_REJECTED")


async def test_what_ends_while_it_waits_waits_no_longer(hub: Hub) -> None:
    ended, withdrawn, over, planned = (
        given("ended"),
        given("withdrawn", period=Period(TODAY + 9 * ONE_DAY)),
        given("over", ago=99, period=Period(w.START, TODAY - ONE_DAY)),
        given("planned", period=Period(TODAY + 5 * ONE_DAY)),
    )
    await hub.put(ended, withdrawn, over, planned)

    for each in (ended, withdrawn):
        await Stubs(hub, "desk").end_mandate(str(each.mandate_id))

    assert ids(await pending(hub)) == [str(planned.mandate_id)]
    for each in (ended, withdrawn, over):
        error = await refusal(process(hub, str(each.mandate_id)))
        assert reason_of(error) == "MANDATE_ENDED"


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"processing": ""}, "FIELD_REQUIRED", "processing"),
        ({"processing": "AWAITING"}, "FIELD_INVALID", "processing"),
        ({"processing": "NOT_REQUIRED"}, "FIELD_INVALID", "processing"),
        ({"processing": "done"}, "FIELD_INVALID", "processing"),
        ({"processing": "REJECTED"}, "REASON_REQUIRED", "reason"),
        ({"processing": "REJECTED", "reason": " "}, "REASON_REQUIRED", "reason"),
        ({"reason": "for 111222333"}, "PERSON_NUMBER_IN_TEXT", "reason"),
        ({"reason": "x" * 501}, "FIELD_INVALID", "reason"),
        ({"mandate_id": ""}, "FIELD_REQUIRED", "mandate_id"),
        ({"mandate_id": "one"}, "FIELD_INVALID", "mandate_id"),
        ({"mandate_id": str(uuid4())}, "MANDATE_NOT_FOUND", "mandate_id"),
        ({"etag": "00"}, "ETAG_MISMATCH", "etag"),
        ({"request_id": "one"}, "FIELD_INVALID", "request_id"),
    ],
)
async def test_what_cannot_be_said_of_a_mandate(
    hub: Hub, changes: dict[str, Any], reason: str, field: str
) -> None:
    made = given("one")
    before = await hub.put(made)
    asked: dict[str, Any] = {
        "mandate_id": str(made.mandate_id),
        "processing": "PROCESSED",
    } | changes

    error = await refusal(
        Stubs(hub, "duo").mandates.ProcessMandate(pb.ProcessMandateRequest(**asked))
    )

    assert reason_of(error) == reason
    told = detail(error, error_details_pb2.BadRequest).field_violations
    assert [each.field for each in told] == [field]
    assert await hub.register.head_revision() == before


async def test_a_repeat_gets_the_earlier_answer_and_another_body_is_refused(hub: Hub) -> None:
    made, request_id = given("one"), str(uuid4())
    await hub.put(made)
    named = str(made.mandate_id)

    first = await process(hub, named, request_id=request_id)
    await Stubs(hub, "desk").end_mandate(named)
    again = await process(hub, named, request_id=request_id)
    error = await refusal(process(hub, named, "REJECTED", reason=WHY, request_id=request_id))

    assert first == again
    assert reason_of(error) == "REQUEST_ID_REUSED"


async def test_of_many_that_say_something_else_at_once_one_wins(hub: Hub) -> None:
    made = given("one")
    await hub.put(made)
    waits = (await pending(hub)).mandates[0]

    ended = await asyncio.gather(
        *(
            process(hub, waits.mandate_id, "REJECTED", reason=f"{WHY} {number}", etag=waits.etag)
            for number in range(20)
        ),
        return_exceptions=True,
    )

    refused = [each for each in ended if isinstance(each, grpc.aio.AioRpcError)]
    assert [reason_of(each) for each in refused] == ["ETAG_MISMATCH"] * 19


async def test_an_operators_change_leaves_what_duo_said(hub: Hub) -> None:
    made = given("one")
    await hub.put(made)
    await process(hub, str(made.mandate_id))

    changed = await Stubs(hub, "desk").mandates.UpdateMandate(
        pb.UpdateMandateRequest(
            mandate_id=str(made.mandate_id), end_date=str(TODAY + 9 * ONE_DAY), reason=WHY
        ),
        metadata=OPERATOR_METADATA,
    )

    assert changed.mandate.processing == "PROCESSED"
