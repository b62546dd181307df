"""Calls are counted in blocks, and a scrape misses none."""

from prometheus_client import CollectorRegistry, generate_latest

from wissel.server.rpc.metrics import Metrics


def counted(registry: CollectorRegistry) -> dict[str, float]:
    """Return the samples of a scrape, by name with labels."""
    lines = generate_latest(registry).decode().splitlines()
    samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}


async def test_a_scrape_counts_each_call_that_ended_before_it() -> None:
    registry = CollectorRegistry()
    method = Metrics(registry).of("/a/B")

    for _ in range(200):
        method.finished("OK", "", 0.002)
    method.finished("NOT_FOUND", "MANDATE_NOT_FOUND", 0.5)
    samples = counted(registry)

    assert samples['wissel_calls_total{code="OK",method="/a/B",reason=""}'] == 200
    assert (
        samples['wissel_calls_total{code="NOT_FOUND",method="/a/B",reason="MANDATE_NOT_FOUND"}']
        == 1
    )
    assert samples['wissel_call_seconds_count{method="/a/B"}'] == 201
    assert samples['wissel_call_seconds_bucket{le="0.0025",method="/a/B"}'] == 200


async def test_a_second_scrape_counts_nothing_twice() -> None:
    registry = CollectorRegistry()
    Metrics(registry).of("/a/B").finished("OK", "", 0.1)

    first = counted(registry)

    assert counted(registry) == first
    assert first['wissel_call_seconds_count{method="/a/B"}'] == 1
