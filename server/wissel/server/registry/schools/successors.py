"""Where a location goes on that closes: what a file tells of it without a doubt (R1).

DUO's files do not name successors. A vestiging that goes on under another BRIN keeps its
name and its address, so these tell.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from wissel.routing.facts import Location, School
from wissel.routing.values.identifiers import Brin, Vestiging


def with_successors(
    before: Mapping[Brin, School], after: Mapping[Brin, School]
) -> Mapping[Brin, School]:
    """Return the schools of `after` with the successors of the locations that close in it.

    `before` are all schools; those of `after` take their place. The successor of a location
    is the open one with the same name and postcode, if that is one and only one closes so.
    """
    closing = [
        location
        for brin, school in after.items()
        for location in _closing(before.get(brin), school)
    ]
    if not closing:
        return after
    still_open = [
        location
        for school in {**before, **after}.values()
        for location in school.locations
        if location.closed is None
    ]
    successors = _successors(closing, still_open)
    return {brin: _succeeded(school, successors) for brin, school in after.items()}


def _closing(before: School | None, after: School) -> Iterable[Location]:
    known = before.locations if before else ()
    were_open = {each.vestiging for each in known if each.closed is None}
    return (each for each in after.locations if each.closed and each.vestiging in were_open)


def _successors(
    closing: Iterable[Location], still_open: Iterable[Location]
) -> Mapping[Vestiging, Vestiging]:
    places, open_places = _by_place(closing), _by_place(still_open)
    return {
        places[place][0]: open_places[place][0]
        for place in places
        if len(places[place]) == len(open_places[place]) == 1
    }


def _by_place(locations: Iterable[Location]) -> defaultdict[tuple[str, str], list[Vestiging]]:
    found = defaultdict(list)
    for each in locations:
        if each.postcode:
            found[each.postcode, each.name.casefold()].append(each.vestiging)
    return found


def _succeeded(school: School, successors: Mapping[Vestiging, Vestiging]) -> School:
    return replace(
        school,
        locations=tuple(
            replace(each, successor=successors.get(each.vestiging, each.successor))
            for each in school.locations
        ),
    )
