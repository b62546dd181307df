"""When changes were recorded, on every database."""

import datetime as dt

from support.builders.register_builders import actor, board
from support.worlds.stores import register_at
from wissel.server.store.register.register import SqlRegister


async def times(register: SqlRegister) -> list[int]:
    """Return the minutes at which the revisions were recorded."""
    async with register.snapshot() as snapshot:
        revisions = range(1, snapshot.revision + 1)
        recorded = [await snapshot.recorded_time(each) for each in revisions]
    return [each.minute for each in recorded if each is not None]


async def test_time_in_the_register_never_runs_back(registry_url: str) -> None:
    noon = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    now = [noon]
    async with register_at(registry_url, lambda: now[0]) as register:
        for name, minute in (("a", 5), ("b", 3), ("c", 4), ("d", 6)):
            now[0] = noon.replace(minute=minute)
            async with register.transaction(actor()) as transaction:
                await transaction.put(board(1, name))

        recorded = await times(register)

    assert [5, 5, 5, 6] == recorded


async def test_a_change_that_takes_long_is_recorded_when_it_ends(registry_url: str) -> None:
    """Its facts are of its beginning; whoever asks what was known meanwhile hears nothing of it."""
    now = [dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)]
    async with register_at(registry_url, lambda: now[0]) as register:
        async with register.transaction(actor()) as transaction:
            await transaction.put(board(1), board(2))
            now[0] += dt.timedelta(minutes=7)
        began = transaction.now
        now[0] -= dt.timedelta(minutes=3)
        async with register.transaction(actor()) as transaction:
            await transaction.put(board(3))
        recorded = await times(register)

    assert 0 == began.minute
    assert [7, 7] == recorded


async def test_the_day_of_a_change_is_the_one_in_amsterdam(registry_url: str) -> None:
    late = dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC)
    async with (
        register_at(registry_url, lambda: late) as register,
        register.transaction(actor()) as transaction,
    ):
        assert dt.date(2026, 7, 1) == transaction.today
