"""The addresses of host names, looked up within bounds (design.md#dialling).

Who owns a name decides what its name servers do: answer late, never, or with a
thousand addresses. So a look-up takes only so long, and of one party only so many
are made at once.
"""

import asyncio
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.bounded_cache import BoundedCache
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.receivers.addresses import IpAddress
from wissel.server.courier.receivers.causes import Cause

AT_ONCE: Final = 32
"""How many look-ups a process makes at once."""
AT_ONCE_OF_ONE: Final = 2
"""How many of them for one party."""
WAITING_OF_ONE: Final = 16
"""How many for one party may be made or wait for that."""
REMEMBERED: Final = 1024
"""How many names a process remembers."""
SHORTEST: Final = 5.0
"""How many seconds an answer counts at least, also that there is none."""
LONGEST: Final = 3600.0
"""How many seconds it counts at most."""
KEPT: Final = 64
"""How many addresses of a name are kept."""


class Found(NamedTuple):
    """The addresses of a name, and for how many seconds its servers say that they hold."""

    addresses: tuple[IpAddress, ...]
    lifetime: float


class LookupFailed(Exception):
    """A name has no addresses, or its servers do not say; the message tells why."""


class Resolver(Protocol):
    """Looks names up."""

    async def __call__(self, host: str) -> Found:
        """Look a name up, however long that takes; raises `LookupFailed`."""
        ...

    async def close(self) -> None:
        """End what is under way."""
        ...


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of a look-up: addresses, or why there are none; it holds until an instant."""

    addresses: tuple[IpAddress, ...]
    problem: str
    until: float


class _Party:
    """The look-ups for one party: how many are made or wait, and the turns to make one."""

    __slots__ = ("count", "turns")

    def __init__(self) -> None:
        self.count = 0
        self.turns = asyncio.Semaphore(AT_ONCE_OF_ONE)


class HostNames:
    """Looks up names for parties; `clock` is monotonic, and `seconds` how long anybody waits."""

    def __init__(self, resolver: Resolver, seconds: float, clock: Callable[[], float]) -> None:
        self._resolver = resolver
        self._seconds = seconds
        self._clock = clock
        self._known = BoundedCache[str, _Answer](REMEMBERED)
        self._asking: dict[tuple[str, Oin], asyncio.Task[_Answer]] = {}
        self._parties: dict[Oin, _Party] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def addresses(self, host: str, oin: Oin) -> tuple[IpAddress, ...]:
        """Return the addresses of a host, which a receiver with this OIN has named.

        1. A host that is an address needs no look-up.
        2. An answer counts for as long as the name's servers say, between 5 seconds
           and an hour; that there is none counts for 5 seconds.
        3. Otherwise the name is looked up, once for all who ask for this party.
           Only so many look-ups are made at once, in all and for one party; those
           beyond wait for a turn.

        Raises `Refused(RECEIVER_UNREACHABLE)` with the host and why.
        """
        # 1.
        address = _literal(host)
        if address is not None:
            return (address,)
        # 2.
        answer = self._known.get(host)
        if answer is None or answer.until <= self._clock():
            # 3.
            answer = await self._asked(host, oin)
        if answer.problem:
            raise _unreachable(host, answer.problem)
        return answer.addresses

    async def close(self) -> None:
        """Give up what is being looked up."""
        for task in list(self._asking.values()):
            task.cancel()
            await asyncio.wait([task])
        await self._resolver.close()

    async def _asked(self, host: str, oin: Oin) -> _Answer:
        task = self._asking.get((host, oin)) or self._ask(host, oin)
        done, _ = await asyncio.wait([task], timeout=self._seconds)
        if not done or task.cancelled():
            raise _unreachable(host, "its name servers do not answer in time")
        return task.result()

    def _ask(self, host: str, oin: Oin) -> asyncio.Task[_Answer]:
        """Begin a look-up. Its turn ends when it does, also if nobody waits for it any more."""
        party = self._parties.setdefault(oin, _Party())
        if party.count >= WAITING_OF_ONE:
            raise _unreachable(host, "too many names of its party are being looked up")
        party.count += 1
        task = asyncio.create_task(self._answer(host, party), name="look a name up")
        self._asking[host, oin] = task
        task.add_done_callback(lambda _: self._ended(host, oin, party))
        return task

    def _ended(self, host: str, oin: Oin, party: _Party) -> None:
        del self._asking[host, oin]
        party.count -= 1
        if not party.count:
            del self._parties[oin]

    async def _answer(self, host: str, party: _Party) -> _Answer:
        try:
            async with party.turns, self._turns:
                found = await self._resolver(host)
        except LookupFailed as failed:
            answer = _Answer((), str(failed), self._clock() + SHORTEST)
        else:
            lifetime = min(max(found.lifetime, SHORTEST), LONGEST)
            answer = _Answer(found.addresses[:KEPT], "", self._clock() + lifetime)
        self._known.put(host, answer)
        return answer


def _literal(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _unreachable(host: str, problem: str) -> Refused:
    return Refused(Reason.RECEIVER_UNREACHABLE, host=host, problem=problem, cause=Cause.DNS)
