"""What the owner of a service lists (R6): what waits, and all that was ever given for it."""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.builders.stubs import Stubs
from support.worlds import small_world as w
from support.worlds.hub import Hub, reason_of, running_hub
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.facts import Mandate, Processing, Service
from wissel.routing.values.days import ONE_DAY, Period, day_of
from wissel.routing.values.identifiers import ServiceCode

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


NAMES = ("past", "now", "to come", "stopped")


async def test_what_waits_longest_comes_first_and_tells_that_it_is_overdue(hub: Hub) -> None:
    for name, ago in (("third", 0), ("first", DAYS + 1), ("second", DAYS)):
        await hub.put(given(name, ago=ago))
    other = replace(rio(), code=ServiceCode("VERZUIM"), aliases=(), processing_days=0)
    unhurried = replace(
        w.mandate(w.XB, w.LAS_ZUID, other.code, processing=Processing.AWAITING),
        created=given("", ago=400).created,
    )
    await hub.put(other, unhurried)

    every = await pending(hub)
    of_rio = await pending(hub, service="RIO_PO")
    late = await pending(hub, overdue=True)

    names = ("third", "first", "second")  # in the order in which they were recorded
    assert ids(every) == [*(str(given(each).mandate_id) for each in names), ids(every)[3]]
    assert [each.overdue for each in every.mandates] == [False, True, False, False]
    assert [each.processing_due_date for each in every.mandates][1:] == [
        str(TODAY - ONE_DAY),
        str(TODAY),
        "",
    ]
    assert ids(of_rio) == ids(every)[:3]
    assert ids(late) == [str(given("first").mandate_id)]


async def test_what_is_recorded_and_processed_meanwhile_moves_no_page(hub: Hub) -> None:
    made = [given(str(number)) for number in range(5)]
    for each in made:
        await hub.put(each)

    first = await pending(hub, page_size=2)
    await process(hub, str(made[0].mandate_id))
    await process(hub, str(made[3].mandate_id))
    await hub.put(given("later"))
    rest = await pending(hub, page_size=2, page_token=first.next_page_token)

    assert ids(first) == [str(each.mandate_id) for each in made[:2]]
    assert ids(rest) == [str(made[2].mandate_id), str(made[4].mandate_id)]
    assert rest.next_page_token == ""


async def test_all_mandates_of_a_service_are_reconciled_by_their_state_on_a_day(hub: Hub) -> None:
    facts = [
        given("past", period=Period(w.START, TODAY - ONE_DAY), processing=Processing.PROCESSED),
        given("now", period=Period(w.START)),
        given("to come", period=Period(TODAY + 5 * ONE_DAY)),
        given("stopped", period=Period(w.START, TODAY), stopped=True),
    ]
    await hub.put(*facts)
    duo = Stubs(hub, "duo").mandates

    names = {str(given(name).mandate_id): name for name in NAMES}

    async def named(**asked: Any) -> set[str]:
        found = await duo.ListMandates(pb.ListMandatesRequest(**asked))
        assert found.registry_revision == await hub.register.head_revision()
        return {names[each.mandate_id] for each in found.mandates}

    every = await duo.ListMandates(pb.ListMandatesRequest(include_ended=True))
    assert await named(include_ended=True) == set(NAMES)
    assert await named() == {"now", "to come"}
    assert await named(status="ENDED") == {"past", "stopped"}
    assert await named(status="ACTIVE") == {"now"}
    assert await named(status="PLANNED") == {"to come"}
    assert await named(status="ACTIVE", on_date=str(TODAY + 5 * ONE_DAY)) == {"now", "to come"}
    assert await named(status="ACTIVE", on_date=str(TODAY - ONE_DAY)) == {"past", "now"}
    assert await named(status="PLANNED", on_date="2020-01-01") == {"past", "now", "to come"}
    assert await named(processing="PROCESSED", include_ended=True) == {"past"}
    assert {each.mandate_id: each.ended_immediately for each in every.mandates} == {
        str(each.mandate_id): each.stopped for each in facts
    }


async def test_a_list_is_one_of_its_first_page_whatever_is_done_meanwhile(hub: Hub) -> None:
    facts = [given(str(number)) for number in range(4)]
    await hub.put(*facts)
    duo = Stubs(hub, "duo").mandates
    before = await duo.ListMandates(pb.ListMandatesRequest(status="ACTIVE"))

    first = await duo.ListMandates(pb.ListMandatesRequest(status="ACTIVE", page_size=1))
    for each in facts:
        await process(hub, str(each.mandate_id))
    await Stubs(hub, "desk").end_mandate(ids(before)[2])
    rest = await duo.ListMandates(
        pb.ListMandatesRequest(status="ACTIVE", page_token=first.next_page_token)
    )

    assert [*first.mandates, *rest.mandates] == list(before.mandates)
    assert first.registry_revision == rest.registry_revision == before.registry_revision


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"status": "GONE"}, "FIELD_INVALID"),
        ({"processing": "DONE"}, "FIELD_INVALID"),
        ({"on_date": "2026-02-30"}, "DATE_MALFORMED"),
        ({"service": "NONE"}, "SERVICE_NOT_FOUND"),
        ({"page_size": -1}, "FIELD_INVALID"),
    ],
)
async def test_lists_that_cannot_be(hub: Hub, asked: dict[str, Any], reason: str) -> None:
    error = await refusal(Stubs(hub, "duo").mandates.ListMandates(pb.ListMandatesRequest(**asked)))

    assert reason_of(error) == reason
