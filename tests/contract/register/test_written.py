"""What a transaction has written, which is what a change would be that is not made."""

from support.builders.register_builders import actor, board
from wissel.routing.facts import Board
from wissel.server.store.register.register import SqlRegister


async def test_what_was_written_is_what_changed(register: SqlRegister) -> None:
    async with register.transaction(actor()) as transaction:
        await transaction.put(board(1, "one"), board(2))

    async with register.transaction(actor()) as transaction:
        await transaction.put(board(1, "one"), board(2, "two"), board(3))
        await transaction.put(board(2, "three"))
        written = transaction.written

    assert [board(2, "two"), board(3), board(2, "three")] == written


async def test_after_it_is_discarded_a_change_is_only_noted(register: SqlRegister) -> None:
    async with register.transaction(actor()) as transaction:
        transaction.discard()
        await transaction.put(board(1))
        written, found = transaction.written, await transaction.find(Board)

    assert ([board(1)], []) == (written, found)
    assert await register.head_revision() == 0
