"""Importing into a register, and looking at what came of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeVar

from support.builders.register_builders import act
from wissel.server.registry.ports import Change, Reading, Register
from wissel.server.registry.schools.duo import parse
from wissel.server.registry.schools.usecases import ImportReport, ImportSchools, import_schools

T = TypeVar("T")
ACT: Final = act()


async def bring(register: Register, data: bytes, **options: object) -> ImportReport:
    """Import a file."""
    command = replace(ImportSchools(file=parse(data, "schools.csv")), **options)  # type: ignore[arg-type]
    return await change(register, lambda writing: import_schools(writing, command))


async def change(register: Register, work: Callable[[Change], Awaitable[T]]) -> T:
    """Do one thing in one change."""
    async with register.changing(ACT) as writing:
        return await work(writing)


async def read(register: Register, look: Callable[[Reading], Awaitable[T]]) -> T:
    """Read something."""
    async with register.reading() as reading:
        return await look(reading)
