"""What a process shows of receivers: what all hubs have found, some seconds old at most."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn, Protocol

import structlog

from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.reachability.observation import Observation, ReachState, Receiver
from wissel.server.courier.reachability.ports import Observations
from wissel.server.courier.reachability.receivers import receiver_at

READ_SECONDS: Final = 5.0
"""How often is looked for new observations, between half and one and a half times that."""
_LOG: Final = structlog.get_logger("wissel.receivers")


class Reachability(Protocol):
    """Tells how receivers stand."""

    def of(self, url: str, oin: Oin) -> Observation | None:
        """Return what is known of the receiver with an OIN at an endpoint's URL, if anything is."""
        ...


class NothingKnown:
    """Knows nothing: that of a hub that pings nobody."""

    def of(self, _url: str, _oin: Oin) -> Observation | None:
        """Return None."""
        return None


@dataclass(slots=True)
class ReachabilityView:
    """Keeps in memory what is known of all receivers; `counted` is told how many stand how."""

    observations: Observations
    counted: Callable[[Mapping[ReachState, int]], None]
    _known: Mapping[Receiver, Observation] = field(default_factory=dict)
    _version: int = -1

    def of(self, url: str, oin: Oin) -> Observation | None:
        """Return what is known of the receiver with an OIN at an endpoint's URL, if anything is."""
        return self._known.get(receiver_at(url, oin))

    async def read(self) -> None:
        """Read what is known, if it has changed; raises `Refused(DATABASE_UNAVAILABLE)`."""
        last = await self.observations.last_round()
        if last is None or last.version == self._version:
            return
        self._known = {each.receiver: each for each in await self.observations.all()}
        self._version = last.version
        found = Counter(each.state for each in self._known.values())
        self.counted({state: found[state] for state in ReachState})

    async def keep_fresh(self) -> NoReturn:
        """Read now and then until cancelled; what is refused is logged and tried again."""
        while True:
            try:
                await self.read()
            except Refused as refused:
                _LOG.warning("observations_not_read", reason=refused.reason)
            await asyncio.sleep(READ_SECONDS * (0.5 + random.random()))  # noqa: S311 - processes apart
