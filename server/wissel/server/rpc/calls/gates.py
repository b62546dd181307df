"""The gates that a call passes before its servicer sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wissel.routing.facts import Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table.reference import Reference
from wissel.routing.table.table import Table
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.ports import STALE_SECONDS, Tables
from wissel.server.identity.peer import Peer, Peers
from wissel.server.rpc.calls.call import Call, Caller, Context, caller
from wissel.server.rpc.calls.policy import MethodPolicy
from wissel.server.rpc.calls.quota import Buckets, Quota


@dataclass(slots=True)
class Serving:
    """Whether this process still takes calls; `app` sets `stopping` on SIGTERM."""

    stopping: bool = False


class Room:
    """Room for so many calls at once that may wait for the database.

    The others never wait inside the hub: what they wait in is gRPC's queue,
    which has a bound of its own (ADR 10).
    """

    def __init__(self, size: int) -> None:
        self._free = size

    def bounded(self, behavior: Any, policy: MethodPolicy) -> Any:
        """Return a method of a servicer that raises `Refused(OVERLOADED)` for want of room.

        An operator always finds room: it may be what ends the overload. So does
        what decides on the facts in memory, and what answers always.
        """
        if policy.always or policy.in_memory:
            return behavior

        async def bounded(request: object, context: Context) -> Any:
            if self._free <= 0 and not caller().operator:
                raise Refused(Reason.OVERLOADED)
            self._free -= 1
            try:
                return await behavior(request, context)
            finally:
                self._free += 1

        return bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """Lets a call in, with its caller and pinned table filled in, or refuses it."""

    peers: Peers
    follower: Tables
    operators: frozenset[Oin]
    serving: Serving
    room: Room
    buckets: Mapping[Quota, Buckets]
    _known: dict[Oin, tuple[Peer, Reference, Caller]] = field(default_factory=dict)

    def admit(self, call: Call, request: object) -> None:
        """Let the call in or raise `Refused`, by this list in this order.

        1. identity: from the certificate alone, never from the message
        2. registered: a stranger learns its own OIN and nothing else
        3. policy: who may call this method
        4. serving: another process takes what this one no longer should
        5. fresh: facts that are too old decide nothing
        6. quota: only a call that would be served costs anything
        7. readable: a stranger never learns what is wrong with its bytes

        `request` is None for a stream, and a `Refused` for bytes that are no message.
        """
        table, policy = call.table, call.policy
        peer = self.peers.identify(call.context.auth_context(), table.revoked)
        call.caller = caller = self.caller_of(peer, table)
        if caller.role not in policy.who:
            raise _shut_out(caller, call.method)
        if not policy.always:
            if self.serving.stopping:
                raise Refused(Reason.SHUTTING_DOWN)
            if self.follower.staleness() > STALE_SECONDS:
                raise Refused(Reason.REGISTRY_STALE)
        unread = request is None or isinstance(request, Refused)
        if policy.quota is not None:
            call.items = 1 if policy.cost is None or unread else policy.cost(request)
            self.buckets[policy.quota].spend(caller.oin, call.items)
        if isinstance(request, Refused):
            raise request

    def readmit(self, call: Call) -> None:
        """Judge the caller of a running stream again; raises `Refused` as `admit` does."""
        table = self.follower.table
        if call.caller is not None:
            self.peers.still_valid(call.caller.peer, table.revoked)
            caller = self.caller_of(call.caller.peer, table)
            if caller.role not in call.policy.who:
                raise _shut_out(caller, call.method)

    def caller_of(self, peer: Peer, table: Table) -> Caller:
        """Return who the owner of a certificate is in the register.

        A system with an OIN of its own counts as its vendor. The OINs in the
        settings are operators until somebody registers them. The answer is
        kept for as long as parties and systems stay as they are.
        """
        oin = peer.oin
        known = self._known.get(oin)
        if known is not None and known[0] is peer and known[1] is table.reference:
            return known[2]
        caller = self._caller(peer, table)
        if caller.role is not None:  # a stranger leaves nothing behind
            self._known[oin] = (peer, table.reference, caller)
        return caller

    def _caller(self, peer: Peer, table: Table) -> Caller:
        oin = peer.oin
        system_ids = table.systems_of(oin)
        party = table.party(oin)
        if party is None and system_ids:
            system = table.system(system_ids[0])
            party = table.party(system.party) if system else None
        if party is not None:
            return Caller(
                oin=oin, role=party.role, name=party.name, peer=peer, system_ids=system_ids
            )
        role = Role.OPERATOR if oin in self.operators else None
        return Caller(oin=oin, role=role, name="", peer=peer)


def _shut_out(caller: Caller, method: str) -> Refused:
    """Return why the policy shuts a caller out of a method."""
    if caller.role is None:
        return Refused(Reason.PARTY_NOT_REGISTERED, oin=caller.oin)
    return Refused(Reason.METHOD_NOT_ALLOWED, method=method, role=caller.role)
