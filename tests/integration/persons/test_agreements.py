"""Agreements over the wire: who reads, asks, accepts and declines, and who does not."""

import datetime as dt
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import grpc
import pytest

from support.builders.stubs import Stubs
from support.fakes.broker import ROLE, SIGNS, SUBJECT, bearer
from support.worlds import small_world
from support.worlds.hub import BOUNDS, OPERATOR_METADATA, reason_of, status_of
from support.worlds.persons.portal_world import OWN, PortalWorld, portal_world
from wissel.agreement.v1 import agreement_service_pb2 as pb
from wissel.agreement.v1 import agreement_text_pb2 as text_pb
from wissel.clients.statements.acceptances import prove_acceptance
from wissel.clients.testing.cast import HUB, NOORD
from wissel.routing.facts import AgreementKind
from wissel.routing.signing.certificates import Trust
from wissel.routing.values.identifiers import Oin
from wissel.server.registry.agreements.texts import MAX_DOCUMENT

SIGNATORY: Final[dict[str, Any]] = {"role": [ROLE, SIGNS]}
DOCUMENT: Final = b"Overeenkomst, versie 2\n"
DIGEST: Final = hashlib.sha256(DOCUMENT).hexdigest()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[PortalWorld]:
    async with portal_world(tmp_path) as opened:
        await register(opened, "OSO", DOCUMENT)
        yield opened


def stubs(world: PortalWorld, name: str) -> Stubs:
    return Stubs(world.hub, name)


async def register(world: PortalWorld, kind: str, document: bytes, **more: Any) -> Any:
    request: dict[str, Any] = {
        "kind": kind,
        "version": "2",
        "language": "nl",
        "counterparty": "PO-Raad en VO-raad",
        "document": document,
        "reason": "test",
    }
    return await stubs(world, "desk").agreements.RegisterAgreementText(
        text_pb.RegisterAgreementTextRequest(**(request | more)), metadata=OPERATOR_METADATA
    )


def signing(world: PortalWorld, **claims: Any) -> Any:
    return bearer(world.broker.token(**(SIGNATORY | claims)))


async def offered(world: PortalWorld, kind: str = "OSO", **more: Any) -> pb.Agreement:
    answer = await world.portal.agreements.OfferAgreement(
        pb.OfferAgreementRequest(kind=kind, **more), metadata=bearer(world.broker.token())
    )
    return answer.agreement  # type: ignore[no-any-return]  # the stubs are untyped


def accepting(offer: pb.Agreement, **more: Any) -> pb.AcceptAgreementRequest:
    asked = {"agreement_id": offer.agreement_id, "document_sha256": offer.document_sha256}
    return pb.AcceptAgreementRequest(**(asked | more))


async def test_what_is_accepted_is_read_again_and_proven(world: PortalWorld) -> None:
    offer = await offered(world)

    done = await world.portal.agreements.AcceptAgreement(accepting(offer), metadata=signing(world))
    read = await world.portal.agreements.GetAgreementText(
        pb.GetAgreementTextRequest(agreement_id=offer.agreement_id),
        metadata=bearer(world.broker.token()),
    )

    trust = Trust.from_pem(world.hub.pki.roots.read_bytes())
    said = prove_acceptance(read.acceptance, trust, Oin(HUB.oin), dt.datetime.now(dt.UTC))
    assert SUBJECT not in repr(world.hub.lines())
    assert done.acceptance == read.acceptance
    assert (DOCUMENT, "2", DIGEST) == (read.document, read.text.version, said.document_sha256.hex())
    assert ("99001", world.broker.url) == (said.signatory, said.issuer)
    assert done.agreement.acceptance_sha256 == (hashlib.sha256(done.acceptance.payload).hexdigest())


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"role": [ROLE]}, "SIGNING_ROLE_MISSING"),
        ({"brins": [OWN]}, "BOARD_SCOPE_REQUIRED"),
        ({"auth_time": None}, "REAUTHENTICATION_REQUIRED"),
        ({"boards": ["99002"]}, "AGREEMENT_NOT_FOUND"),
        ({"boards": []}, "PERSON_REPRESENTS_NOBODY"),
    ],
)
async def test_who_neither_accepts_nor_declines(
    world: PortalWorld, claims: dict[str, Any], reason: str
) -> None:
    offer, token = await offered(world), world.broker.token(**(SIGNATORY | claims))
    calls = world.portal.agreements

    accept = await world.refused(calls.AcceptAgreement, accepting(offer), token)
    decline = await world.refused(
        calls.DeclineAgreement, pb.DeclineAgreementRequest(agreement_id=offer.agreement_id), token
    )

    assert [reason, reason] == [reason_of(accept), reason_of(decline)]


@pytest.mark.parametrize(
    ("claims", "asked", "reason"),
    [
        ({"brins": [OWN]}, {}, "BOARD_SCOPE_REQUIRED"),
        ({}, {"board_number": "99002"}, "ORGANISATION_NOT_YOURS"),
        ({}, {"swv": "PO9901"}, "ORGANISATION_NOT_YOURS"),
        ({}, {"party_oin": NOORD.oin}, "ORGANISATION_NOT_YOURS"),
        ({"boards": ["99001", "99002"]}, {}, "FIELD_REQUIRED"),
    ],
)
async def test_for_whom_nobody_asks(
    world: PortalWorld, claims: dict[str, Any], asked: dict[str, Any], reason: str
) -> None:
    token = world.broker.token(**claims)

    error = await world.refused(
        world.portal.agreements.OfferAgreement,
        pb.OfferAgreementRequest(kind="OSO", **asked),
        token,
    )

    assert reason == reason_of(error)


async def test_nobody_accepts_for_another(world: PortalWorld) -> None:
    """Neither a machine of a vendor, nor the desk, nor a chain partner."""
    offer, found = await offered(world), []

    for name in ("noord", "desk", "duo"):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await stubs(world, name).agreements.AcceptAgreement(accepting(offer))
        found.append(reason_of(error.value))

    assert ["AGREEMENT_NOT_FOUND", "METHOD_NOT_ALLOWED", "METHOD_NOT_ALLOWED"] == found


async def test_an_offer_to_another_is_refused_in_the_words_of_a_missing_one(
    world: PortalWorld,
) -> None:
    calls = world.portal.agreements
    offer, missing = await offered(world), str(uuid4())
    token = world.broker.token(**(SIGNATORY | {"boards": ["99002"]}))

    foreign = await world.refused(calls.AcceptAgreement, accepting(offer), token)
    none = await world.refused(calls.AcceptAgreement, accepting(offer, agreement_id=missing), token)
    read = await world.refused(
        calls.GetAgreementText, pb.GetAgreementTextRequest(agreement_id=offer.agreement_id), token
    )

    told = status_of(foreign).SerializeToString()
    assert "AGREEMENT_NOT_FOUND" == reason_of(read)
    assert (
        told.replace(offer.agreement_id.encode(), missing.encode())
        == status_of(none).SerializeToString()
    )


async def test_a_repeat_gets_its_acceptance_and_another_person_none(world: PortalWorld) -> None:
    offer, again = await offered(world), {"request_id": str(uuid4())}
    calls = world.portal.agreements

    first = await calls.AcceptAgreement(accepting(offer, **again), metadata=signing(world))
    repeated = await calls.AcceptAgreement(accepting(offer, **again), metadata=signing(world))
    other = await world.refused(
        calls.AcceptAgreement,
        accepting(offer, **again),
        world.broker.token(**(SIGNATORY | {"sub": "somebody-else"})),
    )
    body = await world.refused(
        calls.AcceptAgreement,
        accepting(offer, start_date="2099-01-01", **again),
        world.broker.token(**SIGNATORY),
    )
    moved = await world.refused(
        calls.AcceptAgreement,
        accepting(offer, **again),
        world.broker.token(**(SIGNATORY | {"boards": ["99002"]})),
    )

    assert first == repeated
    assert ["AGREEMENT_NOT_OFFERED", "REQUEST_ID_REUSED", "AGREEMENT_NOT_FOUND"] == [
        reason_of(error) for error in (other, body, moved)
    ]


async def test_a_check_shows_a_board_its_own_alone(world: PortalWorld) -> None:
    token = world.broker.token()
    check = world.portal.agreements.CheckAgreements

    own = await check(pb.CheckAgreementsRequest(service="OSO_OV"), metadata=bearer(token))
    foreign = await world.refused(
        check, pb.CheckAgreementsRequest(service="OSO_OV", board_number="99002"), token
    )
    of_school = await world.refused(
        check, pb.CheckAgreementsRequest(service="OSO_OV"), world.broker.token(brins=[OWN])
    )
    vendor = await stubs(world, "noord").agreements.CheckAgreements(
        pb.CheckAgreementsRequest(service="OSO_OV")
    )

    assert (True, ["KENNISNET_OSR", "OSO"]) == (own.agreed, [each.kind for each in own.required])
    assert ["ORGANISATION_NOT_YOURS", "FIELD_REQUIRED"] == [
        reason_of(foreign),
        reason_of(of_school),
    ]
    assert ["VENDOR_OSR", "VENDOR_OSO"] == [each.kind for each in vendor.required]


async def test_a_renewal_tells_which_routes_it_would_stop_and_stops_none(
    world: PortalWorld,
) -> None:
    before = await world.hub.register.head_revision()

    told = await register(
        world, "OSO", b"version 3", version="3", renewal_date="2098-12-31", validate_only=True
    )

    assert before == await world.hub.register.head_revision()
    assert told.renewed_count > 0
    assert told.impact.routes.lost > 0
    assert "AGREEMENT_MISSING" in {each.key for each in told.impact.by_reason.groups}


async def test_a_text_is_at_most_a_mebibyte_and_its_request_not_much_larger(
    world: PortalWorld,
) -> None:
    most = await register(world, "VVA", b"a" * MAX_DOCUMENT, privacy_notice=b"b" * (512 * 1024))
    read = await world.portal.agreements.GetAgreementText(
        pb.GetAgreementTextRequest(kind="VVA"), metadata=bearer(world.broker.token())
    )
    found = []
    for document in (b"a" * (MAX_DOCUMENT + 1), b"a" * (1700 * 1024)):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await register(world, "VENDOR_OSR", document)
        found.append(reason_of(error.value))

    assert MAX_DOCUMENT == most.text.size == len(read.document)
    assert ["DOCUMENT_INVALID", "REQUEST_TOO_LARGE"] == found


async def test_what_was_recorded_without_a_text_has_none(world: PortalWorld) -> None:
    fact = small_world.agreement(small_world.BOARD_1, AgreementKind.OSO)

    none = await world.refused(
        world.portal.agreements.GetAgreementText,
        pb.GetAgreementTextRequest(agreement_id=str(fact.agreement_id)),
    )
    empty = await world.refused(
        world.portal.agreements.GetAgreementText, pb.GetAgreementTextRequest()
    )

    assert ["AGREEMENT_TEXT_NOT_FOUND", "FIELD_REQUIRED"] == [reason_of(none), reason_of(empty)]


async def test_reading_a_text_counts_as_a_look_up(tmp_path: Path) -> None:
    bounds = replace(BOUNDS, lookup_per_minute=2)
    request = pb.GetAgreementTextRequest(document_sha256=DIGEST)
    async with portal_world(tmp_path, bounds=bounds) as world:
        read = world.portal.agreements.GetAgreementText

        found = [reason_of(await world.refused(read, request)) for _ in range(3)]

    assert ["AGREEMENT_TEXT_NOT_FOUND"] * 2 + ["QUOTA_EXCEEDED"] == found
