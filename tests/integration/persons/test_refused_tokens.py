"""Tokens that show nobody: each is refused over the wire with its reason, and nothing is told."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import grpc
import pytest

from support.builders.stubs import Stubs
from support.fakes.broker import SUBJECT, Broker, bearer, new_key
from support.worlds.hub import BOUNDS, reason_of, status_of
from support.worlds.persons.portal_world import (
    PORTAL_PARTY,
    PortalWorld,
    mandate_request,
    portal_world,
)
from wissel.catalog.v1 import catalog_service_pb2 as catalog
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.party.v1 import party_service_pb2 as party
from wissel.routing.values.identifiers import Oin
from wissel.server.issuers import LEVELS

UNAUTHENTICATED: Final = grpc.StatusCode.UNAUTHENTICATED
DENIED: Final = grpc.StatusCode.PERMISSION_DENIED


def now() -> int:
    """Return the seconds of this moment: a whole run takes longer than a token lives."""
    return int(time.time())


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[PortalWorld]:
    async with portal_world(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("forged", "code", "reason"),
    [
        (lambda b: "no.token", UNAUTHENTICATED, "TOKEN_MALFORMED"),
        (lambda b: b.token(header={"jwk": {}}), UNAUTHENTICATED, "TOKEN_MALFORMED"),
        (lambda b: b.unsigned(alg="none"), UNAUTHENTICATED, "TOKEN_ALGORITHM_NOT_ALLOWED"),
        (
            lambda b: b.keyed_with_its_public_key(),
            UNAUTHENTICATED,
            "TOKEN_ALGORITHM_NOT_ALLOWED",
        ),
        (lambda b: Broker("foreign").token(), UNAUTHENTICATED, "TOKEN_ISSUER_UNKNOWN"),
        (lambda b: b.token(iss=None), UNAUTHENTICATED, "TOKEN_ISSUER_UNKNOWN"),
        (lambda b: b.token(header={"kid": "new"}), UNAUTHENTICATED, "TOKEN_KEY_UNKNOWN"),
        (
            lambda b: b.token(key=new_key("ES256", "mine")),
            UNAUTHENTICATED,
            "TOKEN_SIGNATURE_INVALID",
        ),
        (lambda b: b.token(exp=now() - 120), UNAUTHENTICATED, "TOKEN_EXPIRED"),
        (lambda b: b.token(nbf=now() + 600), UNAUTHENTICATED, "TOKEN_NOT_YET_VALID"),
        (lambda b: b.token(exp=now() + 7200), UNAUTHENTICATED, "TOKEN_LIFETIME_TOO_LONG"),
        (lambda b: b.token(aud="somebody"), UNAUTHENTICATED, "TOKEN_FOR_ANOTHER"),
        (lambda b: b.token(azp="another"), DENIED, "TOKEN_OF_ANOTHER_PORTAL"),
        (lambda b: b.token(boards=["x"]), UNAUTHENTICATED, "TOKEN_CLAIM_INVALID"),
        (lambda b: b.token(sub="111222333"), DENIED, "PERSON_NUMBER_IN_TOKEN"),
        (lambda b: b.token(role=["leraar"]), DENIED, "PERSON_ROLE_MISSING"),
        (lambda b: b.token(acr=LEVELS[1]), DENIED, "PERSON_LEVEL_TOO_LOW"),
        (lambda b: b.token(brins=[]), DENIED, "PERSON_REPRESENTS_NOBODY"),
    ],
)
async def test_a_token_that_shows_nobody_is_refused(
    world: PortalWorld, forged: Callable[[Broker], str], code: grpc.StatusCode, reason: str
) -> None:
    token = forged(world.broker)

    error = await world.refused(world.portal.mandates.CreateMandate, mandate_request(), token)
    listed = await world.refused(
        world.portal.mandates.ListMandates, mandate.ListMandatesRequest(), token
    )
    known = await Stubs(world.hub, "desk").mandates.ListMandates(
        mandate.ListMandatesRequest(brin="99XA", system_id="las-zuid")
    )

    assert (code, reason, reason) == (error.code(), reason_of(error), reason_of(listed))
    assert not known.mandates
    _tells_nothing(world, error, token)


def _tells_nothing(world: PortalWorld, error: grpc.aio.AioRpcError, token: str) -> None:
    """Neither the status nor the log repeats a part of the token, or who it is of."""
    told = status_of(error).SerializeToString() + str(world.hub.lines()).encode()
    parts = [each for each in token.split(".") if len(each) > len("no.token")]

    for secret in (*parts, SUBJECT, "111222333"):
        assert secret.encode() not in told


async def test_a_token_is_presented_once(world: PortalWorld) -> None:
    twice = bearer(world.broker.token()) + bearer(world.broker.token())

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.portal.mandates.ListMandates(mandate.ListMandatesRequest(), metadata=twice)

    assert "TOKEN_MALFORMED" == reason_of(error.value)


async def test_a_token_of_one_portal_does_not_serve_another(world: PortalWorld) -> None:
    other = replace(PORTAL_PARTY, oin=Oin("00000003990000070000"))
    await world.hub.put(other)
    world.hub.issue("other-portal", oin=other.oin)

    call = Stubs(world.hub, "other-portal").mandates.ListMandates
    error = await world.refused(call, mandate.ListMandatesRequest())

    assert "TOKEN_OF_ANOTHER_PORTAL" == reason_of(error)


async def test_a_stranger_with_a_token_learns_no_more_than_without(world: PortalWorld) -> None:
    call = Stubs(world.hub, "stranger").mandates.ListMandates

    error = await world.refused(call, mandate.ListMandatesRequest())

    assert "PARTY_NOT_REGISTERED" == reason_of(error)


async def test_a_method_through_which_nobody_acts_is_no_portals(world: PortalWorld) -> None:
    error = await world.refused(world.portal.parties.ListParties, party.ListPartiesRequest())

    assert "METHOD_NOT_ALLOWED" == reason_of(error)


async def test_a_portal_without_a_person_reads_services_and_systems(world: PortalWorld) -> None:
    services = await world.portal.catalog.ListServices(catalog.ListServicesRequest())
    systems = await world.portal.parties.ListSystems(party.ListSystemsRequest())

    assert "OSO_OV" in {each.code for each in services.services}
    assert {"las-noord", "las-zuid"} == {each.system_id for each in systems.systems}
    assert not any(each.qualifications for each in systems.systems)


async def test_a_portal_has_so_many_tokens_verified_in_a_minute(tmp_path: Path) -> None:
    """So a flood of forged ones costs little; other callers have no part in it."""
    bounds = replace(BOUNDS, tokens_per_minute=2)
    async with portal_world(tmp_path, bounds=bounds) as world:
        call, forged = world.portal.mandates.ListMandates, world.broker.token(aud="somebody")
        reasons = [
            reason_of(await world.refused(call, mandate.ListMandatesRequest(), forged))
            for _ in range(3)
        ]
        every = await Stubs(world.hub, "desk").mandates.ListMandates(mandate.ListMandatesRequest())

    assert ["TOKEN_FOR_ANOTHER", "TOKEN_FOR_ANOTHER", "QUOTA_EXCEEDED"] == reasons
    assert every.mandates


async def test_who_am_i_tells_whom_a_token_stands_for(world: PortalWorld) -> None:
    whoami = world.portal.parties.WhoAmI
    expires = now() + 200

    answer = await whoami(
        party.WhoAmIRequest(), metadata=bearer(world.broker.token(brins=["99XA"], exp=expires))
    )
    without = await whoami(party.WhoAmIRequest())
    error = await world.refused(whoami, party.WhoAmIRequest(), "no.token")

    assert ("mijn-duo", ["99001"], ["99XA"], LEVELS[3], False) == (
        answer.person.issuer,
        list(answer.person.board_numbers),
        list(answer.person.brins),
        answer.person.level,
        answer.person.signs,
    )
    assert expires == answer.person.expire_time.seconds
    assert SUBJECT not in str(answer)
    assert not without.HasField("person")
    assert "TOKEN_MALFORMED" == reason_of(error)


async def test_keys_that_were_rotated_are_found(world: PortalWorld) -> None:
    """The first token fetches the keys; a later key is not fetched within the same minute."""
    before = await world.give()
    world.broker.rotate()

    error = await world.refused(world.portal.mandates.ListMandates, mandate.ListMandatesRequest())

    assert before.mandate_id
    assert "TOKEN_KEY_UNKNOWN" == reason_of(error)
    assert 1 == world.broker.asked


async def test_an_issuer_that_is_away_is_told_with_a_time_to_come_back(world: PortalWorld) -> None:
    world.broker.down = True

    error = await world.refused(world.portal.mandates.ListMandates, mandate.ListMandatesRequest())

    assert grpc.StatusCode.UNAVAILABLE is error.code()
    assert "ISSUER_UNAVAILABLE" == reason_of(error)
