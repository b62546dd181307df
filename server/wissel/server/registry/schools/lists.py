"""Lists of schools and boards with conditions, part by part."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from wissel.routing.facts import Board, School
from wissel.routing.values.identifiers import BoardNumber, Brin, Oin
from wissel.server.registry.listing import Listed, Part, list_part
from wissel.server.registry.ports import Snapshot, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolFilter:
    """Which schools are listed: those that meet all conditions.

    `name_contains` ignores case. Without `include_closed` only open schools.
    """

    board: BoardNumber | None = None
    brin: Brin | None = None
    oin: Oin | None = None
    name_contains: str = ""
    include_closed: bool = False


async def list_schools(snapshot: Snapshot, wanted: SchoolFilter, part: Part) -> Listed[School]:
    """Return one part of the schools, in order of BRIN.

    A school without an open location is closed.
    """
    text = wanted.name_contains.casefold()

    def fits(school: School) -> bool:
        is_open = wanted.include_closed or school.closed is None
        return is_open and text in school.name.casefold()

    where: dict[str, Where] = {"board": str(wanted.board)} if wanted.board else {}
    asked = {str(wanted.brin)} if wanted.brin else set()
    if wanted.oin:
        asked.add(wanted.oin.brin or "")
    if asked:  # an OIN that is no school's, or another school's, finds none
        where["key"] = tuple(asked) if len(asked) == 1 else ()
    return await list_part(snapshot, School, part, where, keep=fits)


async def list_boards(snapshot: Snapshot, name_contains: str, part: Part) -> Listed[Board]:
    """Return one part of the boards whose name contains a text in any case, by number."""
    text = name_contains.casefold()
    return await list_part(snapshot, Board, part, keep=lambda board: text in board.name.casefold())


async def count_schools(snapshot: Snapshot, *boards: BoardNumber) -> Mapping[BoardNumber, int]:
    """Return the number of open schools of each of these boards; 0 where there is none."""
    schools = await snapshot.find(School, board=tuple(str(number) for number in boards))
    counted = Counter(school.board for school in schools if school.closed is None)
    return {number: counted[number] for number in boards}
