"""Decides which calls are traced: a share of all, and a bounded number for callers that ask.

A caller that flags each of its calls as sampled must not decide what the hub
spends on traces (ADR 11).
"""

import random
import time
from collections.abc import Callable, Sequence
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import (
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanKind
from opentelemetry.trace.span import TraceState
from opentelemetry.util.types import Attributes

_SAVED: Final = 10.0


def sampler(share: float) -> Sampler:
    """Return the sampler of a hub that traces `share` (0 to 1) of its calls.

    1. The parent is a span of this process: traced if the parent is.
    2. The caller sent a parent that is not sampled: not traced.
    3. The caller sent a parent that is sampled: traced if `Asked` grants it.
    4. There is no parent: `share` of these calls is traced.
    """
    return ParentBased(root=TraceIdRatioBased(share), remote_parent_sampled=Asked(share))


class Asked(Sampler):
    """Grants `share` of the requests to be traced, and beyond that one a second, up to ten saved.

    Chance decides and not the trace id, which the caller chooses. `monotonic`
    returns seconds, `chance` a number from 0 up to 1.
    """

    def __init__(
        self,
        share: float,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._share = share
        self._monotonic = monotonic
        self._chance = chance
        self._saved = _SAVED
        self._at = monotonic()

    def should_sample(  # noqa: PLR0913, PLR0917 - the SDK's own
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Return the decision on one call."""
        granted = self._chance() < self._share or self._spent()
        return SamplingResult(Decision.RECORD_AND_SAMPLE if granted else Decision.DROP, attributes)

    def get_description(self) -> str:
        """Return the name that OpenTelemetry shows."""
        return f"Asked({self._share})"

    def _spent(self) -> bool:
        """Take one of the saved calls; return whether there was one."""
        now = self._monotonic()
        self._saved = min(self._saved + now - self._at, _SAVED)
        self._at = now
        if self._saved < 1:
            return False
        self._saved -= 1
        return True
