"""How much waits for the owner of each service, and how much of it too long (R6)."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wissel.routing.facts import Mandate, Processing, Service, overdue_since
from wissel.routing.facts.keys import key_of
from wissel.routing.values.identifiers import ServiceCode
from wissel.server.registry.ports import Register
from wissel.server.registry.rules.mandates import waits

_AT_ONCE: Final = 500  # mandates counted in one read, between which others have their turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many mandates for a service wait for its owner, and how many of these too long."""

    awaiting: int
    overdue: int


async def count_waiting(register: Register, today: dt.date) -> Mapping[ServiceCode, Waiting]:
    """Return what waits for the owner of each service that has its mandates processed (R6).

    What has ended waits no longer. Raises `Refused(DATABASE_UNAVAILABLE)`.
    """
    awaiting: Counter[ServiceCode] = Counter()
    overdue: Counter[ServiceCode] = Counter()
    after = ""
    async with register.snapshot() as snapshot:
        pinned = snapshot.revision
        usual = {
            each.code: each.processing_days
            for each in await snapshot.find(Service)
            if each.processed_by_owner
        }
    while True:
        async with register.snapshot() as snapshot:
            found = await snapshot.oldest(
                Mandate,
                after=after,
                limit=_AT_ONCE,
                pinned=pinned,
                processing=Processing.AWAITING.value,
            )
        waiting = [mandate for mandate in found if waits(mandate, today)]
        awaiting.update(mandate.service for mandate in waiting)
        overdue.update(
            mandate.service
            for mandate in waiting
            if overdue_since(mandate.waiting_since, usual.get(mandate.service, 0), today)
        )
        if len(found) < _AT_ONCE:
            return {code: Waiting(awaiting=awaiting[code], overdue=overdue[code]) for code in usual}
        after = key_of(found[-1])
