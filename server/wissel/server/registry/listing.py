"""Lists part by part, in one order: no item twice, none skipped (design.md#revisions)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from wissel.routing.facts import Fact
from wissel.routing.facts.keys import key_of
from wissel.server.registry.ports import Snapshot, Where

F = TypeVar("F", bound=Fact)

NO_CONDITION: Final[Mapping[str, Where]] = {}
_AT_ONCE: Final = 500  # rows read at a time while most are filtered out
SCANNED_AT_MOST: Final = 20_000
"""After so many rows a part ends, full or not: nobody lets a hub filter millions in one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part of a list is read.

    It begins after the key `after` (empty for the first part) and has at most
    `limit` items, at least 1. `pinned` is the revision at which reading began.
    """

    after: str
    limit: int
    pinned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Generic[F]):
    """One part of a list; the next begins after the key `last`, which is empty if there is none.

    A part may have fewer items than its limit, or none, and not be the last.
    """

    items: tuple[F, ...]
    last: str


async def list_part(
    snapshot: Snapshot,
    kind: type[F],
    part: Part,
    where: Mapping[str, Where] = NO_CONDITION,
    *,
    keep: Callable[[F], bool] | None = None,
    oldest_first: bool = False,
) -> Listed[F]:
    """Return a part of the facts of a kind that existed at its pinned revision.

    They come as they were at that revision, in order of key; with `oldest_first` as
    they are now, in the order in which they were first recorded. The store's indexes
    answer `where`. What they find is filtered by `keep`, and read on until the part is
    full, nothing is left or SCANNED_AT_MOST were read.
    """
    items: list[F] = []
    after, scanned = part.after, 0
    limit = part.limit + 1 if keep is None else max(part.limit + 1, _AT_ONCE)
    read = snapshot.oldest if oldest_first else snapshot.page
    while True:
        rows = await read(kind, after=after, limit=limit, pinned=part.pinned, **where)
        for row in rows:
            if keep is not None and not keep(row):
                continue
            if len(items) == part.limit:
                return Listed(items=tuple(items), last=key_of(items[-1]))
            items.append(row)
        if len(rows) < limit:
            return Listed(items=tuple(items), last="")
        after = key_of(rows[-1])
        scanned += len(rows)
        if scanned >= SCANNED_AT_MOST:
            return Listed(items=tuple(items), last=after)
