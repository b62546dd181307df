"""What every servicer answers from: the database, the facts in memory and the clock."""

import datetime as dt
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol
from uuid import UUID

from wissel.routing.exchange.delivery import Delivery, Known
from wissel.routing.exchange.fetching.notifications import Notification
from wissel.routing.exchange.fetching.transfers import Transfer, TransferResult
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import Signer
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Oin, RoutingKey
from wissel.server.courier.fetch.plan import Fetch, Plan
from wissel.server.courier.fetch.relay import Write
from wissel.server.courier.fetch.signing_off import Signed
from wissel.server.courier.notify.ports import (
    KeptNotifications,
    NoNotifications,
    leave_to_later,
)
from wissel.server.courier.ports import Clock, PeerTrust, Renewed, Tables
from wissel.server.courier.reachability.view import NothingKnown, Reachability
from wissel.server.courier.timeline import DeliveryObserver, Timeline
from wissel.server.registry.ports import Register, Snapshot
from wissel.server.rpc.calls.call import Call, current
from wissel.server.rpc.calls.gates import Gates
from wissel.server.rpc.calls.sharing.waiting import WaitingCalls
from wissel.server.rpc.requests.impacts import Impacts
from wissel.server.rpc.requests.pinned import PinnedTables
from wissel.server.rpc.requests.watches import Watches


class Deliveries(Protocol):
    """What became of messages."""

    async def find(self, sender_oin: Oin, message_id: UUID) -> Known | None:
        """Return what is known of a message, None if nothing is."""
        ...


class NoDeliveries:
    """Knows of no message: that of a server that forwards none."""

    async def find(self, _sender_oin: Oin, _message_id: UUID) -> Known | None:
        """Return None."""
        return None


class Transfers(Protocol):
    """Sessions of prepare and fetch. Each method raises `Refused(RECORD_UNAVAILABLE)`."""

    async def start_transfer(self, transfer: Transfer) -> None:
        """Keep a new session; raises `Refused(TRANSFERS_EXCEEDED)` (`transfers.MOST_A_DAY`)."""
        ...

    async def find_transfer(self, session_id: UUID) -> Transfer | None:
        """Return a session, None if there is none."""
        ...

    async def open_transfer(self, session_id: UUID) -> Transfer | None:
        """Return a session as this process knew it last, None if there is none.

        It may have been signed off elsewhere: `use_transfer_key`, and the journal's
        `sign_for`, look again in what they write.
        """
        ...

    async def use_transfer_key(
        self, transfer: Transfer, routing_key: RoutingKey, key_sha256: bytes
    ) -> None:
        """Use a key at a delivery point in a session, of which a digest is kept till its end.

        Raises `Refused(SESSION_DEVIATES)` if another one was used there before, and
        what `transfers.usable_by` refuses, and NOT_FOUND_EXCEEDED
        (`transfers.MOST_NOT_FOUND`).
        """
        ...

    async def miss_transfer(self, transfer: Transfer, routing_key: RoutingKey) -> None:
        """Note that a source had no dossier at a delivery point for the key of a session."""
        ...

    async def transfer_misses(self, transfer: Transfer) -> int:
        """Return how often a session's requester found nothing at its source, in 24 hours."""
        ...

    async def sign_off_transfer(
        self, session_id: UUID, caller: Oin, result: TransferResult, now: dt.datetime
    ) -> Transfer:
        """End a session of the caller; raises what `transfers.sign_off` refuses."""
        ...


STARTED: Final = "STARTED"
"""What an observer is told of a session that was started."""


class FetchObserver(DeliveryObserver, Protocol):
    """Observes fetches and the sessions that they are made in."""

    def session(self, change: str) -> None:
        """Count a session that was started (`STARTED`), or signed off with a result."""
        ...


class Unobserved:
    """Observes nothing."""

    def timeline(self) -> Timeline:
        """Return a timeline for the log alone."""
        return Timeline(time.perf_counter)

    def ended(self, _timeline: Timeline) -> None:
        """Record nothing."""

    def session(self, _change: str) -> None:
        """Count nothing."""


class NoTransfers:
    """Keeps no session: that of a server without a journal."""

    async def start_transfer(self, _transfer: Transfer) -> None:
        """Refuse to keep it."""
        raise Refused(Reason.RECORD_UNAVAILABLE)

    async def find_transfer(self, _session_id: UUID) -> Transfer | None:
        """Return None."""
        return None

    async def open_transfer(self, _session_id: UUID) -> Transfer | None:
        """Return None."""
        return None

    async def use_transfer_key(
        self, _transfer: Transfer, _routing_key: RoutingKey, _key_sha256: bytes
    ) -> None:
        """Refuse to use what is not there."""
        raise Refused(Reason.SESSION_UNKNOWN)

    async def miss_transfer(self, _transfer: Transfer, _routing_key: RoutingKey) -> None:
        """Refuse to note what cannot be kept."""
        raise Refused(Reason.RECORD_UNAVAILABLE)

    async def transfer_misses(self, _transfer: Transfer) -> int:
        """Return 0."""
        return 0

    async def sign_off_transfer(
        self, _session_id: UUID, _caller: Oin, _result: TransferResult, _now: dt.datetime
    ) -> Transfer:
        """Refuse to end what is not there."""
        raise Refused(Reason.SESSION_UNKNOWN)


class Fetches(Protocol):
    """Fetches dossiers from their sources: the courier."""

    def plan(self, fetch: Fetch, remaining: float | None) -> Plan:
        """Decide on a fetch; see `Courier.plan`."""
        ...

    async def fetch(self, planned: Plan, write: Write, timeline: Timeline) -> Delivery:
        """Give a requester what it asks for; see `Courier.fetch`."""
        ...

    async def sign_off(self, session: Transfer, signed: Signed) -> Delivery:
        """Take a requester's receipt; see `Courier.sign_off`."""
        ...


class RevisionRequest(Protocol):
    """A request for a read that may name the least revision to answer from."""

    at_least_revision: int

    def HasField(self, field_name: Literal["at_least_revision"]) -> bool:
        """Whether an optional field is there, as protobuf defines it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """The register, the facts in memory and the settings, as servicers use them.

    `signer` signs for the hub, under `hub_oin`, and `trust` verifies what others signed.
    `clock` gives aware instants. `max_closed_share` (0 to 1) is the largest
    share of open locations that an import of schools may close. `reachability` tells
    which receivers answer, `deliveries` what became of messages; `transfers` keeps the
    sessions of prepare and fetch, and `fetches` fetches for them: None on a server that
    forwards nothing. `fetch_observer` is told of both. `notifications` keeps what is
    announced to requesters, and `tell_soon` begins to tell it.
    """

    register: Register
    follower: Tables
    gates: Gates
    waiting: WaitingCalls
    clock: Clock
    new_id: Callable[[], UUID]
    hub_oin: Oin
    signer: Renewed[Signer]
    trust: PeerTrust
    max_closed_share: float
    impacts: Impacts = field(default_factory=Impacts)
    pinned: PinnedTables = field(default_factory=PinnedTables)
    watches: Watches = field(default_factory=Watches)
    reachability: Reachability = field(default_factory=NothingKnown)
    deliveries: Deliveries = field(default_factory=NoDeliveries)
    transfers: Transfers = field(default_factory=NoTransfers)
    fetches: Fetches | None = None
    fetch_observer: FetchObserver = field(default_factory=Unobserved)
    notifications: KeptNotifications = field(default_factory=NoNotifications)
    tell_soon: Callable[[Notification], None] = leave_to_later

    def today(self) -> dt.date:
        """Return the day of this moment in Amsterdam."""
        return day_of(self.clock())

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """Open a consistent read of the database for the current call.

        Raises `Refused(OVERLOADED)` if too many calls wait for the database.
        """
        with self.waiting.counted(current()):
            async with self.register.snapshot() as snapshot:
                yield snapshot

    async def at(self, request: RevisionRequest) -> Call:
        """Return the current call, once the facts are at the revision that it asks for.

        Raises `Refused` with REVISION_UNKNOWN or REVISION_NOT_REACHED, and with
        OVERLOADED if it is to wait and too many do.
        """
        call = current()
        if request.HasField("at_least_revision"):
            revision = request.at_least_revision
            if self.follower.table.revision < revision:
                with self.waiting.counted(call):
                    await self.follower.reached(revision)
            call.table = self.follower.table
            if call.caller is not None:
                call.caller = self.gates.caller_of(call.caller.peer, call.table)
        return call
