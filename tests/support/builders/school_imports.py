"""Importing school files: as plans without a register, and into one."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeVar

from support.builders.register_builders import actor
from wissel.routing.facts import Board, School
from wissel.server.registry.ports import Register, Snapshot, Transaction
from wissel.server.registry.schools.duo.parsing import parse
from wissel.server.registry.schools.file_import import ImportReport, ImportSchools, import_schools
from wissel.server.registry.schools.plan import Known, Plan, plan

T = TypeVar("T")
EMPTY: Final = Known.of([], [])
AUGUST: Final = dt.date(2026, 8, 1)
SEPTEMBER: Final = dt.date(2026, 9, 1)
OCTOBER: Final = dt.date(2026, 10, 1)
ACTOR: Final = actor()


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


async def import_file(register: Register, data: bytes, **options: object) -> ImportReport:
    """Import a file."""
    command = replace(ImportSchools(file=parse(data, "schools.csv")), **options)  # type: ignore[arg-type]
    return await transaction(register, lambda writing: import_schools(writing, command))


async def transaction(register: Register, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Do one thing in one change."""
    async with register.transaction(ACTOR) as writing:
        return await work(writing)


async def read(register: Register, look: Callable[[Snapshot], Awaitable[T]]) -> T:
    """Read something."""
    async with register.snapshot() as snapshot:
        return await look(snapshot)
