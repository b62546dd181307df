"""Which calls a hub traces: what is asked for is granted sparingly."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    TraceFlags,
    set_span_in_context,
)

from wissel.server.observing.sampling import Asked, sampler

RECORDED = Decision.RECORD_AND_SAMPLE


def traced(share: float, *, asked: bool | None, times: int = 200) -> int:
    """Return how many of so many calls are traced; None is a caller that sends no context."""
    tracer = TracerProvider(sampler(share), shutdown_on_exit=False).get_tracer("test")
    flags = TraceFlags(TraceFlags.SAMPLED if asked else TraceFlags.DEFAULT)
    remote = SpanContext(trace_id=1, span_id=2, is_remote=True, trace_flags=flags)
    context = None if asked is None else set_span_in_context(NonRecordingSpan(remote))
    spans = [tracer.start_span("call", context) for _ in range(times)]
    return len([span for span in spans if span.is_recording()])


@pytest.mark.parametrize("asked", [None, True])
def test_a_share_of_one_traces_all(asked: bool | None) -> None:
    assert 200 == traced(1, asked=asked)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_caller_that_does_not_trace_is_not_traced(share: float) -> None:
    assert 0 == traced(share, asked=False)


def test_who_asks_for_everything_does_not_get_it() -> None:
    """A trace id of 1 would pass any share that is measured by trace ids."""
    assert traced(0.001, asked=True, times=1000) < 50


def test_what_is_saved_is_ten_and_grows_by_one_a_second() -> None:
    now = [100.0]
    asked = Asked(0, monotonic=lambda: now[0], chance=lambda: 0.9)

    def granted(times: int) -> int:
        return [
            asked.should_sample(None, 1, "call").decision is RECORDED for _ in range(times)
        ].count(True)

    first = granted(50)
    now[0] += 1.5
    second = granted(50)
    now[0] += 0.5
    third = granted(50)
    now[0] += 3600
    later = granted(50)

    assert (10, 1, 1, 10) == (first, second, third, later)


def test_beyond_what_is_saved_chance_decides() -> None:
    chances = iter([0.9] * 10 + [0.24, 0.25])
    asked = Asked(0.25, monotonic=lambda: 0.0, chance=lambda: next(chances))

    decided = [asked.should_sample(None, 1, "call").decision is RECORDED for _ in range(12)]

    assert [True] * 10 + [True, False] == decided
