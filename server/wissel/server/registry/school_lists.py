"""Reading schools and boards: one by its key, and lists with conditions, page by page."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from wissel.routing.facts import Board, Fact, School
from wissel.routing.identifiers import BoardNumber
from wissel.server.registry.ports import Reading
from wissel.server.store.projection import key_of

F = TypeVar("F", bound=Fact)

_AT_ONCE: Final = 500  # rows read at a time while looking for those that fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part of a list that is asked for.

    `after` is the key after which it begins, empty at the start; `limit` is the
    most items, at least 1; `pinned` the revision at which reading began.
    """

    after: str
    limit: int
    pinned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Generic[F]):
    """One page; `last` is the key after which the next begins, empty if there is none."""

    items: tuple[F, ...]
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolFilter:
    """Which schools; conditions add up. `name_contains` counts in any case."""

    board: BoardNumber | None = None
    name_contains: str = ""
    include_closed: bool = False


async def list_schools(reading: Reading, wanted: SchoolFilter, part: Part) -> Listed[School]:
    """Return one page of schools in order of BRIN; one with no open location is closed."""
    text = wanted.name_contains.casefold()

    def fits(school: School) -> bool:
        is_open = wanted.include_closed or school.closed is None
        return is_open and text in school.name.casefold()

    where = {"board": str(wanted.board)} if wanted.board else {}
    return await _list(reading, School, where, fits, part)


async def list_boards(reading: Reading, name_contains: str, part: Part) -> Listed[Board]:
    """Return one page of boards in order of number."""
    text = name_contains.casefold()
    return await _list(reading, Board, {}, lambda board: text in board.name.casefold(), part)


async def count_schools(reading: Reading, *boards: BoardNumber) -> Mapping[BoardNumber, int]:
    """Return the number of open schools of each of these boards; 0 where there is none."""
    schools = await reading.find(School, board=tuple(str(number) for number in boards))
    counted = Counter(school.board for school in schools if school.closed is None)
    return {number: counted[number] for number in boards}


async def _list(
    reading: Reading,
    kind: type[F],
    where: Mapping[str, str],
    fits: Callable[[F], bool],
    part: Part,
) -> Listed[F]:
    """Read on until the page is full, or nothing is left."""
    items: list[F] = []
    after = part.after
    while True:
        rows = await reading.page(kind, after=after, limit=_AT_ONCE, pinned=part.pinned, **where)
        for row in rows:
            if fits(row):
                if len(items) == part.limit:
                    return Listed(items=tuple(items), last=key_of(items[-1]))
                items.append(row)
        if len(rows) < _AT_ONCE:
            return Listed(items=tuple(items), last="")
        after = key_of(rows[-1])
