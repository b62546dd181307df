"""What answers that are documented elsewhere are here (ADR 45).

For who comes from OSO, the OSR or Edukoppeling: each documented name with the reasons or
the answer that say the same. `of_name` finds one by its name, `of_reason` those of a
reason, and `oso_result` is the result of OSO that says the same as a reason. A reason
whose name is ours alone has none.
"""

from collections.abc import Mapping
from typing import Final

from wissel.routing.refusals.catalogue.counterparts.counterpart import (
    SOURCES,
    Counterpart,
    Said,
    Standard,
)
from wissel.routing.refusals.catalogue.counterparts.edukoppeling import EDUKOPPELING
from wissel.routing.refusals.catalogue.counterparts.oso import OSO
from wissel.routing.refusals.catalogue.counterparts.osr import OSR, OSR_PROPOSED
from wissel.routing.refusals.reasons import Reason

COUNTERPARTS: Final[tuple[Counterpart, ...]] = (*OSO, *OSR, *OSR_PROPOSED, *EDUKOPPELING)
"""Every documented answer, by standard in this order."""

_OSO_RESULTS: Final[Mapping[Reason, str]] = {
    each.reasons[0]: each.name for each in OSO if each.reasons and each.name.isalpha()
}


def oso_result(reason: Reason) -> str | None:
    """Return the documented result of OSO's Traffic Center that says the same, if one does."""
    return _OSO_RESULTS.get(reason)


def of_reason(reason: Reason) -> list[Counterpart]:
    """Return what is documented elsewhere that a reason says here, proposals aside."""
    return [each for each in (*OSO, *OSR, *EDUKOPPELING) if reason in each.reasons]


def of_name(name: str) -> list[Counterpart]:
    """Return what is documented elsewhere by a name: in any case, or a code without its prefix."""
    wanted = name.casefold()
    return [each for each in COUNTERPARTS if wanted in _names(each)]


def _names(counterpart: Counterpart) -> set[str]:
    name = counterpart.name.casefold()
    return {name, *name.split(".")[1:]}


__all__ = [
    "COUNTERPARTS",
    "SOURCES",
    "Counterpart",
    "Said",
    "Standard",
    "of_name",
    "of_reason",
    "oso_result",
]
