"""What may not be announced, and what a link does not open."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.builders import envelopes
from support.fetching import FROM_XA, TO_XC
from support.notifying import FOR_SWV, NotifyWorld, notifying
from support.worlds import small_world
from support.worlds.forwarding import evergreen
from wissel.clients.testing.cast import SWV
from wissel.routing.facts import AgreementKind, Samenwerkingsverband
from wissel.routing.values.identifiers import Oin, RoutingKey, Swv
from wissel.traffic.v1 import transfer_service_pb2 as pb

OTHER = small_world.key(SWV, 2)
TEN, TEN_OIN = Swv("PO9902"), Oin("00000003990000059000")
AT_TEN = RoutingKey("00000003990000059001")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[NotifyWorld]:
    async with notifying(tmp_path) as world:
        yield world


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"notification_id": ""}, "FIELD_REQUIRED"),
        ({"notification_id": "123456782"}, "FIELD_INVALID"),
        ({"requester": pb.Requester()}, "FIELD_REQUIRED"),
        ({"initiator": "short"}, "FIELD_INVALID"),
        ({"session_id": str(uuid4())}, "FIELD_INVALID"),
        ({"overdrachtsoort": "overstapdossier"}, "RELATION_INVALID"),
        ({"overdrachtsoort": "terugkoppeling"}, "RELATION_INVALID"),
        ({"requester": pb.Requester(brin="99XC", routing_key=TO_XC)}, "RELATION_INVALID"),
        ({"source_brin": "98ZZ"}, "SENDER_UNKNOWN"),
        ({"source_routing_key": small_world.key(small_world.XA, 9)}, "DELIVERY_POINT_UNKNOWN"),
        ({"requester": pb.Requester(swv="PO9902", routing_key=OTHER)}, "RECEIVER_UNKNOWN"),
        ({"requester": pb.Requester(swv=SWV, routing_key=OTHER)}, "RECEIVER_NOT_CONNECTED"),
    ],
)
async def test_what_may_not_be_announced(
    world: NotifyWorld, changes: dict[str, Any], reason: str
) -> None:
    assert await world.refused(world.announce(**changes)) == reason
    assert world.las.notified == []


async def test_only_the_system_of_a_delivery_point_announces_there(world: NotifyWorld) -> None:
    assert await world.refused(world.announce("zuid")) == "DELIVERY_POINT_UNKNOWN"
    assert await world.refused(world.announce("desk")) == "METHOD_NOT_ALLOWED"
    assert world.las.notified == []


async def test_a_session_is_that_of_this_requester_and_this_source(world: NotifyWorld) -> None:
    mine = await world.start()
    of_swv = await world.start_swv()
    stranger = pb.Requester(brin="99XB", routing_key=small_world.key(small_world.XB, 2))

    assert await world.refused(world.available("")) == "FIELD_REQUIRED"
    assert await world.refused(world.available(str(uuid4()))) == "SESSION_UNKNOWN"
    assert await world.refused(world.available(of_swv)) == "SESSION_UNKNOWN"
    assert await world.refused(world.available(mine, requester=stranger)) == "SESSION_UNKNOWN"
    assert world.las.notified == []
    assert (await world.available(mine)).state == "PENDING"


async def test_a_requester_with_another_system_is_another(world: NotifyWorld) -> None:
    session = await world.start()
    new = small_world.mandate(small_world.XC, small_world.LAS_NOORD)
    point = small_world.endpoint(new, 1, vestiging="01", url=world.source.url)
    old = dataclasses.replace(small_world.C_ZUID, stopped=True)
    await world.world.hub.put(*evergreen([old, new, point]))

    assert await world.refused(world.available(session)) == "SESSION_DEVIATES"


async def test_a_link_opens_what_it_was_made_for_alone(world: NotifyWorld) -> None:
    key = (await world.announce()).link_key
    await world.told()
    other = dataclasses.replace(
        small_world.endpoint(small_world.A_NOORD_SWV, 3, version=small_world.SWV_2026),
        url=world.source.url,
    )
    await world.world.hub.put(*evergreen([other]))

    async def asked(**changes: Any) -> str:
        return await world.refused(world.fetch_swv(key, **changes))

    assert await asked(source_routing_key=other.routing_key) == "LINK_KEY_INVALID"
    assert await asked(link_key=str(uuid4())) == "LINK_KEY_INVALID"
    assert await asked(link_key=None, search_key=bytes(32)) == "FIELD_REQUIRED"
    assert await asked(link_key=str(await world.link_of(days=366))) == "LINK_KEY_INVALID"
    assert world.source.orders == []
    assert (await world.fetch_swv(key)).payload == envelopes.PAYLOAD
    assert (await world.fetch_swv(str(await world.link_of(days=364)))).payload


async def test_a_link_is_not_of_the_next_vendor_of_the_school(world: NotifyWorld) -> None:
    key = (await world.announce()).link_key
    await world.told()
    new = small_world.mandate(small_world.XA, small_world.LAS_ZUID, small_world.OSO_SWV)
    point = dataclasses.replace(
        small_world.endpoint(new, 1, version=small_world.SWV_2026, url=world.las.url),
        routing_key=FROM_XA,
    )
    old = dataclasses.replace(small_world.A_NOORD_SWV, stopped=True)
    await world.world.hub.put(*evergreen([old]))
    await world.world.hub.put(*evergreen([new, point]))

    assert await world.refused(world.fetch_swv(key)) == "LINK_KEY_INVALID"


async def test_what_was_announced_is_told_to_nobody_else(world: NotifyWorld) -> None:
    """The samenwerkingsverband goes to Noord before it was told: Noord never reads the key."""

    async def down(context: Any) -> None:
        await context.abort(grpc.StatusCode.UNAVAILABLE, "not now")

    world.las.notice = down
    number = str(uuid4())
    await world.announce(notification_id=number)
    await world.told()
    new = small_world.mandate(SWV, small_world.LAS_NOORD, small_world.OSO_SWV)
    point = small_world.endpoint(new, 1, version=small_world.SWV_2026, url=world.source.url)
    old = dataclasses.replace(small_world.SWV_ZUID, stopped=True)
    await world.world.hub.put(*evergreen([old]))
    await world.world.hub.put(*evergreen([new, point]))
    world.las.notice = None
    for _ in range(12):
        world.world.skip(12 * 3600)
        await world.look()

    assert world.source.notified == world.las.notified == []
    assert (await world.announce(notification_id=number)).state == "GIVEN_UP"
    assert (await world.announce(requester=FOR_SWV)).state == "PENDING"
    await world.told()
    assert len(world.source.notified) == 1


async def test_the_same_vendor_cannot_use_it_for_another_verband(world: NotifyWorld) -> None:
    key = (await world.announce()).link_key
    await world.told()
    mandate = small_world.mandate(TEN, small_world.LAS_ZUID, small_world.OSO_SWV)
    point = small_world.endpoint(mandate, 1, version=small_world.SWV_2026, url=world.las.url)
    kinds = (AgreementKind.KENNISNET_OSR, AgreementKind.OSO, AgreementKind.OSO_SWV_EXTENSION)
    await world.world.hub.put(
        Samenwerkingsverband(code=TEN, name="Verband Tien", oin=TEN_OIN),
        *evergreen([small_world.agreement(TEN, kind) for kind in kinds]),
        *evergreen([mandate]),
    )
    await world.world.hub.put(*evergreen([dataclasses.replace(point, routing_key=AT_TEN)]))
    request = pb.StartTransferRequest(
        source_brin="99XA",
        requester=pb.Requester(swv=TEN, routing_key=AT_TEN),
        overdrachtsoort="swv-dossier",
        initiator="account-of-the-verband",
    )
    session = (await world.stub().StartTransfer(request)).session_id
    asked: dict[str, Any] = {
        "search_key": None,
        "source_key_id": "",
        "requester_key_id": "",
        "link_key": key,
    }

    assert await world.refused(world.fetch(session, **asked)) == "LINK_KEY_INVALID"
    assert world.source.orders == []
