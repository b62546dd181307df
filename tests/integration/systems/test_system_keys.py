"""RegisterSystemKey and ListSystemKeys: signed by the vendor, verified by the other side."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from support.fakes.las import signer_of
from support.worlds import small_world
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, running_hub
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.party.v1 import party_service_pb2 as pb
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.exchange.fetching.system_keys import verified_key
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.facts import Mandate
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.dsse import DELIVERY_OUTCOME, SYSTEM_KEY
from wissel.server.courier.wire import signed_message

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)
ZERO = bytes(32)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small()) as started:
        yield started


def stated(**changes: Any) -> dossier_pb2.SystemKey:
    """Return what Noord says of a key, but for `changes`."""
    start, end = changes.pop("start", NOW), changes.pop("end", NOW + 30 * DAY)
    fields: dict[str, Any] = {
        "hub_oin": HUB.oin,
        "system_id": small_world.LAS_NOORD,
        "key_id": str(uuid4()),
        "public_key": X25519PrivateKey.generate().public_key().public_bytes_raw(),
    }
    said = dossier_pb2.SystemKey(**(fields | changes))
    said.start_time.FromDatetime(start)
    said.end_time.FromDatetime(end)
    return said


def signed(
    hub: Hub, payload: bytes, signer: str = "noord", kind: str = SYSTEM_KEY
) -> dossier_pb2.Signed:
    return signed_message(signer_of(hub.identity(signer)).sign(payload, kind))


async def register(
    hub: Hub, key: dossier_pb2.Signed, caller: str = "noord", **more: str
) -> pb.RegisterSystemKeyResponse:
    request = pb.RegisterSystemKeyRequest(key=key, **more)
    done: pb.RegisterSystemKeyResponse = await hub.stub(PartyServiceStub, caller).RegisterSystemKey(
        request
    )
    return done


async def listed(hub: Hub, caller: str = "zuid", **asked: Any) -> list[dossier_pb2.Signed]:
    request = pb.ListSystemKeysRequest(**({"system_ids": ["las-noord"]} | asked))
    metadata = OPERATOR_METADATA if caller == "desk" else ()
    found = await hub.stub(PartyServiceStub, caller).ListSystemKeys(request, metadata=metadata)
    return list(found.keys)


async def refusal(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return reason_of(caught.value)


async def test_the_other_side_verifies_what_the_vendor_signed(hub: Hub) -> None:
    said = stated()
    sent = signed(hub, said.SerializeToString())

    done = await register(hub, sent)
    (found,) = await listed(hub)

    trust = Trust.from_pem(hub.pki.roots.read_bytes())
    key = verified_key(
        signed_of(found), dossier_pb2.SystemKey, trust, NOORD.oin, HUB.oin, dt.datetime.now(dt.UTC)
    )
    assert (sent, sent) == (done.key, found)
    assert (key.public_key, str(key.key_id)) == (said.public_key, said.key_id)
    assert hub.follower.table.revision == done.revision


async def test_nothing_is_kept_that_was_not_verified(hub: Hub) -> None:
    sent = signed(hub, stated().SerializeToString())
    bare = dossier_pb2.Signed.FromString(sent.SerializeToString())
    sent.signatures[0].keyid = "of a pupil: 999990019"
    unknown = dossier_pb2.Signed.FromString(sent.SerializeToString() + b"\x9a\x06\x03abc")

    done = await register(hub, unknown)

    assert [done.key] == await listed(hub) == [bare]


@pytest.mark.parametrize(
    "change",
    [
        {"hub_oin": ZUID.oin},
        {"hub_oin": ""},
        {"system_id": "LAS"},
        {"key_id": "999990019"},
        {"public_key": b"9" * 31},
        {"public_key": ZERO},
        {"public_key": bytes([1]) + bytes(31)},
        {"end": NOW + dt.timedelta(hours=1)},
        {"end": NOW + 401 * DAY},
        {"end": NOW - DAY},
        {"start": NOW - 30 * DAY, "end": NOW - DAY},
    ],
)
async def test_a_statement_that_does_not_hold_is_not_taken(
    hub: Hub, change: dict[str, Any]
) -> None:
    key = signed(hub, stated(**change).SerializeToString())

    assert await refusal(register(hub, key)) == "SYSTEM_KEY_INVALID"
    assert await listed(hub) == []


async def test_who_signs_and_who_calls_are_the_vendor_itself(hub: Hub) -> None:
    mine = stated().SerializeToString()
    foreign = stated(system_id=small_world.LAS_ZUID).SerializeToString()

    assert await refusal(register(hub, signed(hub, mine), "zuid")) == "SYSTEM_KEY_INVALID"
    assert await refusal(register(hub, signed(hub, mine, "zuid"))) == "SYSTEM_KEY_INVALID"
    assert await refusal(register(hub, signed(hub, mine, "zuid"), "zuid")) == "SYSTEM_NOT_FOUND"
    assert await refusal(register(hub, signed(hub, foreign))) == "SYSTEM_NOT_FOUND"
    assert await refusal(register(hub, signed(hub, mine), "desk")) == "METHOD_NOT_ALLOWED"
    assert await refusal(register(hub, signed(hub, mine), "duo")) == "METHOD_NOT_ALLOWED"
    wrong_type = signed(hub, mine, kind=DELIVERY_OUTCOME)
    assert await refusal(register(hub, wrong_type)) == "SYSTEM_KEY_INVALID"
    assert await refusal(register(hub, signed(hub, b"\xff"))) == "SYSTEM_KEY_INVALID"
    assert await refusal(register(hub, signed(hub, mine + b"\x9a\x06\x00"))) == "SYSTEM_KEY_INVALID"
    broken = signed(hub, mine)
    broken.signatures[0].sig = broken.signatures[0].sig[:-1] + b"\x00"
    assert await refusal(register(hub, broken)) == "SYSTEM_KEY_INVALID"
    assert await refusal(register(hub, dossier_pb2.Signed())) == "SYSTEM_KEY_INVALID"
    nothing = hub.stub(PartyServiceStub, "noord").RegisterSystemKey(pb.RegisterSystemKeyRequest())
    assert await refusal(nothing) == "FIELD_REQUIRED"
    large = signed(hub, mine)
    large.signatures[0].keyid = "x" * 70_000
    assert await refusal(register(hub, large)) == "REQUEST_TOO_LARGE"
    assert await listed(hub) == []


async def test_a_repeat_gets_the_answer_and_an_id_is_used_once(hub: Hub) -> None:
    said, request_id = stated(), str(uuid4())
    sent = signed(hub, said.SerializeToString())

    first = await register(hub, sent, request_id=request_id)
    again = await register(hub, sent, request_id=request_id)
    anew = await register(hub, signed(hub, said.SerializeToString()))

    assert (first, first.key) == (again, anew.key)
    other = stated(key_id=said.key_id)
    reused = signed(hub, other.SerializeToString())
    assert await refusal(register(hub, reused)) == "SYSTEM_KEY_REUSED"
    assert await refusal(register(hub, reused, request_id=request_id)) == "REQUEST_ID_REUSED"
    assert await listed(hub) == [sent]


async def test_keys_rotate_with_an_overlap(hub: Hub) -> None:
    old = signed(hub, stated().SerializeToString())
    coming = stated(start=NOW + 20 * DAY, end=NOW + 90 * DAY)
    new = signed(hub, coming.SerializeToString())
    await register(hub, old)
    await register(hub, new)

    def on(days: int) -> dict[str, Any]:
        request = pb.ListSystemKeysRequest()
        request.on_time.FromDatetime(NOW + days * DAY)
        return {"on_time": request.on_time}

    assert await listed(hub) == [old]
    assert await listed(hub, **on(25)) == [new, old]
    assert await listed(hub, **on(40)) == [new]
    for _ in range(2):
        await register(hub, signed(hub, stated().SerializeToString()))
    fifth = signed(hub, stated().SerializeToString())
    assert await refusal(register(hub, fifth)) == "SYSTEM_KEYS_EXCEEDED"


async def test_keys_are_shown_to_whom_they_are_for(hub: Hub) -> None:
    sent = signed(hub, stated().SerializeToString())
    await register(hub, sent)

    assert await listed(hub) == await listed(hub, "noord") == await listed(hub, "desk") == [sent]
    assert await listed(hub, system_ids=["las-zuid", "las-none"]) == []
    assert await refusal(listed(hub, "duo")) == "METHOD_NOT_ALLOWED"
    assert await refusal(listed(hub, system_ids=[])) == "FIELD_REQUIRED"
    assert await refusal(listed(hub, system_ids=["las-noord"] * 21)) == "BATCH_TOO_LARGE"
    assert await refusal(listed(hub, system_ids=["LAS Noord"])) == "IDENTIFIER_MALFORMED"


async def test_a_source_finds_the_key_of_its_requester_by_its_id(hub: Hub) -> None:
    said = stated()
    sent = signed(hub, said.SerializeToString())
    await register(hub, sent)

    def by_id(*ids: str, **more: Any) -> Any:
        return listed(hub, **({"system_ids": [], "key_ids": ids} | more))

    assert await by_id(said.key_id.upper()) == await by_id(str(uuid4()), said.key_id) == [sent]
    assert await by_id(str(uuid4())) == []
    assert await refusal(by_id("999990019")) == "FIELD_INVALID"
    assert await refusal(by_id(*[said.key_id] * 21)) == "BATCH_TOO_LARGE"
    assert await refusal(by_id(said.key_id, system_ids=["las-noord"])) == "FIELD_INVALID"


async def test_a_key_that_was_stolen_is_taken_back(hub: Hub) -> None:
    said = stated()
    await register(hub, signed(hub, said.SerializeToString()))
    request = pb.EndSystemKeyRequest(system_id="las-noord", key_id=said.key_id)
    stub = hub.stub(PartyServiceStub, "noord")

    assert await refusal(hub.stub(PartyServiceStub, "zuid").EndSystemKey(request)) == (
        "SYSTEM_NOT_FOUND"
    )
    assert await refusal(hub.stub(PartyServiceStub, "desk").EndSystemKey(request)) == (
        "METHOD_NOT_ALLOWED"
    )
    assert len(await listed(hub)) == 1
    done = await stub.EndSystemKey(request)
    again = await stub.EndSystemKey(request)

    assert (done.key_id, done.ended_time) == (said.key_id, again.ended_time)
    assert await listed(hub) == []
    assert await listed(hub, system_ids=[], key_ids=[said.key_id]) == []
    other = pb.EndSystemKeyRequest(system_id="las-noord", key_id=str(uuid4()))
    assert await refusal(stub.EndSystemKey(other)) == "SYSTEM_KEY_NOT_FOUND"
    wrong = pb.EndSystemKeyRequest(system_id="las-noord", key_id="1")
    assert await refusal(stub.EndSystemKey(wrong)) == "FIELD_INVALID"


async def test_a_vendor_without_mandates_reads_its_own_keys_alone(tmp_path: Path) -> None:
    facts = [
        each
        for each in small_world.small()
        if not (isinstance(each, Mandate) and each.system_id == small_world.LAS_ZUID)
    ]
    async with running_hub(tmp_path, facts=facts) as hub:
        await register(hub, signed(hub, stated().SerializeToString()))

        assert await refusal(listed(hub)) == "FORWARDING_NOT_MANDATED"
        both = ["las-zuid", "las-noord"]
        assert await refusal(listed(hub, system_ids=both)) == "FORWARDING_NOT_MANDATED"
        assert await listed(hub, system_ids=["las-zuid"]) == []
        by_id: dict[str, Any] = {"system_ids": [], "key_ids": [str(uuid4())]}
        assert await refusal(listed(hub, **by_id)) == "FORWARDING_NOT_MANDATED"
