"""What a change would do, asked before it is made; and that it then does just that."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.builders.stubs import WHY, Stubs
from support.fakes.broker import bearer
from support.worlds import small_world as w
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, running_hub
from support.worlds.persons.portal_world import portal_world
from wissel.clients.testing.cast import DUO, NOORD, OPERATOR, ZUID
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.deciding.impact.impact import EVERYTHING
from wissel.routing.facts import Mandate, Processing
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import ONE_DAY, day_of
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.calls.sharing.turns import WAITING
from wissel.server.rpc.requests.impacts import Impacts, Supposed
from wissel.traffic.v1 import route_service_pb2 as route

TODAY = day_of(dt.datetime.now(dt.UTC))
OWN = str(w.B_NOORD.mandate_id)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=w.small()) as started:
        yield started


async def end(hub: Hub, **more: Any) -> Any:
    asked: dict[str, Any] = {"mandate_id": OWN, "validate_only": True, "reason": WHY} | more
    if "end_date" not in asked:
        asked["immediately"] = True
    request = pb.EndMandateRequest(**asked)
    return await Stubs(hub, "desk").mandates.EndMandate(request, metadata=OPERATOR_METADATA)


def counted(counts: Any) -> tuple[int, int, int]:
    return counts.lost, counts.moved, counts.gained


def examples(impact: Any) -> list[tuple[str, str, str, str]]:
    return [
        (each.change, each.vestiging or each.brin, each.old_system_id, each.reason)
        for each in impact.examples
    ]


async def test_ending_a_mandate_is_told_before_it_is_done(hub: Hub) -> None:
    """Of 99XB the location 00 is lost. Without a vestiging it was ambiguous, and leads nowhere."""
    before = await hub.register.head_revision()

    answer = await end(hub)

    impact = answer.impact
    assert (before, before) == (answer.revision, impact.registry_revision)
    assert before == await hub.register.head_revision()
    assert str(TODAY) == impact.from_date
    assert (1, 0, 0) == counted(impact.routes)
    assert (1, 0, 0) == counted(impact.senders)
    assert [
        ("LOST", "99XB00", "las-noord", "ENDPOINT_MISSING"),
        ("LOST", "99XB", "las-noord", "MANDATE_MISSING"),
    ] == examples(impact)
    assert [(NOORD.oin, NOORD.title, 1)] == [
        (each.key, each.name, each.routes.lost) for each in impact.by_vendor.groups
    ]
    assert [(w.BOARD_2, 1, 1)] == [
        (each.key, each.routes.lost, each.senders.lost) for each in impact.by_board.groups
    ]


async def test_then_it_does_what_was_told(hub: Hub) -> None:
    desk = Stubs(hub, "desk")
    ask = route.ResolveRouteRequest(
        sender_brin="99XA", receiver_brin="99XB", receiver_vestiging="00", service="OSO_OV"
    )
    told = (await end(hub)).impact.examples[0]
    found = await desk.routes.ResolveRoute(ask)

    await end(hub, validate_only=False)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.routes.ResolveRoute(ask)

    assert told.old_system_id == found.route.system_id
    assert told.reason == reason_of(refused.value)


async def test_a_later_day_is_told_with_its_day(hub: Hub) -> None:
    last = TODAY + 30 * ONE_DAY

    impact = (await end(hub, end_date=str(last))).impact

    assert [(str(last + ONE_DAY), 1)] == [
        (each.key, each.routes.lost) for each in impact.by_day.groups
    ]
    assert {(str(last + ONE_DAY), "")} == {
        (each.start_date, each.end_date) for each in impact.examples
    }


async def test_a_mandate_that_is_given_and_changes_nothing_yet(hub: Hub) -> None:
    """It lets a system send; without an endpoint nothing leads to it."""
    answer = await Stubs(hub, "desk").mandate("99XC", "las-noord", validate_only=True)

    assert (0, 0, 0) == counted(answer.impact.routes)
    assert (0, 0, 1) == counted(answer.impact.senders)
    assert ["las-noord"] == [each.new_system_id for each in answer.impact.examples]


async def test_what_changes_nothing_has_an_empty_impact(hub: Hub) -> None:
    desk = Stubs(hub, "desk").mandates
    request = pb.UpdateMandateRequest(mandate_id=OWN, validate_only=True, reason=WHY)

    impact = (await desk.UpdateMandate(request, metadata=OPERATOR_METADATA)).impact

    assert impact.registry_revision == await hub.register.head_revision()
    assert [] == list(impact.examples)
    assert [0, 0] == [impact.by_vendor.count, impact.by_reason.count]


async def test_a_request_id_is_not_used_up(hub: Hub) -> None:
    """What was only asked can be done under the same id; what was done cannot be asked any more."""
    same = {"request_id": str(uuid4())}
    await end(hub, **same)
    await end(hub, **same)

    await end(hub, validate_only=False, **same)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await end(hub, **same)

    assert "REQUEST_ID_REUSED" == reason_of(refused.value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"etag": "00"}, "ETAG_MISMATCH"),
        ({"mandate_id": str(w.ident("absent"))}, "MANDATE_NOT_FOUND"),
        ({"end_date": str(TODAY - ONE_DAY)}, "DATE_IN_PAST"),
    ],
)
async def test_what_would_be_refused_is_refused(
    hub: Hub, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await end(hub, **changes)

    assert reason == reason_of(refused.value)


async def test_who_changes_nothing_gives_no_reason(hub: Hub) -> None:
    assert (await end(hub, reason="")).impact.routes.lost
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await end(hub, reason="", validate_only=False)

    assert "REASON_REQUIRED" == reason_of(refused.value)


async def test_a_person_is_told_of_its_own_schools(tmp_path: Path) -> None:
    async with portal_world(tmp_path) as world:
        request = pb.EndMandateRequest(
            mandate_id=str(w.A_NOORD.mandate_id), immediately=True, validate_only=True
        )
        mine = await world.portal.mandates.EndMandate(
            request, metadata=bearer(world.broker.token())
        )
        request.mandate_id = OWN
        error = await world.refused(world.portal.mandates.EndMandate, request)

    assert {"99XA"} == {each.brin for each in mine.impact.examples}
    assert {w.BOARD_1} == {each.key for each in mine.impact.by_board.groups}
    assert "MANDATE_NOT_FOUND" == reason_of(error)


async def test_a_vendor_is_told_of_its_own_routes_alone(hub: Hub) -> None:
    """A second endpoint for all of 99XA makes the routes to the first, Noord's, ambiguous."""
    beside = w.mandate(w.XA, w.LAS_ZUID)
    await hub.put(beside)
    request = endpoint.RegisterEndpointRequest(
        mandate_id=str(beside.mandate_id),
        routing_key=w.key(w.XA, 7),
        url="https://zuid.example:8443",
        validate_only=True,
    )

    own = (await Stubs(hub, "zuid").endpoints.RegisterEndpoint(request)).impact
    request.reason = WHY
    desk = Stubs(hub, "desk").endpoints
    all_told = (await desk.RegisterEndpoint(request, metadata=OPERATOR_METADATA)).impact

    assert ((0, 0, 0), []) == (counted(own.routes), list(own.examples))
    assert (0, 0) == (own.by_vendor.count, own.by_reason.count)
    assert (2, 0, 0) == counted(all_told.routes)
    assert {"ROUTE_AMBIGUOUS"} == {each.reason for each in all_told.examples}


async def test_of_what_is_anothers_nothing_is_told(hub: Hub) -> None:
    foreign = str(w.endpoint(w.A_NOORD, 1).endpoint_id)
    request = endpoint.SuspendEndpointRequest(endpoint_id=foreign, validate_only=True)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "zuid").endpoints.SuspendEndpoint(request)

    assert "ENDPOINT_NOT_FOUND" == reason_of(refused.value)


async def test_the_owner_of_a_service_is_told_of_its_own(hub: Hub) -> None:
    waits = w.mandate(w.XC, w.LAS_ZUID, w.RIO, processing=Processing.AWAITING)
    await hub.put(waits)
    request = pb.ProcessMandateRequest(
        mandate_id=str(waits.mandate_id), processing="PROCESSED", validate_only=True
    )

    answer = await Stubs(hub, "duo").mandates.ProcessMandate(request)

    assert "PROCESSED" == answer.mandate.processing
    assert [("GAINED", "99XC", "RIO", "MANDATE_AWAITING")] == [
        (each.change, each.brin, each.service, each.reason) for each in answer.impact.examples
    ]
    assert isinstance(await stored(hub, waits), Mandate)
    assert Processing.AWAITING is (await stored(hub, waits)).processing


async def stored(hub: Hub, made: Mandate) -> Mandate:
    async with hub.register.snapshot() as snapshot:
        found = await snapshot.get(Mandate, str(made.mandate_id))
    assert found is not None
    return found


def supposed() -> Supposed:
    return Supposed(table=w.table(), facts=[], today=w.TODAY, viewer=EVERYTHING)


async def test_of_one_party_only_some_wait() -> None:
    impacts = Impacts()
    asked = [
        asyncio.create_task(impacts.of(Oin(OPERATOR.oin), supposed())) for _ in range(WAITING + 1)
    ]
    other = await impacts.of(Oin(DUO.oin), supposed())

    outcomes = await asyncio.gather(*asked, return_exceptions=True)

    refused = [each for each in outcomes if isinstance(each, Refused)]
    assert [Reason.IMPACT_LIMIT] == [each.reason for each in refused]
    assert other.revision == 1


async def test_the_turn_of_a_call_that_is_gone_lasts_until_its_work_has_ended() -> None:
    """Otherwise whoever calls and hangs up again and again would have all threads."""
    impacts, began, gone, done = Impacts(), Event(), Event(), list[str]()

    def work() -> None:
        began.set()
        gone.wait(30)
        done.append("first")

    first = asyncio.create_task(impacts.in_turn(Oin(DUO.oin), work, gone))
    await asyncio.to_thread(began.wait, 30)
    second = asyncio.create_task(impacts.in_turn(Oin(DUO.oin), lambda: done.append("second")))
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)

    assert ["first", "second"] == done
    assert first.cancelled()


async def test_one_that_takes_too_long_is_refused() -> None:
    change = w.mandate(w.XA, w.LAS_ZUID)
    asked = Supposed(table=w.table(), facts=[change], today=w.TODAY, viewer=EVERYTHING)

    with pytest.raises(Refused) as refused:
        await Impacts(seconds=-1).of(Oin(ZUID.oin), asked)

    assert Reason.IMPACT_TOO_LARGE is refused.value.reason
