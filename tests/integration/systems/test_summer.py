"""A hub through a summer of two versions: the clock moves, and nobody restarts anything."""

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

import grpc
import pytest

from support.builders.stubs import WHY, Stubs
from support.fakes.moving_clock import MovingClock
from support.worlds import small_world as w
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, running_hub
from support.worlds.stores import utc_now
from wissel.catalog.v1 import catalog_service_pb2 as catalog
from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.routing.values.days import day_of

DAY: Final = dt.timedelta(days=1)
TODAY: Final = day_of(utc_now())
NEW: Final = "urn:wissel:oso-ov:summer"
FIRST_NEW: Final = 10
LAST_OLD: Final = 20
"""In days from today: the new version begins, and on its last day the old one ends."""
ONLY_OLD, ONLY_NEW, BOTH = "99XC", "99XA", "99XB"
MISSING, UNKNOWN = "RECEIVER_NOT_CONNECTED", "SERVICE_VERSION_NOT_FOUND"


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def hub(tmp_path: Path, clock: MovingClock) -> AsyncIterator[Hub]:
    """99XC stays with the old version, 99XB (02) has both, and 99XA the new one alone."""
    async with running_hub(tmp_path, facts=w.small(), clock=clock) as started:
        await _two_versions(Stubs(started, "desk").catalog)
        noord, zuid = Stubs(started, "noord").endpoints, Stubs(started, "zuid").endpoints
        own = pb.EndEndpointRequest(
            endpoint_id=str(w.endpoint(w.A_NOORD, 1).endpoint_id), immediately=True
        )
        await noord.EndEndpoint(own)
        for vendor, system, brin, vestiging in (
            (noord, "las-noord", ONLY_NEW, ""),
            (zuid, "las-zuid", BOTH, "02"),
        ):
            new = pb.NewEndpoint(
                brin=brin,
                service="OSO_OV",
                system_id=system,
                service_version=NEW,
                routing_key=f"00000007000{brin}00002",
                url="https://new.example",
                start_date=str(TODAY + FIRST_NEW * DAY),
                vestiging=vestiging,
            )
            done = await vendor.BatchRegisterEndpoints(
                pb.BatchRegisterEndpointsRequest(endpoints=[new])
            )
            assert ["REGISTERED"] == [each.status for each in done.results]
        yield started


async def _two_versions(desk: Any) -> None:
    """The new version begins beside the old one, which then gets its last day."""
    register = catalog.RegisterServiceVersionRequest(
        service="OSO_OV", namespace=NEW, start_date=str(TODAY + FIRST_NEW * DAY), reason=WHY
    )
    await desk.RegisterServiceVersion(register, metadata=OPERATOR_METADATA)
    for old in (w.OV_2025, w.OV_2026):
        end = catalog.UpdateServiceVersionRequest(
            service="OSO_OV", namespace=old, end_date=str(TODAY + LAST_OLD * DAY), reason=WHY
        )
        await desk.UpdateServiceVersion(end, metadata=OPERATOR_METADATA)


async def resolved(hub: Hub, receiver: str, version: str) -> str:
    """The version of the route to a school as its sender asks for it, or why there is none."""
    name, sender = ("zuid", "99XC") if receiver == ONLY_NEW else ("noord", "99XA")
    asked = {"service_version": version, "receiver_vestiging": "02" if receiver == BOTH else ""}
    try:
        route = await Stubs(hub, name).resolve(sender, receiver, **asked)
    except grpc.aio.AioRpcError as error:
        return reason_of(error)
    return str(route.service_version)


OLD: Final = str(w.OV_2026)
Outcomes = Mapping[tuple[str, str], str]
"""By the version that is asked for and the receiver: the version of the route, or the reason."""
BEFORE: Final[Outcomes] = {
    ("", ONLY_OLD): OLD,
    ("", ONLY_NEW): MISSING,
    ("", BOTH): OLD,
    (OLD, BOTH): OLD,
    (NEW, BOTH): UNKNOWN,
}
DURING: Final[Outcomes] = {
    ("", ONLY_OLD): OLD,
    ("", ONLY_NEW): NEW,
    ("", BOTH): NEW,
    (OLD, ONLY_OLD): OLD,
    (OLD, ONLY_NEW): MISSING,
    (OLD, BOTH): OLD,
    (NEW, ONLY_OLD): MISSING,
    (NEW, ONLY_NEW): NEW,
    (NEW, BOTH): NEW,
}
AFTER: Final[Outcomes] = {
    ("", ONLY_OLD): MISSING,
    ("", ONLY_NEW): NEW,
    ("", BOTH): NEW,
    (OLD, BOTH): UNKNOWN,
    (NEW, BOTH): NEW,
}
DAYS: Final[Mapping[int, Outcomes]] = {
    FIRST_NEW - 1: BEFORE,
    FIRST_NEW: DURING,
    LAST_OLD: DURING,
    LAST_OLD + 1: AFTER,
}


async def test_each_turn_of_the_summer(hub: Hub, clock: MovingClock) -> None:
    for ahead, expected in DAYS.items():
        clock.ahead = ahead * DAY

        found = {asked: await resolved(hub, asked[1], asked[0]) for asked in expected}

        assert expected == found, f"day {ahead}"


async def test_what_the_end_of_the_old_version_would_stop_is_told_first(
    hub: Hub, clock: MovingClock
) -> None:
    clock.ahead = FIRST_NEW * DAY
    request = catalog.UpdateServiceVersionRequest(
        service="OSO_OV",
        namespace=OLD,
        end_date=str(TODAY + (FIRST_NEW + 1) * DAY),
        reason=WHY,
        validate_only=True,
    )

    told = await Stubs(hub, "desk").catalog.UpdateServiceVersion(
        request, metadata=OPERATOR_METADATA
    )

    lost = {each.brin for each in told.impact.examples if each.change == "LOST"}
    assert ONLY_OLD in lost
    assert ONLY_NEW not in lost
