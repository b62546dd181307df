"""What would have been answered earlier is answered now, from what the register held then."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from support.builders.register_builders import actor
from support.builders.stubs import Stubs
from support.worlds import small_world
from support.worlds.hub import Hub, reason_of, running_hub
from support.worlds.stores import utc_now
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.routing.facts import Agreement, AgreementKind, Fact, Mandate, Qualification, System
from wissel.routing.values.days import Period, day_of
from wissel.server.rpc.calls.policy import POLICY
from wissel.server.rpc.calls.traits import EXPLANATION_COST
from wissel.traffic.v1 import route_service_pb2 as route

BEGAN: Final = utc_now().replace(microsecond=0)
"""Now: certificates are valid then."""
HOUR: Final = dt.timedelta(hours=1)


class Hours:
    """The clock of a hub: it is an hour later with each change."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Hours:
    return Hours()


@pytest.fixture
async def hub(tmp_path: Path, clock: Hours) -> AsyncIterator[Hub]:
    """Revision 1 is the small world, in which 99XA reaches 99XC; an hour has passed since."""
    async with running_hub(tmp_path, facts=small_world.small(), clock=clock) as started:
        clock.now += HOUR
        yield started


async def explained(hub: Hub, name: str = "noord", **more: Any) -> route.ExplainRouteResponse:
    query = route.ResolveRouteRequest(sender_brin="99XA", receiver_brin="99XC", service="OSO_OV")
    request = route.ExplainRouteRequest(query=query, **more)
    return await Stubs(hub, name).routes.ExplainRoute(request)  # type: ignore[no-any-return]


async def validated(hub: Hub, name: str = "duo", **more: Any) -> mandate.ValidateMandateResponse:
    fields: dict[str, Any] = {"brin": "99XC", "supplier_oin": ZUID.oin, "service": "OSO_OV"}
    request = mandate.ValidateMandateRequest(**(fields | more))
    return await Stubs(hub, name).mandates.ValidateMandate(request)  # type: ignore[no-any-return]


def at(moment: dt.datetime) -> dict[str, Any]:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return {"as_known_at_time": stamp}


async def test_a_mandate_that_has_ended_was_there_before(hub: Hub, clock: Hours) -> None:
    listed = await Stubs(hub, "desk").mandates.ListMandates(
        mandate.ListMandatesRequest(brin="99XC", service="OSO_OV")
    )
    clock.now += HOUR
    ended = await Stubs(hub, "desk").end_mandate(listed.mandates[0].mandate_id)

    now = await explained(hub)
    before = await explained(hub, as_known_at_revision=ended.revision - 1)
    earlier = await explained(hub, **at(BEGAN + HOUR))
    later = await explained(hub, **at(BEGAN + 2 * HOUR))

    assert "RECEIVER_NOT_CONNECTED" == now.reason == later.reason
    assert "" == before.reason == earlier.reason
    assert "99XC" == before.route.vestiging[:4]
    assert [ended.revision - 1, ended.revision] == [
        earlier.registry_revision,
        later.registry_revision,
    ]
    assert before.route == earlier.route


async def test_whether_a_vendor_was_allowed_then_is_answered(hub: Hub, clock: Hours) -> None:
    listed = await Stubs(hub, "zuid").mandates.ListMandates(
        mandate.ListMandatesRequest(brin="99XC", service="OSO_OV")
    )
    clock.now += HOUR
    await Stubs(hub, "desk").end_mandate(listed.mandates[0].mandate_id)

    now = await validated(hub)
    then = await validated(hub, "zuid", as_known_at_revision=1)

    assert ("NOK", "MANDATE_MISSING") == (now.result, now.reason)
    assert ("OK", 1) == (then.result, then.registry_revision)
    assert ("ACTIVE", False) == (then.mandate.status, then.mandate.ended_immediately)
    assert "" == then.mandate.end_date


@pytest.mark.parametrize("what", ["agreement", "qualification", "service", "school", "system"])
async def test_each_kind_of_fact_is_as_it_was(hub: Hub, clock: Hours, what: str) -> None:
    """Whatever closes a gate afterwards, it stood open before."""
    facts = small_world.small()
    yesterday = day_of(BEGAN) - dt.timedelta(days=1)
    of_each: dict[str, Sequence[Fact]] = {
        "agreement": [
            replace(each, period=Period(each.period.start, yesterday))
            for each in facts
            if isinstance(each, Agreement) and each.kind is AgreementKind.VENDOR_OSO
        ],
        "qualification": [
            replace(each, qualified=False) for each in facts if isinstance(each, Qualification)
        ],
        "service": [replace(each, versions=()) for each in small_world.services()],
        "school": [small_world.school(small_world.XC, small_world.BOARD_1)],
        "system": [
            replace(each, oin=NOORD.oin)
            for each in facts
            if isinstance(each, System) and each.system_id == small_world.LAS_ZUID
        ],
    }
    before = await explained(hub, "noord")
    clock.now += HOUR
    await hub.put(*of_each[what])

    assert before.route == (await explained(hub, as_known_at_revision=1)).route
    assert before.steps == (await explained(hub, as_known_at_revision=1)).steps
    assert "OK" == (await validated(hub, as_known_at_revision=1)).result


async def test_a_moment_asks_about_its_own_day_unless_another_is_named(
    hub: Hub, clock: Hours
) -> None:
    today = day_of(clock.now)
    ends = [
        replace(each, period=each.period.until(today))
        for each in small_world.small()
        if isinstance(each, Mandate)
    ]
    revision = await hub.put(*ends)
    clock.now += 48 * HOUR

    now = await explained(hub)
    then = await explained(hub, as_known_at_revision=revision)
    moment = await explained(hub, **at(BEGAN + HOUR))
    query = route.ResolveRouteRequest(
        sender_brin="99XA", receiver_brin="99XC", service="OSO_OV", on_date=str(day_of(clock.now))
    )
    other = await Stubs(hub, "noord").routes.ExplainRoute(
        route.ExplainRouteRequest(query=query, as_known_at_revision=revision)
    )

    assert ["MANDATE_MISSING", "", ""] == [now.reason, then.reason, moment.reason]
    assert now.reason == other.reason


async def test_who_was_not_there_then_may_not_send(hub: Hub) -> None:
    """Revision 1 knows the vendor; a system that it got later acts for nobody then."""
    first = await explained(hub, "desk", vendor_oin=ZUID.oin, as_known_at_revision=1)

    assert "MANDATE_MISSING" == first.reason
    assert first.gaps


async def test_what_was_is_told_as_what_is(hub: Hub, clock: Hours) -> None:
    """A vendor hears of the other side no more of the past than of today."""
    await hub.put(
        *(
            replace(each, qualified=False)
            for each in small_world.small()
            if isinstance(each, Qualification) and each.system_id == small_world.LAS_ZUID
        )
    )
    revision = (await explained(hub)).registry_revision
    clock.now += HOUR
    await hub.put(*small_world.small())

    told = {
        name: (await explained(hub, name, as_known_at_revision=revision, **more)).reason
        for name, more in (("noord", {}), ("desk", {"vendor_oin": NOORD.oin}))
    }

    assert {"noord": "RECEIVER_NOT_CONNECTED", "desk": "SYSTEM_NOT_QUALIFIED"} == told
    assert "" == (await validated(hub, "noord", as_known_at_revision=revision)).reason
    assert (
        "SYSTEM_NOT_QUALIFIED"
        == (await validated(hub, "zuid", as_known_at_revision=revision)).reason
    )


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"as_known_at_revision": 0}, "NOTHING_KNOWN_YET"),
        ({"as_known_at_revision": 2**63}, "REVISION_UNKNOWN"),
        ({"as_known_at_revision": 2**64 - 1}, "REVISION_UNKNOWN"),
        (at(BEGAN - HOUR), "NOTHING_KNOWN_YET"),
        (at(dt.datetime(1, 1, 1, tzinfo=dt.UTC)), "NOTHING_KNOWN_YET"),
        (at(BEGAN + 2 * HOUR), "KNOWN_IN_FUTURE"),
        (at(dt.datetime(9999, 12, 31, tzinfo=dt.UTC)), "KNOWN_IN_FUTURE"),
        ({"as_known_at_time": Timestamp(seconds=2**62)}, "FIELD_INVALID"),
        ({"as_known_at_time": Timestamp(nanos=-5)}, "FIELD_INVALID"),
        ({"as_known_at_revision": 1, "vendor_oin": ZUID.oin}, "FIELD_INVALID"),
    ],
)
async def test_a_moment_that_is_none_is_refused(
    hub: Hub, asked: dict[str, Any], reason: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await explained(hub, **asked)

    assert reason == reason_of(error.value)


async def test_when_the_register_begins_is_told(hub: Hub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await validated(hub, **at(BEGAN - HOUR))

    assert f"{BEGAN:%Y-%m-%dT%H:%M:%SZ}" in (error.value.details() or "")


async def test_one_vendor_has_no_more_than_its_turn(hub: Hub) -> None:
    """Whoever asks much of the past waits, or is refused; another is answered meanwhile."""

    async def outcome(name: str, **more: Any) -> str:
        try:
            await explained(hub, name, as_known_at_revision=1, **more)
        except grpc.aio.AioRpcError as error:
            return reason_of(error)
        return "answered"

    flood = [outcome("noord") for _ in range(60)]
    *flooded, other = await asyncio.gather(*flood, outcome("desk", vendor_oin=NOORD.oin))

    assert "answered" == other
    assert {"answered"} <= set(flooded) <= {"answered", "IMPACT_LIMIT"}


def test_a_question_about_the_past_counts_as_an_explanation() -> None:
    now = mandate.ValidateMandateRequest(brin="99XC")
    then = mandate.ValidateMandateRequest(brin="99XC", as_known_at_revision=1)
    row = POLICY["/wissel.mandate.v1.MandateService/ValidateMandate"]

    assert row.cost is not None
    assert (1, EXPLANATION_COST) == (row.cost(now), row.cost(then))


async def test_a_malformed_query_is_refused_as_one_about_today(hub: Hub) -> None:
    query = route.ResolveRouteRequest(sender_brin="99xa", receiver_brin="99XC", service="OSO_OV")

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await Stubs(hub, "noord").routes.ExplainRoute(
            route.ExplainRouteRequest(query=query, as_known_at_revision=1)
        )

    assert "IDENTIFIER_MALFORMED" == reason_of(error.value)


@pytest.mark.parametrize(
    ("after", "seen"), [(0 * HOUR, False), (HOUR / 2, False), (HOUR, True), (2 * HOUR, True)]
)
async def test_an_import_was_not_known_before_it_ended(
    hub: Hub, clock: Hours, after: dt.timedelta, seen: bool
) -> None:
    """A change that takes long is recorded at its end: in its middle the revision before counts."""
    began = clock.now
    async with hub.register.transaction(actor()) as transaction:
        await transaction.put(small_world.school(small_world.XA, small_world.BOARD_2))
        clock.now += HOUR
        await transaction.put(*(replace(each, versions=()) for each in small_world.services()))
    await hub.follower.reached(transaction.revision)
    clock.now += 2 * HOUR

    answer = await explained(hub, **at(began + after))

    assert (transaction.revision if seen else 1) == answer.registry_revision
    assert seen == bool(answer.reason)
