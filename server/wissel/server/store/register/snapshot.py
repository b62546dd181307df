"""Consistent reads of the register."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy import Select, case, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.routing.facts import Fact
from wissel.server.registry.events import WHENEVER, Concerned, Event, Position, Slice, Span
from wissel.server.registry.ports import Where
from wissel.server.store.database import Database
from wissel.server.store.register.codec import decode
from wissel.server.store.register.past import events as past
from wissel.server.store.register.past.facts import body_at, facts_at
from wissel.server.store.register.persons import kept_acceptance, subjects
from wissel.server.store.register.projection import PROJECTIONS
from wissel.server.store.register.tables import DOCUMENT, HEAD

F = TypeVar("F", bound=Fact)


class SqlSnapshot:
    """Reads in one transaction; implements `registry.ports.Snapshot`."""

    def __init__(self, connection: AsyncConnection, revision: int) -> None:
        self._connection = connection
        self._revision = revision

    @property
    def revision(self) -> int:
        """The revision that is read."""
        return self._revision

    async def get(self, kind: type[F], key: str) -> F | None:
        """Return the fact with this key, or None."""
        table = PROJECTIONS[kind].table
        body = await self._connection.scalar(select(table.c.body).where(table.c.key == key))
        return None if body is None else decode(kind, body)

    async def find(self, kind: type[F], **where: Where) -> list[F]:
        """Return the facts whose indexed columns equal `where`, in order of key.

        A tuple means one of its values. An unknown column is a KeyError.
        """
        projection = PROJECTIONS[kind]
        table = projection.table
        query = select(table.c.body).where(*projection.matching(where)).order_by(table.c.key)
        return await self._facts(kind, query)

    async def page(
        self, kind: type[F], *, after: str, limit: int, pinned: int, **where: Where
    ) -> list[F]:
        """Return up to `limit` facts with a key above `after`, in order of key.

        Only facts that existed at revision `pinned`, as they were then: what is done
        while somebody reads a list page by page changes none of its pages. Facts are
        never deleted and keep their key, so none is skipped and none comes twice.
        Only one that did not answer to `where` then, and does now, is as it is now.
        """
        projection = PROJECTIONS[kind]
        table = projection.table
        query = (
            select(body_at(projection, pinned), case((table.c.revision > pinned, table.c.body)))
            .where(table.c.key > after, table.c.created_revision <= pinned)
            .where(*projection.matching(where))
            .order_by(table.c.key)
            .limit(limit)
        )
        facts = []
        for then, changed in await self._connection.execute(query):
            fact = decode(kind, then)
            answers = changed is None or projection.answers(fact, where)
            facts.append(fact if answers else decode(kind, changed))
        return facts

    async def oldest(
        self, kind: type[F], *, after: str, limit: int, pinned: int, **where: Where
    ) -> list[F]:
        """Return up to `limit` facts in the order in which they were first recorded, then of key.

        They follow the fact with the key `after`, or begin with the first for an empty
        one. They are as they are now, without those that came after `pinned`.
        """
        projection = PROJECTIONS[kind]
        table = projection.table
        age = tuple_(table.c.created_revision, table.c.key)
        query = (
            select(table.c.body)
            .where(table.c.created_revision <= pinned, *projection.matching(where))
            .order_by(table.c.created_revision, table.c.key)
            .limit(limit)
        )
        if after:
            last = select(table.c.created_revision).where(table.c.key == after).scalar_subquery()
            query = query.where(age > tuple_(last, after))
        return await self._facts(kind, query)

    async def positions(
        self,
        slices: Sequence[Slice],
        *,
        limit: int,
        after: Position | None = None,
        within: Span = WHENEVER,
        oldest_first: bool = False,
    ) -> list[Position]:
        """Return where up to `limit` events of any of these slices stand, each once."""
        return await past.positions(
            self._connection,
            slices,
            limit=limit,
            after=after,
            within=within,
            oldest_first=oldest_first,
        )

    async def events(self, positions: Sequence[Position]) -> list[Event]:
        """Return the events at some positions, in the order of these."""
        return await past.events(self._connection, positions)

    async def facts_at(self, revision: int, concerned: Concerned) -> Callable[[], list[Fact]]:
        """Return what decodes the facts that deciding needed at a revision, as they were then."""
        return await facts_at(self._connection, revision, concerned)

    async def recorded_time(self, revision: int) -> dt.datetime | None:
        """Return when a revision was recorded, None if there is none."""
        return await past.recorded_time(self._connection, revision)

    async def revision_at(self, moment: dt.datetime) -> int:
        """Return the last revision that was recorded at or before a moment, 0 if none was."""
        return await past.revision_at(self._connection, moment)

    async def marks(self, revisions: Collection[int]) -> Mapping[int, str]:
        """Return for each of these revisions that was recorded by what it is known again."""
        return await past.marks(self._connection, revisions)

    async def subjects(self, persons: Collection[str]) -> Mapping[str, str]:
        """Return whom ids of persons stand for, without those that were forgotten."""
        return await subjects(self._connection, persons)

    async def document(self, digest: str) -> bytes | None:
        """Return the document with this SHA-256, or None."""
        query = select(DOCUMENT.c.body).where(DOCUMENT.c.sha256 == digest)
        return await self._connection.scalar(query)

    async def acceptance(self, agreement_id: str) -> bytes | None:
        """Return what was signed about an acceptance, None once its person is forgotten."""
        return await kept_acceptance(self._connection, agreement_id)

    async def _facts(self, kind: type[F], query: Select[str]) -> list[F]:
        bodies: Sequence[str] = (await self._connection.scalars(query)).all()
        return [decode(kind, body) for body in bodies]


@asynccontextmanager
async def open_snapshot(database: Database) -> AsyncIterator[SqlSnapshot]:
    """Open a read of one revision."""
    async with database.reading() as connection:
        revision = await connection.scalar(select(HEAD.c.revision))
        yield SqlSnapshot(connection, revision or 0)


async def head_revision(database: Database) -> int:
    """Return the revision of the last committed change, 0 before the first."""
    async with database.reading() as connection:
        return await connection.scalar(select(HEAD.c.revision)) or 0
