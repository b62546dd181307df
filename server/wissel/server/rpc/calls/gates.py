"""The gates that a call passes before its servicer sees it (design.md#authorization)."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from wissel.routing.facts import Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.table.reference import Reference
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.ports import STALE_SECONDS, Tables
from wissel.server.identity.peer import Peer, Peers
from wissel.server.rpc.calls.call import Call, Caller
from wissel.server.rpc.calls.sharing.quota import Buckets, Quota
from wissel.server.rpc.connections.connections import Connections

_LONG_SECONDS: Final = 1.0


@dataclass(slots=True)
class Serving:
    """Whether this process still takes calls; `app` sets `stopping` on SIGTERM."""

    stopping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """Lets a call in, or refuses it.

    The OINs in `operators` are operators until somebody registers them. `buckets`
    has those of each quota.
    """

    peers: Peers
    follower: Tables
    operators: frozenset[Oin]
    serving: Serving
    buckets: Mapping[Quota, Buckets]
    connections: Connections
    _known: dict[Oin, tuple[Peer, Reference, Caller]] = field(default_factory=dict)

    def admit(self, call: Call) -> None:
        """Let a call in, with its caller filled in, or raise `Refused`.

        Nothing of its request has been read yet (ADR 20).
        """
        try:
            self._identify(call)  # from the certificate alone, never from the message
        except Refused:
            self.connections.turned_away(call.context)
            raise
        self._count(call)  # nobody has more calls and connections than they may
        self._judge(call)

    def admit_request(self, call: Call, request: object) -> None:
        """Let in the request of a call that was let in, or raise `Refused`.

        `request` is None for a stream, and a `Refused` for bytes that are no message.
        If the request was long in coming, or the facts changed meanwhile, its
        call is judged again, by the facts of now.
        """
        table = self.follower.table
        if table is not call.table or time.perf_counter() - call.started > _LONG_SECONDS:
            call.table = table
            self._identify(call)
            self._judge(call)
        self._charge(call, request)  # only a call that would be served costs anything
        if isinstance(request, Refused):  # who may not call never learns what is wrong with it
            raise request

    def readmit(self, call: Call) -> None:
        """Judge the caller of a running stream again; raises `Refused` as `admit` does."""
        if call.caller is not None:
            table = self.follower.table
            self.peers.still_valid(call.caller.peer, table.revoked)
            _require_role(self.caller_of(call.caller.peer, table), call)

    def caller_of(self, peer: Peer, table: Table) -> Caller:
        """Return who the owner of a certificate is in the register.

        A system with an OIN of its own counts as its vendor. The answer is kept
        for as long as parties and systems stay the same: that saves 3 µs of each
        call (timed with `timeit`).
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
                oin=oin,
                party=party.oin,
                role=party.role,
                name=party.name,
                peer=peer,
                system_ids=system_ids,
            )
        role = Role.OPERATOR if oin in self.operators else None
        return Caller(oin=oin, party=oin, role=role, name="", peer=peer)

    def _identify(self, call: Call) -> None:
        peer = self.peers.identify(call.context.auth_context(), call.table.revoked)
        call.caller = self.caller_of(peer, call.table)

    def _count(self, call: Call) -> None:
        who = call.admitted
        self.connections.enter(call, call.context, who.oin, stranger=who.role is None)

    def _judge(self, call: Call) -> None:
        self._authorize(call)  # a stranger learns its own OIN, any other its role, and no more
        self._serve(call)  # another process takes what this one no longer should
        self._trust_facts(call)  # facts that are too old decide nothing

    def _authorize(self, call: Call) -> None:
        _require_role(call.admitted, call)

    def _serve(self, call: Call) -> None:
        if self.serving.stopping and not call.policy.always:
            raise Refused(Reason.SHUTTING_DOWN)

    def _trust_facts(self, call: Call) -> None:
        if not call.policy.always and self.follower.staleness() > STALE_SECONDS:
            raise Refused(Reason.REGISTRY_STALE)

    def _charge(self, call: Call, request: object) -> None:
        row, caller = call.policy, call.admitted
        if row.quota is None:
            return
        quota, unread = row.quota, request is None or isinstance(request, Refused)
        call.items = 1 if row.cost is None or unread else row.cost(request)
        if row.of_others is not None and not unread and caller.role is Role.VENDOR:
            own = {caller.oin, caller.party}
            quota = Quota.LOOKUP if row.of_others(request, call.table, own) else quota
        self.buckets[quota].spend(caller.oin, call.items)


def _require_role(caller: Caller, call: Call) -> None:
    """Refuse a caller whose role is not in the row of the method."""
    if caller.role in call.policy.who:
        return
    if caller.role is None:
        raise Refused(Reason.PARTY_NOT_REGISTERED, oin=caller.oin)
    raise Refused(Reason.METHOD_NOT_ALLOWED, method=call.method, role=caller.role)
