"""A terugkoppeling goes from a samenwerkingsverband to the school of its link, and nowhere else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from support.fetching import FROM_XA
from support.notifying import TO_SWV, NotifyWorld, notifying
from support.worlds import small_world
from support.worlds.forwarding import Envelope, evergreen
from support.worlds.hub import reason_of
from wissel.clients.testing.cast import NOORD, SWV, ZUID
from wissel.routing.exchange.delivery import Delivery, State
from wissel.routing.exchange.envelope import Address, Attestation, Kind

SENDER = Address(organisation=SWV, routing_key=TO_SWV)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[NotifyWorld]:
    async with notifying(tmp_path) as world:
        yield world


def feedback(world: NotifyWorld, key: UUID | None, **changes: Any) -> Envelope:
    """Return a terugkoppeling about a link, but for `changes`."""
    values: dict[str, Any] = {
        "sender_oin": ZUID.oin,
        "sender": SENDER,
        "receiver": Address(organisation=small_world.XA),
        "service": small_world.OSO_SWV,
        "version": None,
        "kind": Kind.FEEDBACK,
        "attestation": Attestation(),
        "link_key": key,
        "signer": world.world.signer("zuid"),
    }
    return world.world.message(**(values | changes))


async def announced(world: NotifyWorld) -> UUID:
    key = UUID((await world.announce()).link_key)
    await world.told()
    return key


async def refused(world: NotifyWorld, message: Envelope, name: str = "zuid") -> str:
    return reason_of(await world.world.refusal(message, name))


async def test_it_comes_to_the_delivery_point_that_announced(world: NotifyWorld) -> None:
    key = await announced(world)
    other = small_world.endpoint(small_world.A_NOORD, 5, url=world.source.url)
    await world.world.hub.put(*evergreen([other]))
    message = feedback(world, key)

    await world.world.send(message, "zuid")

    (opened,) = world.source.opened
    assert opened.stamp.routing_key == FROM_XA
    assert opened.header.context.link_key == key
    kept = await world.world.journal.find(ZUID.oin, message.message_id)
    assert isinstance(kept, Delivery)
    assert (kept.order.service, kept.order.receiver_oin) == ("OSO_SWV", NOORD.oin)
    assert kept.state is State.DELIVERED


async def test_a_place_in_the_header_goes_first(world: NotifyWorld) -> None:
    key = await announced(world)
    other = small_world.endpoint(small_world.A_NOORD, 5, url=world.source.url)
    await world.world.hub.put(*evergreen([other]))
    place = Address(organisation=small_world.XA, routing_key=other.routing_key)

    await world.world.send(feedback(world, key, receiver=place), "zuid")

    assert world.source.opened[0].stamp.routing_key == other.routing_key


async def test_whoever_acts_for_the_school_now_is_answered(world: NotifyWorld) -> None:
    """The link is of Noord, which has no mandate any more; Zuid has one, and other keys."""
    key = await announced(world)
    new = small_world.mandate(small_world.XA, small_world.LAS_ZUID)
    point = small_world.endpoint(new, 7, url=world.las.url)
    old = [replace(each, stopped=True) for each in (small_world.A_NOORD, small_world.A_NOORD_SWV)]
    await world.world.hub.put(*evergreen([*old, new, point]))

    await world.world.send(feedback(world, key), "zuid")

    assert world.las.opened[0].stamp.routing_key == point.routing_key


async def test_of_another_system_the_announcing_point_goes_not_first(world: NotifyWorld) -> None:
    """Without a place two delivery points are ambiguous, unless one of them announced."""
    key = await announced(world)
    new = small_world.mandate(small_world.XA, small_world.LAS_ZUID)
    stolen = replace(small_world.endpoint(new, 1, url=world.las.url), routing_key=FROM_XA)
    other = small_world.endpoint(new, 8, url=world.las.url)
    await world.world.hub.put(*evergreen([replace(small_world.A_NOORD, stopped=True)]))
    await world.world.hub.put(*evergreen([new, stolen, other]))

    assert await refused(world, feedback(world, key)) == "ROUTE_AMBIGUOUS"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sender": Address(organisation=SWV)}, "FIELD_REQUIRED"),
        (
            {"sender": Address(organisation=SWV, routing_key=small_world.key(SWV, 9))},
            "LINK_KEY_INVALID",
        ),
        ({"receiver": Address(organisation=small_world.XC)}, "LINK_KEY_INVALID"),
        ({"receiver": Address(organisation=SWV)}, "RELATION_INVALID"),
        ({"sender": Address(organisation=small_world.XC)}, "RELATION_INVALID"),
        ({"service": small_world.OSO_OV}, "KIND_NOT_ALLOWED"),
        ({"link_key": uuid4()}, "LINK_KEY_INVALID"),
        ({"link_key": None}, "HEADER_MALFORMED"),
        ({"kind": Kind.SWV}, "HEADER_MALFORMED"),
    ],
)
async def test_what_is_not_of_the_link_goes_nowhere(
    world: NotifyWorld, changes: dict[str, Any], reason: str
) -> None:
    key = await announced(world)

    assert await refused(world, feedback(world, key, **changes)) == reason
    assert world.source.opened == []


async def test_the_school_cannot_send_one_with_its_own_key(world: NotifyWorld) -> None:
    key = await announced(world)
    message = feedback(world, key, sender_oin=NOORD.oin, signer=world.world.signer("noord"))

    assert await refused(world, message, "noord") == "LINK_KEY_INVALID"


async def test_an_expired_link_answers_nothing(world: NotifyWorld) -> None:
    assert await refused(world, feedback(world, await world.link_of(days=367))) == (
        "LINK_KEY_INVALID"
    )
    await world.world.send(feedback(world, await world.link_of(days=364)), "zuid")


async def test_a_mandate_that_ends_between_stops_it(world: NotifyWorld) -> None:
    key = await announced(world)
    await world.world.hub.put(replace(small_world.SWV_ZUID, stopped=True))
    assert await refused(world, feedback(world, key)) == "SENDER_NOT_ALLOWED"

    await world.world.hub.put(small_world.SWV_ZUID, replace(small_world.A_NOORD, stopped=True))
    assert await refused(world, feedback(world, key)) == "RECEIVER_NOT_CONNECTED"
