"""How long it takes to tell what a change would do, in a register of 100,000 mandates."""

import asyncio
import datetime as dt
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from bench.world import LAS_NOORD, LAS_ZUID, PER_SCHOOL, START, facts
from wissel.clients.testing.cast import NOORD, OPERATOR
from wissel.routing.deciding.impact.impact import EVERYTHING
from wissel.routing.facts import Agreement, AgreementKind, Endpoint, Fact, Mandate, Service
from wissel.routing.table import Table
from wissel.routing.values.days import Period
from wissel.server.memory import freeze_facts
from wissel.server.rpc.requests.impacts import Impacts, Supposed

MANDATES: Final = 100_000
OF_THE_VENDOR: Final = 40_000
_TODAY: Final = dt.date(2026, 9, 1)
_LAST: Final = dt.date(2026, 12, 31)
_ROUNDS: Final = 3


def register() -> list[Fact]:
    """Return the register, in which Noord has 40,000 of the mandates, and Zuid the others."""
    return list(_with_systems(facts(MANDATES, "https://las.example:8443")))


def _with_systems(every: Iterator[Fact]) -> Iterator[Fact]:
    given: dict[str, int] = {}
    for fact in every:
        if isinstance(fact, Mandate | Endpoint):
            number = given.setdefault(fact.organisation, len(given))
            noord = number < OF_THE_VENDOR // PER_SCHOOL
            yield replace(fact, system_id=LAS_NOORD if noord else LAS_ZUID)
        else:
            yield fact


def changes(known: list[Fact]) -> Mapping[str, Fact]:
    """Return what is asked about: a vendor's agreement ends, a version of a service retires."""
    agreement = next(
        fact
        for fact in known
        if isinstance(fact, Agreement)
        and (fact.signatory, fact.kind) == (NOORD.oin, AgreementKind.VENDOR_OSO)
    )
    service = next(fact for fact in known if isinstance(fact, Service) and fact.code == "OSO_OV")
    *others, latest = service.versions
    return {
        "agreement": replace(agreement, period=Period(START, _LAST)),
        "version": replace(service, versions=(*others, replace(latest, active=False))),
    }


async def seconds(table: Table, change: Fact) -> float:
    """Return how long it takes to work out what one change would do, as a call does it."""
    asked = Supposed(table=table, facts=[change], today=_TODAY, viewer=EVERYTHING)
    started = time.perf_counter()
    found = await Impacts().of(OPERATOR.oin, asked)
    taken = time.perf_counter() - started
    if not found.total.routes.lost:
        raise RuntimeError("a change that changes nothing")
    return taken


def main() -> None:
    """Print the seconds of each change as JSON: the least of some rounds."""
    known = register()
    table = Table.load(1, known)
    asked = changes(known)
    del known
    freeze_facts()
    measured = {
        name: min(asyncio.run(seconds(table, change)) for _ in range(_ROUNDS))
        for name, change in asked.items()
    }
    print(json.dumps({name: round(value, 2) for name, value in measured.items()}))


if __name__ == "__main__":
    main()
