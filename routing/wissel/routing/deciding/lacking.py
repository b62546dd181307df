"""Which agreements a board lacks for schools that come to it (R2)."""

import datetime as dt
from collections.abc import Collection

from wissel.routing.facts import AgreementKind
from wissel.routing.table import Table
from wissel.routing.table.spans import last_day
from wissel.routing.values.identifiers import BoardNumber, Brin


def agreements_lacking(
    table: Table, schools: Collection[Brin], board: BoardNumber, on: dt.date
) -> list[AgreementKind]:
    """Return the agreements that a board has not on a day, and schools need, in order of name.

    They need those of each service for which they have a mandate in force.
    """
    reference = table.reference
    services = {
        service
        for brin in schools
        if (school := table.organisation(brin)) is not None
        for service, _ in school.acting
        if school.mandates_in_force(service, on)
    }
    asked = [reference.services[code].agreements for code in services if code in reference.services]
    return sorted(
        {
            kind
            for kinds in asked
            for kind in kinds
            if last_day(reference.signed(board, kind, kinds), on) is None
        }
    )
