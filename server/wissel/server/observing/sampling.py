"""Which calls are traced: a share of all, and of those that ask for it no more than we allow.

See docs/adr/0011: a caller that flags each of its calls as sampled must not
decide what the hub spends on traces.
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
    """Return the sampler of a hub that traces this share of its calls.

    1. a call within one that is traced is traced too
    2. a caller that does not trace a call is not traced here
    3. a caller that does is traced as `Asked` allows
    4. of the others the share is traced
    """
    return ParentBased(root=TraceIdRatioBased(share), remote_parent_sampled=Asked(share))


class Asked(Sampler):
    """Grants the share of what is asked, and beyond it one call a second, saved up to ten.

    The dice are ours: by the trace id they would be the caller's. `monotonic`
    is in seconds, `chance` from 0 up to 1.
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
        """Decide on one call."""
        granted = self._chance() < self._share or self._spent()
        return SamplingResult(Decision.RECORD_AND_SAMPLE if granted else Decision.DROP, attributes)

    def get_description(self) -> str:
        """Return what it is called."""
        return f"Asked({self._share})"

    def _spent(self) -> bool:
        """Whether there was one left to spend."""
        now = self._monotonic()
        self._saved = min(self._saved + now - self._at, _SAVED)
        self._at = now
        if self._saved < 1:
            return False
        self._saved -= 1
        return True
