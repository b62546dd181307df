"""A repeated request gets its earlier answer, on every database."""

import datetime as dt
from uuid import uuid4

import pytest

from support.builders.register_builders import actor, board
from support.worlds.stores import register_at
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.refusals.errors import Refused
from wissel.server.registry.ports import Actor
from wissel.server.store.register.register import SqlRegister


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


@pytest.mark.parametrize(("days", "expected"), [(30, b"answer"), (31, None)])
async def test_an_answer_is_kept_thirty_days(
    registry_url: str, days: int, expected: bytes | None
) -> None:
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    moments = iter([start, start + dt.timedelta(days=days)])
    async with register_at(registry_url, lambda: next(moments)) as register:
        await _ask(register, actor(request_id="r-1"))

        assert await _ask(register, actor(request_id="r-1")) == expected
