"""Both systems of a session make the same search key, of what the hub shows and they verify."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from support.worlds import small_world
from support.worlds.forwarding import World, forwarding
from wissel.clients import Identity
from wissel.clients.identity import Material
from wissel.clients.statements.system_keys import OwnKey, create_key, newest_key
from wissel.clients.testing.cast import HUB, ZUID
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.exchange.fetching.search_keys import (
    KeyOf,
    NumberKind,
    PupilNumber,
    number_behind,
    search_key,
    session_secret,
)
from wissel.routing.exchange.fetching.system_keys import KeyStatement
from wissel.routing.values.identifiers import Oin, SystemId
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1.transfer_service_pb2_grpc import TransferServiceStub

PUPIL = PupilNumber(kind=NumberKind.BSN, digits="999990019")
OTHERS = [PupilNumber(kind=NumberKind.OWN, digits=f"99999{number:04}") for number in range(50)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


def material(world: World, name: str) -> Material:
    issued = world.hub.identity(name)
    return Identity.load(issued.certificate, issued.key, issued.roots).current()


async def registered(world: World, name: str, system_id: SystemId) -> OwnKey:
    now = dt.datetime.now(dt.UTC)
    key = create_key(material(world, name), HUB.oin, system_id, now, now + dt.timedelta(days=30))
    await parties(world, name).RegisterSystemKey(party.RegisterSystemKeyRequest(key=key.signed))
    return key


def parties(world: World, name: str) -> Any:
    return world.hub.stub(PartyServiceStub, name)


def name_of(said: KeyStatement) -> KeyOf:
    return KeyOf(system_id=said.system_id, key_id=said.key_id)


async def test_a_pupil_is_found_and_nobody_told_the_number(world: World) -> None:
    source = await registered(world, "noord", small_world.LAS_NOORD)
    requester = await registered(world, "zuid", small_world.LAS_ZUID)
    asked = pb.StartTransferRequest(
        source_brin="99XA",
        requester=pb.Requester(brin="99XC", routing_key=small_world.key(small_world.XC, 1)),
        overdrachtsoort="overstapdossier",
        initiator="account-of-the-new-school",
    )
    now, zuid, noord = dt.datetime.now(dt.UTC), material(world, "zuid"), material(world, "noord")

    begun = await world.hub.stub(TransferServiceStub, "zuid").StartTransfer(asked)
    (point,) = begun.delivery_points
    owner, system_id = Oin(point.system_oin), SystemId(point.system_id)
    theirs = newest_key(begun.keys, system_id, zuid.paths, owner, HUB.oin, now)
    request = party.ListSystemKeysRequest(key_ids=[str(requester.said.key_id)])
    shown = (await parties(world, "noord").ListSystemKeys(request)).keys
    ours = newest_key(shown, requester.said.system_id, noord.paths, ZUID.oin, HUB.oin, now)

    assert theirs == source.said
    assert ours == requester.said
    session, of_source, of_requester = UUID(begun.session_id), name_of(theirs), name_of(ours)
    sent = search_key(
        session_secret(requester.private, theirs.public_key, session, of_source, of_requester),
        PUPIL,
    )
    secret = session_secret(source.private, ours.public_key, session, of_source, of_requester)
    assert number_behind(secret, sent, [*OTHERS, PUPIL]) == PUPIL
    assert number_behind(secret, sent, OTHERS) is None
