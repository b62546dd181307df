"""Facts of earlier revisions, kept for who reads a list of one of them page by page."""

import asyncio
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin

SECONDS: Final = 300
"""How long the facts of a first page are kept."""
OF_ONE: Final = 2
"""The facts of how many revisions are kept for one OIN; of more, the latest."""
PARTIES: Final = 16
"""For how many OINs facts are kept in one process; of more, the latest."""


class PinnedTables:
    """The facts of the first pages of one process. Those that follow are of the same.

    A table shares with later ones all that stayed the same, so that keeping one costs
    what changed since.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._kept: dict[Oin, dict[int, Table]] = {}

    def of_page(self, oin: Oin, revision: int | None, now: Table) -> Table:
        """Return the facts of a page: those of now for a first page, which has no revision yet.

        `Refused(PAGE_EXPIRED)` if the facts of the first page are not kept any more.
        """
        return self.pin(oin, now) if revision is None else self.at(oin, revision)

    def pin(self, oin: Oin, table: Table) -> Table:
        """Keep the facts of a first page for an OIN, and return them."""
        own = self._kept.pop(oin, {}) | {table.revision: table}
        self._kept[oin] = {revision: own[revision] for revision in sorted(own)[-OF_ONE:]}
        while len(self._kept) > PARTIES:
            del self._kept[next(iter(self._kept))]
        asyncio.get_running_loop().call_later(self._seconds, self._forget, oin, table)
        return table

    def at(self, oin: Oin, revision: int) -> Table:
        """Return the facts of the first page, or `Refused(PAGE_EXPIRED)`."""
        table = self._kept.get(oin, {}).get(revision)
        if table is None:
            raise Refused(
                Reason.PAGE_EXPIRED, field="page_token", seconds=format(self._seconds, "g")
            )
        return table

    def _forget(self, oin: Oin, table: Table) -> None:
        own = self._kept.get(oin, {})
        if own.get(table.revision) is table:
            del own[table.revision]
        if not own:
            self._kept.pop(oin, None)
