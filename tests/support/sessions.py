"""A session of prepare and fetch: 99XC of Zuid asks 99XA; and the order for a fetch in it."""

import datetime as dt
from typing import Final
from uuid import UUID

from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.routing.exchange.envelope import Address, Kind
from wissel.routing.exchange.fetching.orders import ProvideOrder, Wish
from wissel.routing.exchange.fetching.transfers import Terms, start
from wissel.routing.values.identifiers import Brin, Oin, RoutingKey

NOW: Final = dt.datetime(2026, 9, 1, 10, tzinfo=dt.UTC)
TERMS: Final = Terms(
    source=Brin("99XA"),
    requester=Brin("99XC"),
    requester_routing_key=RoutingKey("0000000700099XC00001"),
    kind=Kind.OVERSTAP,
)
SESSION: Final = start(UUID(int=1), ZUID.oin, TERMS, "an-account", NOW)
SEARCH_KEY: Final = bytes(range(32))
ORDER: Final = ProvideOrder(
    hub_oin=Oin(HUB.oin),
    session_id=SESSION.session_id,
    source_oin=Oin(NOORD.oin),
    source=Address(organisation=TERMS.source, routing_key=RoutingKey("0000000700099XA00001")),
    requester_oin=Oin(ZUID.oin),
    requester=Address(organisation=TERMS.requester, routing_key=TERMS.requester_routing_key),
    kind=TERMS.kind,
    wish=Wish(key=SEARCH_KEY, source_key_id="noord-1", requester_key_id="zuid-1"),
    issued=NOW,
    expires=NOW + dt.timedelta(minutes=2),
)
