"""Every gap between a question and its route: what is missing, and what closes it."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from wissel.routing.deciding.audience import for_audience
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Audience, Refusal
from wissel.routing.deciding.gaps.fixes import suppose_fixed
from wissel.routing.deciding.gaps.suppositions import Supposition
from wissel.routing.deciding.query import Query
from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.catalogue.entry import Action
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table

MOST: Final = 40
"""More gaps than any exchange can have, so that looking for them ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One fact that stands in the way, as the refusal that it causes, and what closes it.

    The refusal's metadata says of what, `by` what else there is to know of the fix: the
    mandate under which an endpoint is missing, or a routing key that can be named. Neither
    has anything that was only supposed to be there, to look for what is missing beside it.
    """

    refusal: Refusal
    by: Mapping[str, str] = field(default_factory=dict)

    @property
    def action(self) -> Action:
        """What closes it."""
        return CATALOGUE[self.refusal.reason].action


def gaps(table: Table, query: Query, on: dt.date) -> tuple[Gap, ...]:
    """Return what stands in the way of an exchange on a day; nothing if there is a route.

    In the order of `decide`: the first gap is what refuses it. Each is supposed to be
    closed, and decided again, until there is a route. A vendor without a mandate is
    supposed to get one, and a receiver without one to give one to some system that may
    act, as it is the board's choice to which. What nobody can suppose ends the list,
    such as a school that is not known.
    """
    now = Supposition(table=table, query=query)
    return search(now, lambda then: decide(then.table, then.query, on), on)


def search(
    now: Supposition, decided: Callable[[Supposition], object], on: dt.date
) -> tuple[Gap, ...]:
    """Return what stands in the way of anything that is decided, with refusals of `decide`."""
    found: list[Gap] = []
    while isinstance(decision := decided(now), Refusal):
        following = suppose_fixed(now, decision, on)
        gap = _gap(decision, following or now)
        if gap in found or len(found) == MOST:
            break
        found.append(gap)
        if following is None:
            break
        now = following
    return tuple(found)


def gaps_for_audience(found: tuple[Gap, ...], audience: Audience) -> tuple[Gap, ...]:
    """Return the gaps as an audience may know them.

    The other side of the receiver learns what it would by `for_audience`, and not how
    much is missing there: of the receiver's the first, and that only if nothing is
    missing at its own side.
    """
    if audience is not Audience.OTHER_SIDE:
        return found
    own = tuple(gap for gap in found if gap.refusal.side is not Side.RECEIVER)
    receivers = next((gap for gap in found if gap.refusal.side is Side.RECEIVER), None)
    if receivers is None or any(gap.refusal.side is Side.SENDER for gap in own):
        return own
    shown = Gap(refusal=for_audience(receivers.refusal, audience))
    return tuple(shown if gap is receivers else gap for gap in found if gap in (receivers, *own))


def _gap(refusal: Refusal, fixed: Supposition) -> Gap:
    """Return a gap without the names of what is only supposed to be there."""

    def known(names: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in names.items() if value not in fixed.made}

    return Gap(
        refusal=replace(refusal, metadata=known(refusal.metadata)),
        by=known(fixed.by),
    )
