"""Lists part by part, in order of key: no item twice, none skipped (design.md#revisions)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from wissel.routing.facts import Fact
from wissel.routing.facts.keys import key_of
from wissel.server.registry.ports import Snapshot, Where

F = TypeVar("F", bound=Fact)

NO_CONDITION: Final[Mapping[str, Where]] = {}
_AT_ONCE: Final = 500  # rows read at a time while most are filtered out


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
    """One part; `last` is the key after which the next begins, empty if there is none."""

    items: tuple[F, ...]
    last: str


async def listed(
    snapshot: Snapshot,
    kind: type[F],
    part: Part,
    where: Mapping[str, Where] = NO_CONDITION,
    *,
    keep: Callable[[F], bool] | None = None,
) -> Listed[F]:
    """Return a part of the facts of a kind that existed at its pinned revision.

    `where` is answered by the store's indexes; `keep` filters what it returns,
    and reading goes on until the part is full or nothing is left.
    """
    items: list[F] = []
    after = part.after
    limit = part.limit + 1 if keep is None else max(part.limit + 1, _AT_ONCE)
    while True:
        rows = await snapshot.page(kind, after=after, limit=limit, pinned=part.pinned, **where)
        for row in rows:
            if keep is not None and not keep(row):
                continue
            if len(items) == part.limit:
                return Listed(items=tuple(items), last=key_of(items[-1]))
            items.append(row)
        if len(rows) < limit:
            return Listed(items=tuple(items), last="")
        after = key_of(rows[-1])
