"""Correcting by hand what files say of a board, or do not say (R1)."""

from dataclasses import dataclass, replace

from wissel.routing.facts import Board
from wissel.routing.values.identifiers import BoardNumber, KvkNumber
from wissel.routing.values.texts import NAME_LIMIT, named_line
from wissel.server.registry.finding import check_etag, get_board
from wissel.server.registry.ports import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateBoard:
    """Another name or KvK number for a board; what is None stays as it is.

    An empty `kvk` takes the number away.
    """

    number: BoardNumber
    name: str | None = None
    kvk: KvkNumber | str | None = None
    etag: str = ""


async def update_board(transaction: Transaction, command: UpdateBoard) -> Board:
    """Change what is known of a board, and return it.

    Raises BOARD_NOT_FOUND, ETAG_MISMATCH; FIELD_REQUIRED, FIELD_INVALID and
    PERSON_NUMBER_IN_TEXT for a name that is none. A number that another board has too
    is taken: then no login is theirs by it (`registry.persons.holder_of`).
    """
    board = await get_board(transaction, command.number)
    check_etag(board, command.etag)
    name, kvk = board.name, board.kvk
    if command.name is not None:
        name = named_line(command.name, "name", NAME_LIMIT)
    if command.kvk is not None:
        kvk = command.kvk
    changed = replace(board, name=name, kvk=kvk)
    await transaction.put(changed)
    return changed
