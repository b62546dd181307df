"""LookupEndpoints lists what is in force on a day, and with `include_future` what will be."""

import datetime as dt
from typing import Any, Final

import pytest

from support.worlds import small_world
from wissel.endpoint.v1.endpoint_service_pb2 import LookupEndpointsRequest
from wissel.routing.facts import Endpoint, Fact, Mandate
from wissel.routing.facts.keys import key_of
from wissel.routing.values.days import Period
from wissel.server.rpc.services.endpoints.lookup import lookup

TODAY: Final = small_world.TODAY
SOON: Final = TODAY + dt.timedelta(days=30)
LATER: Final = TODAY + dt.timedelta(days=60)
BEFORE: Final = TODAY - dt.timedelta(days=1)
START: Final = small_world.START


class Facts:
    """A snapshot that holds some facts."""

    def __init__(self, *facts: Fact) -> None:
        self._facts = facts

    async def get(self, kind: type[Fact], key: str) -> Fact | None:
        return next((each for each in await self.find(kind) if key_of(each) == key), None)

    async def find(self, kind: type[Fact], **_: object) -> list[Fact]:
        return [each for each in self._facts if isinstance(each, kind)]


async def listed(mandate: Mandate, endpoint: Endpoint, *, future: bool = False) -> int:
    """Return how many endpoints are listed today."""
    snapshot: Any = Facts(*small_world.base(), mandate, endpoint)
    request = LookupEndpointsRequest(brin="99XC", service="OSO_OV", include_future=future)
    return len(await lookup(snapshot, request, TODAY))


@pytest.mark.parametrize(
    ("of_mandate", "of_endpoint", "today", "with_future"),
    [
        (Period(START), Period(START), 1, 1),
        (Period(START, TODAY), Period(START), 1, 1),
        (Period(START, BEFORE), Period(START), 0, 0),
        (Period(START), Period(START, BEFORE), 0, 0),
        (Period(START), Period(SOON), 0, 1),
        (Period(SOON), Period(START), 0, 1),
        (Period(SOON), Period(START, TODAY), 0, 0),
        (Period(START, SOON), Period(LATER), 0, 0),
    ],
)
async def test_what_is_listed_is_in_force_in_both_periods(
    of_mandate: Period, of_endpoint: Period, today: int, with_future: int
) -> None:
    mandate = small_world.mandate(small_world.XC, small_world.LAS_ZUID, period=of_mandate)
    endpoint = small_world.endpoint(mandate, 1, period=of_endpoint)

    assert today == await listed(mandate, endpoint)
    assert with_future == await listed(mandate, endpoint, future=True)


async def test_a_suspended_endpoint_is_listed_and_a_stopped_one_is_not() -> None:
    mandate = small_world.mandate(small_world.XC, small_world.LAS_ZUID)
    stopped = small_world.mandate(small_world.XC, small_world.LAS_ZUID, stopped=True)

    assert 1 == await listed(mandate, small_world.endpoint(mandate, 1, suspended=True))
    assert 0 == await listed(mandate, small_world.endpoint(mandate, 1, stopped=True))
    assert 0 == await listed(stopped, small_world.endpoint(stopped, 1))
