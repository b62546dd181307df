"""Importing into a register, and looking at what came of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeVar

from support.builders.register_builders import actor
from wissel.server.registry.ports import Register, Snapshot, Transaction
from wissel.server.registry.schools.duo import parse
from wissel.server.registry.schools.file_import import ImportReport, ImportSchools, import_schools

T = TypeVar("T")
ACTOR: Final = actor()


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
