"""A repeated request gets its earlier answer, on every database."""

import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from support.builders.register_builders import actor, board
from support.worlds.stores import register_at
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.refusals.errors import Refused
from wissel.server.registry.ports import Actor
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.register.register import SqlRegister
from wissel.server.store.register.tables import ANSWER


async def _ask(register: SqlRegister, who: Actor, response: bytes = b"answer") -> bytes | None:
    """Make a request as a use case does; return the earlier answer."""
    async with register.transaction(who) as transaction:
        if transaction.answer is None:
            await transaction.put(board(1, uuid4().hex))
            transaction.answer_with(response)
    return transaction.answer


async def test_a_repeat_gets_the_answer_and_changes_nothing(register: SqlRegister) -> None:
    first = await _ask(register, actor(request_id="r-1", body=b"x"), b"\x00\xff")
    again = await _ask(register, actor(request_id="r-1", body=b"x"))

    assert first is None
    assert again == b"\x00\xff"
    assert await register.head_revision() == 1


async def test_the_same_id_with_another_body_is_refused(register: SqlRegister) -> None:
    await _ask(register, actor(request_id="r-1", body=b"x"))

    with pytest.raises(Refused, match="REQUEST_ID_REUSED"):
        await _ask(register, actor(request_id="r-1", body=b"y"))

    assert await register.head_revision() == 1


@pytest.mark.parametrize(
    "other",
    [
        actor(ZUID.oin, request_id="r-1"),
        actor(NOORD.oin, request_id="R-1"),
        actor(NOORD.oin, request_id="r-1", method="another"),
        actor(NOORD.oin),
    ],
    ids=["caller", "spelling", "method", "none"],
)
async def test_an_answer_is_for_one_caller_method_and_id(
    register: SqlRegister, other: Actor
) -> None:
    await _ask(register, actor(NOORD.oin, request_id="r-1"))

    assert await _ask(register, other) is None


async def test_without_a_request_id_nothing_is_kept(register: SqlRegister) -> None:
    await _ask(register, actor())

    assert await _ask(register, actor()) is None
    assert await register.head_revision() == 2


async def test_the_answer_of_a_request_that_changed_nothing_is_kept(register: SqlRegister) -> None:
    async with register.transaction(actor(request_id="r-1")) as transaction:
        transaction.answer_with(b"as it was")

    assert await _ask(register, actor(request_id="r-1")) == b"as it was"
    assert await register.head_revision() == 0


async def test_answers_are_forgotten_after_thirty_days_a_few_at_a_time(registry_url: str) -> None:
    """The clock runs for 60 days, with an answer for each request of each day."""
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    steps, kept = [], []
    async with (
        register_at(registry_url, lambda: now) as register,
        register_at(registry_url, lambda: now) as other,
    ):
        for day in range(60):
            for number in range(5):
                await _ask(register, actor(request_id=f"{day}-{number}"))
            forgotten = [await each.forget_answers() for each in (register, other, register)]
            steps.append([each.done for each in forgotten])
            kept.append(_answers(registry_url))
            now += dt.timedelta(days=1)
        now += dt.timedelta(days=60)
        at_last = [(await register.forget_answers()) for _ in range(4)]

    assert [[0, 0, 0]] * 31 + [[5, 0, 0]] * 29 == steps
    assert [5 * min(day + 1, 31) for day in range(60)] == kept
    assert [(64, True), (64, True), (27, True), (0, False)] == at_last
    assert 0 == _answers(registry_url)


async def test_an_answer_that_is_still_there_after_thirty_days_is_replaced(
    registry_url: str,
) -> None:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    async with register_at(registry_url, lambda: now) as register:
        await _ask(register, actor(request_id="r-1", body=b"x"))
        now += dt.timedelta(days=31)
        first = await _ask(register, actor(request_id="r-1", body=b"y"), b"new")
        again = await _ask(register, actor(request_id="r-1", body=b"y"))
        forgotten = await register.forget_answers()

    assert (None, b"new", (0, False)) == (first, again, forgotten)


def _answers(url: str) -> int:
    with BlockingDatabase.open(url) as database, database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(ANSWER)) or 0


@pytest.mark.parametrize(("days", "expected"), [(30, b"answer"), (31, None)])
async def test_an_answer_is_kept_thirty_days(
    registry_url: str, days: int, expected: bytes | None
) -> None:
    now = [dt.datetime(2026, 1, 1, tzinfo=dt.UTC)]
    async with register_at(registry_url, lambda: now[0]) as register:
        await _ask(register, actor(request_id="r-1"))
        now[0] += dt.timedelta(days=days)

        assert await _ask(register, actor(request_id="r-1")) == expected
