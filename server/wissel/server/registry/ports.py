"""What the use cases need of the store."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from wissel.routing.facts import Fact
from wissel.routing.values.identifiers import Oin
from wissel.server.registry.events import WHENEVER, Concerned, Event, Position, Slice, Span

F = TypeVar("F", bound=Fact)


Where = str | tuple[str, ...]
"""A value to filter by; a tuple means one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who makes a change, and why: the part of an event that does not come from the facts.

    `subject` is who it was at the caller's side: `alias:sub` of a login, or the
    caller's OIN and the account that it names, `OIN:account`. Events hold a random
    id for it (ADR 22). It is `proven` if a token showed it: answers that are kept for
    a repeat are then for this person alone. `reason` is free text without the number
    of a person; both may be empty. `request_id` is the caller's UUID, empty if the
    request cannot be repeated; `body_sha256` is the digest of its body, 32 bytes,
    empty without a `request_id`.
    """

    caller: Oin
    method: str
    subject: str = field(default="", repr=False)
    proven: bool = False
    reason: str = ""
    request_id: str = ""
    body_sha256: bytes = b""


class Snapshot(Protocol):
    """Consistent reads of the register at one revision."""

    @property
    def revision(self) -> int:
        """The revision that is read."""
        ...

    async def get(self, kind: type[F], key: str) -> F | None:
        """Return the fact with this key, or None. Keys are those of `facts.keys`."""
        ...

    async def find(self, kind: type[F], **where: Where) -> list[F]:
        """Return the facts whose indexed columns equal `where`, in order of key."""
        ...

    async def page(
        self, kind: type[F], *, after: str, limit: int, pinned: int, **where: Where
    ) -> list[F]:
        """Return up to `limit` facts with a key above `after`, in order of key.

        Only facts that existed at revision `pinned`, as they were then, so that a list
        which is read page by page is one of that revision.
        """
        ...

    async def oldest(
        self, kind: type[F], *, after: str, limit: int, pinned: int, **where: Where
    ) -> list[F]:
        """Return up to `limit` facts in the order in which they were first recorded, then of key.

        They follow the fact with the key `after`, or begin with the first for an empty
        one. They are as they are now, without those that came after `pinned`.
        """
        ...

    async def positions(
        self,
        slices: Sequence[Slice],
        *,
        limit: int,
        after: Position | None = None,
        within: Span = WHENEVER,
        oldest_first: bool = False,
    ) -> list[Position]:
        """Return where up to `limit` events of any of these slices stand, each once.

        The newest come first, or the oldest; they follow `after` in that order. Only
        those of the revisions `within`.
        """
        ...

    async def events(self, positions: Sequence[Position]) -> list[Event]:
        """Return the events at some positions, at most a few dozen, in the order of these."""
        ...

    async def facts_at(self, revision: int, concerned: Concerned) -> Callable[[], list[Fact]]:
        """Return what decodes the facts that deciding needed at a revision, as they were then.

        They are the organisations that are concerned with their mandates, endpoints and
        agreements, and of everybody the parties with their agreements, systems and
        qualifications, and the services. Decoding takes some 10 µs for each: leave it to
        a thread.
        """
        ...

    async def recorded_time(self, revision: int) -> dt.datetime | None:
        """Return when a revision was recorded, None if there is none."""
        ...

    async def revision_at(self, moment: dt.datetime) -> int:
        """Return the last revision that was recorded at or before a moment, 0 if none was."""

    async def marks(self, revisions: Collection[int]) -> Mapping[int, str]:
        """Return for each of these revisions that was recorded by what it is known again.

        Another past may have a revision of the same number, never one with the same mark.
        """
        ...

    async def subjects(self, persons: Collection[str]) -> Mapping[str, str]:
        """Return whom ids of persons stand for, without those that were forgotten."""
        ...

    async def document(self, digest: str) -> bytes | None:
        """Return the document with this SHA-256 (lower-case hex), or None."""
        ...

    async def acceptance(self, agreement_id: str) -> bytes | None:
        """Return what `keep_acceptance` kept, None once its person is forgotten."""
        ...


class Transaction(Snapshot, Protocol):
    """One write to the register. Writes are serialized: what is read here holds at commit."""

    @property
    def now(self) -> dt.datetime:
        """The moment of the change, in UTC; never before that of an earlier change."""
        ...

    @property
    def today(self) -> dt.date:
        """The day of `now` in Amsterdam."""
        ...

    @property
    def answer(self) -> bytes | None:
        """The stored answer if the same request was made before, else None."""
        ...

    @property
    def written(self) -> Sequence[Fact]:
        """The facts that were put and changed something, in the order of `put`."""
        ...

    @property
    def person(self) -> str:
        """The id that stands for who makes the change, empty if nobody is known."""
        ...

    async def person_for(self, subject: str) -> str:
        """Return the id that stands for a subject, who is remembered as acting now."""
        ...

    async def keep_document(self, digest: str, body: bytes) -> None:
        """Keep a document under its SHA-256 (lower-case hex); one that is there stays."""
        ...

    async def keep_acceptance(self, agreement_id: str, signed: bytes) -> None:
        """Keep what was signed about an acceptance by `person`, for as long as that is known."""
        ...

    async def put(self, *facts: Fact) -> None:
        """Record facts, new or replaced; one equal to what is stored changes nothing.

        After the first `put` that changes something `revision` is the new one. After
        `discard` facts are noted as written, and nothing else is done.
        """
        ...

    def answer_with(self, response: bytes) -> None:
        """Keep the answer for a repeat of the same request."""
        ...

    def discard(self) -> None:
        """Roll everything back when the block ends (`validate_only`)."""
        ...


class Register(Protocol):
    """The register: read at any time, written by one transaction at a time."""

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Open a consistent read."""
        ...

    def transaction(self, actor: Actor) -> AbstractAsyncContextManager[Transaction]:
        """Open a write; it commits when the block ends without an exception.

        Raises `Refused(CONTENTION)` if the write lock is not had in time,
        `Refused(REQUEST_ID_REUSED)` if the request id was used with another
        body, `Refused(DATABASE_UNAVAILABLE)` if the store does not answer.
        """
        ...
