"""The overviews as JSON: whole, for programs, and compact, for the page with the map."""

import json
from collections.abc import Hashable
from dataclasses import asdict
from typing import Any, Generic, TypeVar

from wissel.clients.cli.publishing import words
from wissel.clients.cli.publishing.overview import Location, Overview

T = TypeVar("T", bound=Hashable)


def whole(overview: Overview) -> bytes:
    """Return everything, with the names of the fields of `overview`, and days as `yyyy-mm-dd`."""
    return json.dumps(asdict(overview), ensure_ascii=False, default=str).encode()


def compact(overview: Overview) -> dict[str, Any]:
    """Return what the page of schools searches and draws.

    A row is `[vestiging, name, postcode, town, sector, services, swvs, latitude,
    longitude, closed]`; the four in the middle are places in lists beside the rows, of
    which `served` and `within` hold places in the lists of services and of swvs. What
    is not on the map has 0 for its degrees.
    """
    services = _Numbered[str](each.code for each in overview.services)
    swvs = _Numbered[str](each.code for each in overview.swvs)
    towns, sectors = _Numbered[str](), _Numbered[str]()
    served, within = _Numbered[tuple[int, ...]](), _Numbered[tuple[int, ...]]()

    def row(each: Location) -> list[object]:
        north, east = each.point or (0, 0)
        return [
            each.vestiging,
            each.name,
            each.postcode,
            towns.of(words.town(each.city)),
            sectors.of(each.sector),
            served.of(tuple(map(services.of, each.services))),
            within.of(tuple(map(swvs.of, each.swvs))),
            round(north, 4),
            round(east, 4),
            each.closed.isoformat() if each.closed else 0,
        ]

    rows = [row(each) for each in overview.locations]
    named = {each.code: each.name for each in overview.services}
    named |= {each.code: each.name for each in overview.swvs}
    return {
        "rows": rows,
        "towns": towns.values,
        "sectors": [[code, words.SECTORS.get(code, code)] for code in sectors.values],
        "services": [[code, named.get(code) or code] for code in services.values],
        "swvs": [[code, named.get(code) or code] for code in swvs.values],
        "served": served.values,
        "within": within.values,
    }


class _Numbered(Generic[T]):
    """Values that are named by their place in a list."""

    def __init__(self, values: Any = ()) -> None:
        self.values: list[T] = []
        self._places: dict[T, int] = {}
        for each in values:
            self.of(each)

    def of(self, value: T) -> int:
        """Return the place of a value; a new one comes last."""
        place = self._places.setdefault(value, len(self.values))
        if place == len(self.values):
            self.values.append(value)
        return place
