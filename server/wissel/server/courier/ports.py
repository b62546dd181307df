"""What forwarding needs of others: the journal, the facts, trust, the clock and the hub's keys."""

import datetime as dt
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol, TypeVar
from uuid import UUID

from wissel.routing.exchange.delivery import (
    Delivery,
    Known,
    Order,
    Position,
    ReducedDelivery,
    Result,
    Wanted,
)
from wissel.routing.exchange.fetching.links import Link
from wissel.routing.exchange.fetching.transfers import Transfer, TransferResult
from wissel.routing.exchange.outcome import KeptOutcome
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.trusted_path import PathFinder, Revoked, TrustedPath
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin

Clock = Callable[[], dt.datetime]
"""The moment now, aware."""

STALE_SECONDS: Final = 5.0
"""Older facts than this decide nothing: they may lack a revocation (design.md#staleness)."""


T_co = TypeVar("T_co", covariant=True)


class Renewed(Protocol[T_co]):
    """Something that is renewed while the process lives."""

    @property
    def current(self) -> T_co:
        """The one in force; the same object until it is renewed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTls:
    """The hub's own TLS identity at one moment, with which it serves and calls receivers.

    `key`, `chain` (leaf first) and `roots` are PEM. `context` shakes hands as a
    client with this identity and demands a root of `roots`. `not_after` is the
    earliest in the chain.
    """

    key: bytes = field(repr=False)
    chain: bytes
    roots: bytes
    context: ssl.SSLContext
    not_after: dt.datetime


class Reduction(NamedTuple):
    """What one write reduced: how many messages, and how many entries it forgot."""

    messages: int
    entries: int


class Journal(Protocol):
    """The durable record of deliveries; it never holds a payload.

    A message is known by (sender OIN, message id): the same id from two
    senders is two messages. A write returns when it is on disk. One that cannot
    be made raises `Refused(RECORD_UNAVAILABLE)`, and nothing of it was written.
    """

    async def claim(self, order: Order) -> tuple[Delivery, int | None]:
        """Accept an order in one durable write: see `delivery.claim`.

        Returns the delivery as it stands now, ACCEPTED, or DELIVERED if it has
        been delivered meanwhile; and the revision of the register's head, read
        after the write, None if it could not be read. Raises what
        `delivery.claim` refuses.
        """
        ...

    async def finish(
        self, sender_oin: Oin, message_id: UUID, attempt: int, result: Result
    ) -> Delivery | None:
        """End an attempt: see `delivery.finish`.

        Returns the delivery as it stands now, None if the result came too late
        and was discarded.
        """
        ...

    async def expire(self, sender_oin: Oin, message_id: UUID) -> Delivery | None:
        """End the attempt of a message whose lease has run out: see `delivery.expire`.

        Returns the delivery as it stands now, None if there was nothing to end.
        """
        ...

    async def settle(
        self, sender_oin: Oin, message_id: UUID, attempt: int, result: Result
    ) -> Delivery | None:
        """Record a receiver's final answer about an uncertain message: see `delivery.settle`.

        Returns the delivery as it stands now, None if the message is no longer
        uncertain of that attempt and the answer was discarded.
        """
        ...

    async def sign_for(
        self, session: Transfer, sender_oin: Oin, message_id: UUID, attempt: int, result: Result
    ) -> Delivery | None:
        """As `settle`, and sign off the session in which it was fetched, in one write.

        Where nothing is settled the session stays as it is. Raises what
        `transfers.sign_off` refuses, once the message is settled.
        """
        ...

    async def sign_off_transfer(
        self, session_id: UUID, caller: Oin, result: TransferResult, now: dt.datetime
    ) -> Transfer:
        """End a session of the caller; raises what `transfers.sign_off` refuses."""
        ...

    async def overdue(self, limit: int) -> list[Delivery]:
        """Return up to `limit` deliveries that are ACCEPTED although their lease has run out."""
        ...

    async def uncertain(
        self, since: dt.datetime, after: Delivery | None, limit: int
    ) -> list[Delivery]:
        """Return up to `limit` UNCERTAIN deliveries that were accepted at `since` or later.

        They come in the order in which their leases ended, beginning after
        `after`; that one may have been settled meanwhile.
        """
        ...

    async def find(self, sender_oin: Oin, message_id: UUID) -> Known | None:
        """Return what is known of a message, None if nothing is."""
        ...

    def recent(self, sender_oin: Oin, message_id: UUID) -> Delivery | None:
        """Return what this process wrote last of a message that may move soon, if it knows.

        Others may have moved it since: whoever relies on it writes on condition
        that they have not, as `settle` does.
        """
        ...

    async def page(self, wanted: Wanted, *, after: Position | None, limit: int) -> list[Delivery]:
        """Return up to `limit` deliveries that come after `after`, newest first.

        Those that were reduced are not listed.

        The order is that of `Delivery.position`, which never changes: whatever
        was there when a reader began is shown once, and only once, however many
        hubs write meanwhile.
        """
        ...

    async def keep_outcome(self, outcome: KeptOutcome) -> KeptOutcome:
        """Keep what the receiver of a message says became of it, and return what stands.

        Raises what `outcome.replace_outcome` refuses.
        """
        ...

    async def outcomes(
        self, deliveries: Sequence[Delivery]
    ) -> Mapping[tuple[str, str], KeptOutcome]:
        """Return what is said of messages, by sender OIN and message id, as far as anything is."""
        ...

    async def wipe_transfer_keys(self, limit: int) -> int:
        """Forget up to `limit` digests of keys of sessions that have expired; return how many."""
        ...

    async def forget_transfers(self, before: dt.datetime, limit: int) -> int:
        """Forget up to `limit` sessions that were started before an instant; return how many."""
        ...

    async def ended_before(self, moment: dt.datetime, limit: int) -> list[Delivery]:
        """Return up to `limit` deliveries that are not ACCEPTED, and older than `moment`.

        They were accepted before it, and the lease of their last attempt has ended
        before it. Those that were reduced are not among them.
        """
        ...

    async def reduce(self, deliveries: Sequence[ReducedDelivery]) -> Reduction:
        """Keep of these messages only what is kept for good, in one durable write.

        It may do less than it was asked, so that nobody waits long for it: whoever
        asks again comes to an end. A message that moved meanwhile, or that another
        process has reduced, is left as it is.
        """
        ...


class Links(Protocol):
    """The links between schools and samenwerkingsverbanden."""

    async def link(self, link_sha256: bytes) -> Link | None:
        """Return the link whose key has this digest, None if there is none.

        Raises `Refused(RECORD_UNAVAILABLE)`.
        """
        ...


class Tables(Protocol):
    """The facts in memory, following the log of the register (design.md#staleness)."""

    @property
    def table(self) -> Table:
        """The facts at the newest revision that this process has read."""
        ...

    async def reached(self, revision: int) -> None:
        """Wait until `table` is at this revision or a later one.

        Raises `Refused(REVISION_UNKNOWN)` at once if there is no such revision,
        and `Refused(REVISION_NOT_REACHED)` if it takes more than two seconds.
        """
        ...

    async def beyond(self, table: Table | None) -> Table:
        """Return `table` of this process once it is another one than the one given."""
        ...

    async def head_revision(self) -> int:
        """Return the revision that the database holds at this moment.

        Raises `Refused(DATABASE_UNAVAILABLE)`.
        """
        ...

    def staleness(self) -> float:
        """Return the seconds since the table was last known to hold everything committed."""
        ...


class PeerTrust(PathFinder, Protocol):
    """What the hub trusts, as a client and as a verifier of signatures."""

    def problem(self, path: TrustedPath, revoked: Revoked, at: dt.datetime) -> Refused | None:
        """Return why a path that was built earlier is not trusted at `at`, or None.

        That is CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID,
        CERTIFICATE_UNTRUSTED, CERTIFICATE_REVOKED or REVOCATION_UNKNOWN.
        `revoked` is what the register has revoked.
        """
        ...

    def check(self, path: TrustedPath, revoked: Revoked, at: dt.datetime) -> None:
        """Raise the `problem` of a path, if it has one."""
        ...

    def checking(self, revoked: Revoked) -> PathFinder:
        """Return the finder that also asks the register's revocations."""
        ...

    def stale(self, at: dt.datetime) -> bool:
        """Whether a revocation list is past its nextUpdate."""
        ...
