"""Calls that ended are counted and logged in blocks; a scrape misses none."""

import datetime as dt
import io
import time

import orjson
from prometheus_client import CollectorRegistry, generate_latest

from wissel.routing.table import Table
from wissel.server.logs.lines import JsonLines
from wissel.server.rpc.calls.call import Call
from wissel.server.rpc.calls.call_log import CallLog
from wissel.server.rpc.calls.policy import MethodPolicy

NOON = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
TABLE = Table.load(7, ())
ROW = MethodPolicy(who=frozenset())


class World:
    """Where calls go when they have ended."""

    def __init__(self) -> None:
        self.registry, self.log = CollectorRegistry(), io.StringIO()
        self.call_log = CallLog(self.registry, JsonLines(self.log), lambda: NOON)

    def end(self, seconds: float, *, code: str = "OK", reason: str = "") -> Call:
        """End a call that took so long."""
        context: object = object()
        call = Call("/a/B", ROW, context, TABLE, time.perf_counter() - seconds)  # type: ignore[arg-type]
        call.code, call.reason = code, reason
        self.call_log.take(call)
        return call

    def counted(self) -> dict[str, float]:
        """Return the samples of a scrape, by name with labels."""
        lines = generate_latest(self.registry).decode().splitlines()
        samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in samples}

    def logged(self) -> list[dict[str, object]]:
        """Return the lines so far."""
        return [orjson.loads(line) for line in self.log.getvalue().splitlines()]


async def test_a_scrape_counts_each_call_that_ended_before_it() -> None:
    world = World()

    for _ in range(200):
        world.end(0.02)
    world.end(5, code="NOT_FOUND", reason="MANDATE_NOT_FOUND")
    samples = world.counted()

    assert samples['wissel_calls_total{code="OK",method="/a/B",reason=""}'] == 200
    assert (
        samples['wissel_calls_total{code="NOT_FOUND",method="/a/B",reason="MANDATE_NOT_FOUND"}']
        == 1
    )
    assert samples['wissel_call_seconds_count{method="/a/B"}'] == 201
    assert samples['wissel_call_seconds_bucket{le="0.01",method="/a/B"}'] == 0
    assert samples['wissel_call_seconds_bucket{le="2.5",method="/a/B"}'] == 200


async def test_a_second_scrape_counts_nothing_twice() -> None:
    world = World()
    world.end(0.1)

    first = world.counted()
    world.call_log.flush()

    assert world.counted() == first
    assert first['wissel_call_seconds_count{method="/a/B"}'] == 1


async def test_a_block_of_calls_is_logged_and_the_rest_when_asked_for() -> None:
    world = World()
    for _ in range(65):
        world.end(0.5)

    block = len(world.logged())
    world.call_log.flush()

    assert block == 64
    assert len(world.logged()) == 65


async def test_a_line_tells_when_its_call_ended_and_how_long_it_took() -> None:
    world = World()
    call = world.end(1.5)
    call.started -= 10  # as if it had ended ten seconds ago

    world.call_log.flush()

    [line] = world.logged()
    ended = dt.datetime.fromisoformat(str(line["timestamp"]))
    assert dt.timedelta(seconds=10) <= NOON - ended < dt.timedelta(seconds=60)
    assert 1500 <= float(str(line["ms"])) < 60_000
    assert (line["method"], line["outcome"], line["revision"]) == ("/a/B", "OK", 7)


async def test_a_call_that_ended_keeps_nothing_of_grpc() -> None:
    call = World().end(0.1)

    assert not hasattr(call, "context")
