"""Part by part: what is filtered out counts too, so that no call goes on for long."""

from typing import Any, cast

import pytest

from wissel.routing.facts import Board
from wissel.routing.values.identifiers import BoardNumber
from wissel.server.registry.listing import SCANNED_AT_MOST, Part, list_part

EVERY = [Board(number=BoardNumber(f"{number:05}")) for number in range(SCANNED_AT_MOST + 2)]


class Boards:
    """A snapshot of boards only, in order of number; counts the rows that were read."""

    def __init__(self) -> None:
        self.read = 0

    async def page(self, kind: type[Board], *, after: str, limit: int, pinned: int) -> list[Board]:
        found = [each for each in EVERY if each.number > after][:limit]
        self.read += len(found)
        return found

    oldest = page


async def part(boards: Boards, after: str, wanted: str, oldest_first: bool) -> tuple[Any, str]:
    found = await list_part(
        cast(Any, boards),
        Board,
        Part(after=after, limit=10, pinned=1),
        keep=lambda board: board.number == wanted,
        oldest_first=oldest_first,
    )
    return found.items, found.last


@pytest.mark.parametrize("oldest_first", [False, True])
async def test_what_is_rare_is_found_over_several_parts(oldest_first: bool) -> None:
    boards, last = Boards(), EVERY[-1]

    nothing, after = await part(boards, "", last.number, oldest_first)
    read = boards.read
    found, end = await part(boards, after, last.number, oldest_first)

    assert (nothing, read) == ((), SCANNED_AT_MOST)
    assert (found, end) == ((last,), "")


async def test_what_was_found_before_the_end_of_a_part_is_in_it() -> None:
    found, after = await part(Boards(), "", EVERY[7].number, oldest_first=False)

    assert found == (EVERY[7],)
    assert after == EVERY[SCANNED_AT_MOST - 1].number
