"""Several writers at once: nothing is lost, revisions have no gap, waiting has an end."""

import asyncio
import sys
from pathlib import Path

import pytest

from support.builders.register_builders import actor, board
from support.processes import register_writer
from support.processes.register_writer import count_up
from support.worlds.stores import register_at
from wissel.routing.facts import Board, Fact
from wissel.routing.refusals.errors import Refused
from wissel.server.store.register.register import SqlRegister

TIMES = 25


async def _count(register: SqlRegister) -> int:
    async with register.snapshot() as snapshot:
        found = await snapshot.get(Board, "99001")
    return int(found.name) if found else 0


def _name(fact: Fact) -> str:
    assert isinstance(fact, Board)
    return fact.name


async def test_writers_of_one_process_take_turns(register: SqlRegister) -> None:
    await asyncio.gather(*(count_up(register, "99001", 5) for _ in range(8)))

    assert await _count(register) == await register.head_revision() == 40


async def test_writers_on_separate_engines_lose_nothing(
    register: SqlRegister, registry_url: str
) -> None:
    async with register_at(registry_url, lock_timeout=20.0) as other:
        await asyncio.gather(count_up(register, "99001", TIMES), count_up(other, "99001", TIMES))

    assert await _count(register) == await register.head_revision() == 2 * TIMES


async def test_writers_in_separate_processes_lose_nothing(
    register: SqlRegister, registry_url: str
) -> None:
    script = str(Path(register_writer.__file__))
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, script, registry_url, "99001", "25")
        for _ in range(2)
    ]

    codes = [await process.wait() for process in processes]

    assert codes == [0, 0]
    assert await _count(register) == await register.head_revision() == 2 * TIMES
    log = await register.events_after(0)
    assert [str(number + 1) for number in range(2 * TIMES)] == [_name(fact) for fact in log.facts()]


async def test_a_writer_that_waits_too_long_is_told_of_contention(
    register: SqlRegister, registry_url: str
) -> None:
    async with register_at(registry_url, lock_timeout=0.1) as impatient:
        async with register.transaction(actor()) as transaction:
            await transaction.put(board(1))
            with pytest.raises(Refused, match="CONTENTION"):
                await count_up(impatient, "99001", 1)
            assert await impatient.head_revision() == 0
        await count_up(impatient, "99002", 1)

    assert await register.head_revision() == 2


async def test_a_writer_behind_another_of_its_process_is_told_likewise(registry_url: str) -> None:
    async with register_at(registry_url, lock_timeout=0.1) as register:
        async with register.transaction(actor()):
            with pytest.raises(Refused, match="CONTENTION"):
                await count_up(register, "99001", 1)
        await count_up(register, "99001", 1)
        assert await register.head_revision() == 1


async def test_a_cancelled_writer_leaves_nothing_and_holds_nobody_up(
    register: SqlRegister,
) -> None:
    written = asyncio.Event()

    async def write_and_wait() -> None:
        async with register.transaction(actor()) as transaction:
            await transaction.put(board(1))
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_and_wait())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await register.head_revision() == 0
    await count_up(register, "99001", 1)
    assert await register.head_revision() == 1


async def test_a_writer_that_is_cancelled_at_any_moment_holds_nobody_up(
    register: SqlRegister,
) -> None:
    """What it was doing lives on in its traceback, which is kept here as by a cycle of garbage."""
    kept = []
    for turns in range(0, 300, 6):
        task = asyncio.create_task(count_up(register, "99001", 1))
        kept.append(task)
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

        await count_up(register, "99002", 1)
