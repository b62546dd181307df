"""What every servicer answers from: the database, the facts in memory and the clock."""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol
from uuid import UUID

from wissel.routing.exchange.delivery import Known
from wissel.routing.signing.dsse import Signer
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.ports import Clock, Renewed, Tables
from wissel.server.courier.reachability.view import NothingKnown, Reachability
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


class RevisionRequest(Protocol):
    """A request for a read that may name the least revision to answer from."""

    at_least_revision: int

    def HasField(self, field_name: Literal["at_least_revision"]) -> bool:
        """Whether an optional field is there, as protobuf defines it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """The register, the facts in memory and the settings, as servicers use them.

    `signer` signs for the hub, under `hub_oin`.
    `clock` gives aware instants. `max_closed_share` (0 to 1) is the largest
    share of open locations that an import of schools may close. `reachability` tells
    which receivers answer, `deliveries` what became of messages.
    """

    register: Register
    follower: Tables
    gates: Gates
    waiting: WaitingCalls
    clock: Clock
    new_id: Callable[[], UUID]
    hub_oin: Oin
    signer: Renewed[Signer]
    max_closed_share: float
    impacts: Impacts = field(default_factory=Impacts)
    pinned: PinnedTables = field(default_factory=PinnedTables)
    watches: Watches = field(default_factory=Watches)
    reachability: Reachability = field(default_factory=NothingKnown)
    deliveries: Deliveries = field(default_factory=NoDeliveries)

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
