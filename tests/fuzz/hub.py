"""A hub up to its database: what servicers read and decide with, and nothing beyond it."""

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any, Final, NoReturn, cast

from support.worlds import small_world
from wissel.clients.testing.cast import DUO, HUB, NOORD, OPERATOR
from wissel.routing.facts import Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.server.rpc.calls.call import Caller
from wissel.server.rpc.calls.sharing.waiting import WaitingCalls
from wissel.server.rpc.requests.backend import Backend

_NO_PEER: Final = cast(Any, None)  # no certificate is looked at
CALLERS: Final = (
    Caller(
        oin=NOORD.oin,
        party=NOORD.oin,
        role=Role.VENDOR,
        name="Noord",
        peer=_NO_PEER,
        system_ids=(small_world.LAS_NOORD,),
    ),
    Caller(oin=DUO.oin, party=DUO.oin, role=Role.CHAIN_PARTNER, name="DUO", peer=_NO_PEER),
    Caller(
        oin=OPERATOR.oin, party=OPERATOR.oin, role=Role.OPERATOR, name=OPERATOR.title, peer=_NO_PEER
    ),
)
"""A vendor, a chain partner and an operator."""


class Reached(Exception):
    """A request was read, and now the database would be asked."""


class _Database:
    """Stands where the register and the journal are; whoever gets there is done."""

    def snapshot(self) -> NoReturn:
        raise Reached

    def transaction(self, _act: object) -> NoReturn:
        raise Reached

    async def find(self, *_: object) -> NoReturn:
        raise Reached

    async def report(self, *_: object) -> NoReturn:
        raise Reached

    async def page(self, *_: object, **__: object) -> NoReturn:
        raise Reached


class _Follower:
    """Facts that are at one revision, and stay there."""

    table: Table = small_world.table()

    async def reached(self, revision: int) -> None:
        if revision > self.table.revision:
            raise Refused(Reason.REVISION_UNKNOWN, revision=str(revision))

    async def beyond(self, _table: Table | None) -> NoReturn:
        raise Reached

    async def head_revision(self) -> int:
        return self.table.revision

    def staleness(self) -> float:
        return 0.0


class _Gates:
    """Lets a caller stay who it is."""

    def caller_of(self, _peer: object, _table: Table) -> Caller:
        return CALLERS[0]


class _Impacts:
    """Works out at once what a hub leaves to threads."""

    async def in_turn(self, _oin: object, work: Callable[[], Any], _gone: object = None) -> Any:
        return work()

    async def beside(self, work: Callable[[], Any]) -> Any:
        return work()


class _Trust:
    """Finds no path: nothing that a fuzzer signs is trusted."""

    def checking(self, _revoked: object) -> Any:
        return self

    def path(self, *_: object) -> NoReturn:
        raise Refused(Reason.CERTIFICATE_UNTRUSTED)


@cache
def journal() -> Any:
    """Return what takes the place of the journal."""
    return _Database()


@cache
def backend() -> Backend:
    """Return what servicers share, on the small world of `support.worlds.small_world`."""
    return Backend(
        register=cast(Any, _Database()),
        follower=_Follower(),
        gates=cast(Any, _Gates()),
        waiting=WaitingCalls(1),
        clock=lambda: dt.datetime.combine(small_world.TODAY, dt.time(12), dt.UTC),
        new_id=lambda: small_world.ident("new"),
        hub_oin=HUB.oin,
        signer=cast(Any, None),  # nothing is accepted: the register takes nothing
        trust=cast(Any, _Trust()),
        max_closed_share=0.02,
        impacts=cast(Any, _Impacts()),
    )
