"""A session of prepare and fetch: 99XC of Zuid asks 99XA."""

import datetime as dt
from typing import Final
from uuid import UUID

from wissel.clients.testing.cast import ZUID
from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.transfers import Terms, start
from wissel.routing.values.identifiers import Brin, RoutingKey

NOW: Final = dt.datetime(2026, 9, 1, 10, tzinfo=dt.UTC)
TERMS: Final = Terms(
    source=Brin("99XA"),
    requester=Brin("99XC"),
    requester_routing_key=RoutingKey("0000000700099XC00001"),
    kind=Kind.OVERSTAP,
)
SESSION: Final = start(UUID(int=1), ZUID.oin, TERMS, "an-account", NOW)
