"""Orders as the hub gives them to a source, for tests that give them themselves."""

import datetime as dt
from dataclasses import replace
from typing import Any

from support.fakes.las import signer_of
from support.fetching import FROM_XA, TO_XC
from support.prepared.world import PUPIL, ProvidingWorld
from support.worlds import small_world
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.envelope import Address, Kind
from wissel.routing.exchange.fetching.orders import ProvideOrder, Wish
from wissel.routing.values.identifiers import RoutingKey
from wissel.server.courier.wire import signed_order


async def order(world: ProvidingWorld, **changes: Any) -> ProvideOrder:
    """Return the order that the hub gives when 99XC asks for the pupil, but for `changes`."""
    session = await world.fetching.start_uuid()
    key = world.key(str(session), PUPIL)
    now = dt.datetime.now(dt.UTC)
    made = ProvideOrder(
        hub_oin=HUB.oin,
        session_id=session,
        source_oin=NOORD.oin,
        source=Address(organisation=small_world.XA, routing_key=RoutingKey(FROM_XA)),
        requester_oin=ZUID.oin,
        requester=Address(organisation=small_world.XC, routing_key=RoutingKey(TO_XC)),
        kind=Kind.OVERSTAP,
        wish=Wish(
            key=key["search_key"],
            source_key_id=key["source_key_id"],
            requester_key_id=key["requester_key_id"],
        ),
        issued=now,
        expires=now + dt.timedelta(minutes=1),
    )
    return replace(made, **changes)


async def signed(world: ProvidingWorld) -> dossier_pb2.Signed:
    """Return the same order, signed by the hub."""
    own = world.world.hub.pki.issue("hub-again", oin=HUB.oin)
    return signed_order(await order(world), signer_of(own))
