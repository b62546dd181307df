"""Where the locations of schools are, as a file of points tells it (R1)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from wissel.routing.facts import TEST_SCHOOL, School
from wissel.routing.values.identifiers import Vestiging
from wissel.routing.values.points import Point
from wissel.server.registry.ports import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What points change: the schools to record, and the locations that are told of, in order.

    `changed` is the number of locations with a new or another point. Not in the register
    are those that are `unknown`, more than once among the points those that are `doubled`,
    and still without a point the open ones that are `unlocated`; the
    test school is nowhere.
    """

    schools: tuple[School, ...]
    changed: int
    unknown: Sequence[Vestiging]
    doubled: Sequence[Vestiging]
    unlocated: Sequence[Vestiging]


async def locate_schools(
    transaction: Transaction, points: Sequence[tuple[Vestiging, Point]]
) -> Located:
    """Record where locations are; of two points for one location the first counts."""
    found = located(await transaction.find(School), points)
    await transaction.put(*found.schools)
    return found


def located(schools: Iterable[School], points: Sequence[tuple[Vestiging, Point]]) -> Located:
    """Return what points change of these schools, which are in order of BRIN."""
    named = Counter(vestiging for vestiging, _ in points)
    first = dict(reversed(points))
    before = list(schools)
    after = [_placed(school, first) for school in before]
    known = {each.vestiging for school in before for each in school.locations}
    return Located(
        schools=tuple(new for old, new in zip(before, after, strict=True) if new != old),
        changed=sum(
            old.point != new.point
            for one, other in zip(before, after, strict=True)
            for old, new in zip(one.locations, other.locations, strict=True)
        ),
        unknown=sorted(named.keys() - known),
        doubled=sorted(vestiging for vestiging, count in named.items() if count > 1),
        unlocated=[
            each.vestiging
            for school in after
            for each in school.locations
            if each.closed is None and each.point is None and school.brin != TEST_SCHOOL
        ],
    )


def _placed(school: School, points: Mapping[Vestiging, Point]) -> School:
    return replace(
        school,
        locations=tuple(
            replace(each, point=points.get(each.vestiging, each.point)) for each in school.locations
        ),
    )
