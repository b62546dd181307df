"""A portal that wants more than it may, and what a token leaves behind: nothing."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import grpc
import prometheus_client
import pytest
from google.protobuf.descriptor import MethodDescriptor

from support.builders import spoiled_requests
from support.builders.stubs import Stubs
from support.fakes.broker import bearer, new_key
from support.worlds import small_world
from support.worlds.hub import reason_of, status_of
from support.worlds.persons.portal_world import FOREIGN, PortalWorld, mandate_request, portal_world
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.routing.facts import Role
from wissel.server.rpc.calls.policy import POLICY, PersonNeed

MARKER: Final = "pseudonym-that-is-marked"
TIMES: Final = 30


@pytest.fixture
async def world(tmp_path: Path, debug_log: io.StringIO) -> AsyncIterator[PortalWorld]:
    async with portal_world(tmp_path) as opened:
        yield opened


def unary() -> list[MethodDescriptor]:
    """Every method of the hub that takes one request."""
    return [
        method
        for service in spoiled_requests.services()
        for method in service.methods
        if not method.client_streaming
    ]


def name_of(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


async def outcome(
    world: PortalWorld, method: MethodDescriptor, metadata: tuple[tuple[str, str], ...]
) -> str:
    """Call a method as the portal, with an empty request; return the reason, or OK."""
    kind = spoiled_requests.request_type(method)
    channel: Any = world.hub.channel("portal")
    call = channel.unary_unary(name_of(method), kind.SerializeToString, lambda data: data)
    try:
        await call(kind(), metadata=metadata)
    except grpc.aio.AioRpcError as error:
        return reason_of(error)
    return "OK"


async def test_without_a_person_a_portal_gets_no_further_than_its_rows(world: PortalWorld) -> None:
    """Each method of the contract: also one that is added later."""
    for method in unary():
        row = POLICY[name_of(method)]
        reason = await outcome(world, method, ())

        if Role.PORTAL not in row.who:
            assert "METHOD_NOT_ALLOWED" == reason, method.name
        elif row.person in (PersonNeed.REQUIRED, PersonNeed.BOARD, PersonNeed.SIGNATORY):
            assert "TOKEN_REQUIRED" == reason, method.name
        else:
            assert not reason.startswith(("TOKEN_", "METHOD_")), method.name


async def test_a_person_opens_no_method_that_is_no_portals(world: PortalWorld) -> None:
    proof = bearer(world.broker.token())

    for method in unary():
        if Role.PORTAL not in POLICY[name_of(method)].who:
            assert "METHOD_NOT_ALLOWED" == await outcome(world, method, proof), method.name


def test_no_stream_lets_a_person_act() -> None:
    """The person is judged before a call begins, and a stream goes on after that."""
    streams = [
        name_of(method)
        for service in spoiled_requests.services()
        for method in service.methods
        if method.client_streaming or method.server_streaming
    ]

    assert {PersonNeed.NONE} == {POLICY[name].person for name in streams}


async def test_a_person_finds_nothing_of_another_board(world: PortalWorld) -> None:
    """By each mandate and endpoint there is, and by each school of others."""
    proof = bearer(world.broker.token())
    portal = world.portal
    foreign = [
        each
        for each in (small_world.B_NOORD, small_world.B_ZUID, small_world.C_ZUID)
        if each.organisation != small_world.XA
    ]

    for each in foreign:
        for call, request in (
            (portal.mandates.GetMandate, mandate.GetMandateRequest),
            (portal.mandates.UpdateMandate, mandate.UpdateMandateRequest),
            (portal.mandates.EndMandate, mandate.EndMandateRequest),
        ):
            more: dict[str, Any] = (
                {"immediately": True} if request is mandate.EndMandateRequest else {}
            )
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call(request(mandate_id=str(each.mandate_id), **more), metadata=proof)
            assert "MANDATE_NOT_FOUND" == reason_of(refused.value)
    every = await portal.mandates.ListMandates(
        mandate.ListMandatesRequest(include_ended=True), metadata=proof
    )
    assert {"99XA"} == {each.brin for each in every.mandates}


def files_in(folder: Path) -> dict[str, bytes]:
    """Return what the files of a hub hold, but for its certificates."""
    return {
        path.name: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != "pki"
    }


async def test_a_token_and_its_person_are_found_nowhere(
    world: PortalWorld, debug_log: io.StringIO, tmp_path: Path
) -> None:
    """In no log, status, metric or file; the table that names a person is the one exception."""
    told: list[bytes] = []
    tokens = [
        world.broker.token(sub=MARKER),
        world.broker.token(sub=MARKER, exp=1),
        world.broker.token(sub=MARKER, role=[MARKER]),
        world.broker.token(sub=MARKER, boards=[MARKER]),
        world.broker.token(sub=MARKER, azp=MARKER),
        world.broker.token(sub=MARKER, key=new_key("ES256", "mine")),
        world.broker.token(sub=MARKER, header={"kid": MARKER}),
        world.broker.token(iss=f"https://{MARKER}"),
        world.broker.unsigned(alg="none", kid=MARKER),
        f"{MARKER}.{MARKER}.{MARKER}",
    ]
    for token in tokens:
        try:
            answer = await world.portal.mandates.CreateMandate(
                mandate_request(), metadata=bearer(token)
            )
            told.append(answer.SerializeToString())
        except grpc.aio.AioRpcError as error:
            told += [status_of(error).SerializeToString(), repr(error).encode()]
    world.hub.server.flush_log()

    places = files_in(tmp_path) | {
        "answers": b"".join(told),
        "calls": world.hub.log.getvalue().encode(),
        "log": debug_log.getvalue().encode(),
        "metrics": prometheus_client.generate_latest(world.hub.metrics),
    }
    secrets = [part.encode() for token in tokens for part in token.split(".") if len(part) > 30]
    assert [] == [name for name, held in places.items() if any(each in held for each in secrets)]
    named = {name for name, held in places.items() if MARKER.encode() in held}
    assert named <= {"registry.db", "registry.db-wal"}


async def test_tokens_with_keys_that_nobody_has_are_one_question_to_the_issuer(
    world: PortalWorld,
) -> None:
    forged = [world.broker.token(header={"kid": f"key-{number}"}) for number in range(TIMES)]

    async def refused(token: str) -> str:
        call = world.portal.mandates.ListMandates
        return reason_of(await world.refused(call, mandate.ListMandatesRequest(), token))

    reasons = await asyncio.gather(*map(refused, forged))
    known = await Stubs(world.hub, "desk").mandates.ListMandates(mandate.ListMandatesRequest())

    assert {"TOKEN_KEY_UNKNOWN", "ISSUER_UNAVAILABLE"} >= set(reasons)
    assert 1 == world.broker.asked
    assert known.mandates


async def test_of_two_persons_who_give_the_same_at_once_one_does(world: PortalWorld) -> None:
    tokens = [world.broker.token(sub=f"person-{number}") for number in range(TIMES)]

    async def give(token: str) -> str:
        try:
            return (await world.give(token=token)).mandate_id
        except grpc.aio.AioRpcError as error:
            return reason_of(error)

    outcomes = await asyncio.gather(*map(give, tokens))

    assert TIMES - 1 == outcomes.count("MANDATE_OVERLAPS")


async def test_a_school_that_moves_while_its_boards_act_is_one_boards_at_each_revision(
    world: PortalWorld,
) -> None:
    """Each of both may give it the mandate or not, and none by what was true before."""
    old, new = world.broker.token(), world.broker.token(boards=["99002"], sub="new")

    async def try_to_end(token: str) -> str:
        request = mandate.UpdateMandateRequest(
            mandate_id=str(small_world.A_NOORD.mandate_id), end_date="2099-01-01"
        )
        try:
            await world.portal.mandates.UpdateMandate(request, metadata=bearer(token))
        except grpc.aio.AioRpcError as error:
            return reason_of(error)
        return "OK"

    moved = world.hub.put(small_world.school(small_world.XA, small_world.BOARD_2))
    during = await asyncio.gather(*(try_to_end(each) for each in (old, new) * 5), moved)
    after = [await try_to_end(old), await try_to_end(new)]

    assert {"OK", "MANDATE_NOT_FOUND"} >= {each for each in during if isinstance(each, str)}
    assert ["MANDATE_NOT_FOUND", "OK"] == after


@pytest.mark.parametrize(
    "value",
    ["Bearer " + "x" * 7000, "Bearer ~", "bearer bearer bearer", "Bearer ..", "x" * 3000],
)
async def test_what_is_presented_is_anything_at_all(world: PortalWorld, value: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await world.portal.mandates.CreateMandate(
            mandate_request(FOREIGN), metadata=(("authorization", value),)
        )

    assert "TOKEN_MALFORMED" == reason_of(refused.value)
