"""Which mandates a list is of, beyond the columns that the register has for them."""

from collections.abc import Mapping

from wissel.routing.facts import School
from wissel.routing.values.identifiers import BoardNumber
from wissel.server.registry.finding import get_board
from wissel.server.registry.ports import Snapshot, Where


async def of_board(
    snapshot: Snapshot, where: Mapping[str, Where], board: BoardNumber
) -> Mapping[str, Where]:
    """Return a condition that also demands a school which a board has now.

    Raises `Refused(BOARD_NOT_FOUND)`.
    """
    await get_board(snapshot, board)
    brins = {str(school.brin) for school in await snapshot.find(School, board=board)}
    asked = where.get("organisation")
    if asked is not None:
        brins &= {asked} if isinstance(asked, str) else set(asked)
    return {**where, "organisation": tuple(sorted(brins))}
