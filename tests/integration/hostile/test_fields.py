"""Every field of every request spoiled, one at a time: each gets a documented refusal or works."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.rpc import error_details_pb2

from support.builders import spoiled_requests
from support.worlds import small_world
from support.worlds.forwarding import World, forwarding
from support.worlds.hub import OPERATOR_METADATA, detail, reason_of
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.refusals.reasons import Reason

DOCUMENTED: Final = {
    "INVALID_ARGUMENT",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "FAILED_PRECONDITION",
    "ABORTED",
    "RESOURCE_EXHAUSTED",
    "UNAVAILABLE",
    "DEADLINE_EXCEEDED",
}
"""All but INTERNAL, which is a defect of the hub; UNKNOWN is in no list at all."""

GOOD: Final[Mapping[str, Any]] = {
    "brin": "99XC",
    "board_number": str(small_world.BOARD_2),
    "board_name": "Stichting Twee",
    "service": "OSO_OV",
    "service_version": str(small_world.OV_2026),
    "system_id": "las-zuid",
    "party_oin": str(ZUID.oin),
    "sender_oin": str(NOORD.oin),
    "supplier_oin": str(ZUID.oin),
    "oin": str(ZUID.oin),
    "name": "Naam",
    "role": "VENDOR",
    "kind": "OSO",
    "rollout": "OPEN",
    "status": "ACTIVE",
    "processing": "PROCESSED",
    "mandate_id": str(small_world.C_ZUID.mandate_id),
    "endpoint_id": str(small_world.endpoint(small_world.C_ZUID, 1).endpoint_id),
    "agreement_id": str(small_world.ident("absent")),
    "message_id": str(small_world.ident("absent")),
    "routing_key": str(small_world.key(small_world.XC, 9)),
    "url": "https://las.example:8443",
    "vestiging": "01",
    "end_date": "2099-07-31",
    "sender_brin": "99XA",
    "receiver_brin": "99XC",
    "on_date": "2026-11-30",
    "reason": "said so by letter",
    "swv": "PO9902",
    "organisation_oin": str(small_world.XC.oin),
    "issuer": "CN=nobody",
    "serial": "0a",
    "file_name": "schools.csv",
    "chunk": b"x;y\r\n",
    "data": b"x",
    "validate_only": True,
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


NUMBERS: Final = itertools.count(1)


def fresh(method: str) -> dict[str, str]:
    """Return names that are not in the register yet, for what registers them."""
    number = next(NUMBERS)
    match method:
        case "RegisterSchool":
            letters = divmod(number % 676, 26)
            brin = f"{number // 676 + 10}{''.join(chr(65 + letter) for letter in letters)}"
            return {"brin": brin, "name": brin}
        case "RegisterParty":
            return {"oin": f"{number:020d}"}
        case "RegisterSystem":
            return {"system_id": f"las-{number}", "oin": f"{number:020d}"}
        case "RegisterSamenwerkingsverband":
            return {"swv": f"PO{number:04d}", "oin": f"{number:020d}"}
        case "CreateMandate" | "ListMandates" | "ListEndpoints" | "LookupEndpoints":
            return {"swv": ""}
        case _:
            return {}


def method_named(name: str) -> MethodDescriptor:
    return next(
        m for service in spoiled_requests.services() for m in service.methods if m.name == name
    )


def base_of(method: MethodDescriptor) -> Message:
    return spoiled_requests.filled(
        spoiled_requests.request_type(method), {**GOOD, **fresh(method.name)}
    )


async def outcome(
    world: World,
    method: MethodDescriptor,
    request: Message,
    name: str,
    metadata: Any = OPERATOR_METADATA,
) -> str:
    """Return what is wrong with the answer to a call, an empty text for nothing."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    channel: Any = world.hub.channel(name)
    encode = type(request).SerializeToString
    try:
        if method.client_streaming:
            await channel.stream_unary(path, request_serializer=encode)(
                iter([request]), metadata=metadata, timeout=60
            )
        elif method.server_streaming:
            call = channel.unary_stream(path, request_serializer=encode)(
                request, metadata=metadata, timeout=60
            )
            await call.read()  # it lasts until somebody ends it
            call.cancel()
        else:
            await channel.unary_unary(path, request_serializer=encode)(
                request, metadata=metadata, timeout=60
            )
    except grpc.aio.AioRpcError as error:
        if error.code().name not in DOCUMENTED:
            return f"{error.code().name}: {error.details()}"
        info = detail(error, error_details_pb2.ErrorInfo)
        return "" if info.domain == "wissel" and info.reason in Reason.__members__ else f"{error}"
    return ""


def caller_of(method: MethodDescriptor) -> str:
    """Return who gets furthest: the desk, a service's owner, or the vendor of an endpoint."""
    vendors = {"ForwardEnvelope", "RegisterEndpoint", "EndEndpoint"}
    if method.name in {"ListPendingMandates", "ProcessMandate"}:
        return "duo"
    return "zuid" if method.name in vendors else "desk"


@pytest.mark.parametrize("service", spoiled_requests.services(), ids=lambda service: service.name)
async def test_each_spoiled_field_gets_a_documented_answer(
    world: World, service: ServiceDescriptor
) -> None:
    wrong: list[str] = []

    async def tried(method: MethodDescriptor, field: str, request: Message) -> None:
        problem = await outcome(world, method, request, caller_of(method))
        if problem:
            wrong.append(f"{method.name} {field}={str(request)[:300]!r}: {problem}")

    for method in service.methods:
        cases = list(spoiled_requests.spoiled(partial(base_of, method)))
        for at in range(0, len(cases), 16):
            await asyncio.gather(*(tried(method, *case) for case in cases[at : at + 16]))

    assert not wrong, "\n".join(wrong)


UNARY: Final = (
    "/wissel.mandate.v1.MandateService/GetMandate",
    "/wissel.traffic.v1.RouteService/BatchResolveRoutes",
)
UNREADABLE: Final = (
    b"\xff\xff\xff",
    b"\x0a\x03\xed\xa0\x80",  # a lone surrogate, as no UTF-8 has it
    b"\x0a\x7fabc",  # longer than it is
    b"\x0b" * 200,  # groups without an end
)


@pytest.mark.parametrize("raw", UNREADABLE, ids=lambda raw: raw[:5].hex())
async def test_bytes_that_are_no_message_are_refused_with_a_reason(
    world: World, raw: bytes
) -> None:
    channel: Any = world.hub.channel("desk")

    for path in UNARY:
        with pytest.raises(grpc.aio.AioRpcError) as of_one:
            await channel.unary_unary(path)(raw)

        assert of_one.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert reason_of(of_one.value) == "FIELD_INVALID"

    vendor: Any = world.hub.channel("noord")
    stranger: Any = world.hub.channel("stranger")
    with pytest.raises(grpc.aio.AioRpcError) as of_stream:
        await vendor.stream_unary("/wissel.traffic.v1.TrafficService/ForwardEnvelope")(iter([raw]))
    with pytest.raises(grpc.aio.AioRpcError) as of_stranger:
        await stranger.unary_unary(UNARY[0])(raw)

    assert reason_of(of_stream.value) == "FIELD_INVALID"
    assert reason_of(of_stranger.value) == "PARTY_NOT_REGISTERED"


METADATA: Final[tuple[tuple[tuple[str, str | bytes], ...], ...]] = (
    (("wissel-user", "x" * 6_000),),
    (("accept-language", "nl;q=" * 1_000),),
    (("accept-language", "nl;q=nan, en;q=inf, ;;;=,"),),
    (("wissel-user-bin", b"\xff\x00\xfe"), ("accept-language-bin", b"\xff")),
    (("authorization", "Bearer " + "a" * 4_000),),
    tuple((f"x-{number}", "y") for number in range(150)),
    (("wissel-user", "one"), ("wissel-user", "two")),
)


@pytest.mark.parametrize("metadata", METADATA, ids=lambda metadata: metadata[0][0])
async def test_odd_metadata_breaks_nothing(world: World, metadata: Any) -> None:
    registering = method_named("RegisterParty")
    request: Any = base_of(registering)
    request.request_id = str(uuid4())

    assert not await outcome(world, registering, request, "desk", metadata)
    assert not await outcome(world, registering, base_of(registering), "desk")


async def test_metadata_over_the_limit_costs_its_sender_alone(world: World) -> None:
    method = method_named("GetParty")
    channel: Any = world.hub.channel("zuid")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await channel.unary_unary(f"/{method.containing_service.full_name}/{method.name}")(
            b"", metadata=(("x-much", "y" * 200_000),)
        )

    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert not await outcome(world, method, base_of(method), "zuid")
