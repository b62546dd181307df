"""Carrying out the plans of school files, without a register."""

import datetime as dt
from typing import Final

from wissel.routing.facts import Board, School
from wissel.server.registry.schools.duo import parse
from wissel.server.registry.schools.plan import Known, Plan, plan

EMPTY: Final = Known.of([], [])
AUGUST: Final = dt.date(2026, 8, 1)
SEPTEMBER: Final = dt.date(2026, 9, 1)
OCTOBER: Final = dt.date(2026, 10, 1)


def applied(known: Known, planned: Plan) -> Known:
    """Return what is known once the plan has been carried out."""
    boards, schools = dict(known.boards), dict(known.schools)
    for fact in planned.facts:
        if isinstance(fact, Board):
            boards[fact.number] = fact
        elif isinstance(fact, School):
            schools[fact.brin] = fact
    return Known(boards=boards, schools=schools)


def imported(*files: bytes, known: Known = EMPTY, as_of: dt.date = AUGUST) -> Known:
    """Return what is known after these files."""
    for data in files:
        known = applied(known, plan(known, parse(data), as_of))
    return known
