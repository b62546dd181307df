"""A curious vendor, and one whose certificate is taken away while it is busy."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from support.builders.pki import Authority, Identity, Pki
from support.builders.stubs import WHY, Stubs
from support.worlds import small_world
from support.worlds.forwarding import Envelope, World, forwarding
from support.worlds.hub import OPERATOR_METADATA, status_of
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.party.v1 import party_service_pb2 as party
from wissel.routing.facts import Party, Revocation, RevocationTarget, Role
from wissel.routing.values.identifiers import Oin
from wissel.traffic.v1 import traffic_service_pb2 as pb

FOREIGN_MANDATE = str(small_world.C_ZUID.mandate_id)
FOREIGN_ENDPOINT = str(small_world.endpoint(small_world.C_ZUID, 1).endpoint_id)
KEY = str(small_world.key(small_world.XC, 7))
URL = "https://las.example:8443"
ASKED: list[tuple[str, str, type[Any], str, dict[str, Any]]] = [
    ("mandates", "GetMandate", mandate.GetMandateRequest, "mandate_id", {}),
    (
        "mandates",
        "UpdateMandate",
        mandate.UpdateMandateRequest,
        "mandate_id",
        {"end_date": "2099-01-01"},
    ),
    ("mandates", "EndMandate", mandate.EndMandateRequest, "mandate_id", {"immediately": True}),
    ("endpoints", "GetEndpoint", endpoint.GetEndpointRequest, "endpoint_id", {}),
    ("endpoints", "SuspendEndpoint", endpoint.SuspendEndpointRequest, "endpoint_id", {}),
    ("endpoints", "ResumeEndpoint", endpoint.ResumeEndpointRequest, "endpoint_id", {"etag": "00"}),
    ("endpoints", "EndEndpoint", endpoint.EndEndpointRequest, "endpoint_id", {"immediately": True}),
    ("endpoints", "UpdateEndpoint", endpoint.UpdateEndpointRequest, "endpoint_id", {"url": URL}),
    ("endpoints", "SuggestRoutingKey", endpoint.SuggestRoutingKeyRequest, "mandate_id", {}),
    (
        "endpoints",
        "EndEndpoint",
        endpoint.EndEndpointRequest,
        "endpoint_id",
        {"end_date": "2020-01-01"},
    ),
    (
        "endpoints",
        "RegisterEndpoint",
        endpoint.RegisterEndpointRequest,
        "mandate_id",
        {"routing_key": KEY, "url": URL},
    ),
    (
        "endpoints",
        "RegisterEndpoint",
        endpoint.RegisterEndpointRequest,
        "mandate_id",
        {
            "routing_key": str(small_world.key(small_world.XC, 1)),
            "url": URL,
            "service_version": "none",
        },
    ),
]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value


def reason_in(error: grpc.aio.AioRpcError) -> str:
    return (error.details() or "").partition(":")[0]


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_what_is_anothers_is_byte_for_byte_what_is_not_there(
    world: World, language: str
) -> None:
    noord, metadata = Stubs(world.hub, "noord"), (("accept-language", language),)
    for service, method, kind, field, more in ASKED:
        call = getattr(getattr(noord, service), method)
        foreign = FOREIGN_MANDATE if field == "mandate_id" else FOREIGN_ENDPOINT
        missing = str(uuid4())

        of_foreign = await refusal(call(kind(**{field: foreign}, **more), metadata=metadata))
        of_missing = await refusal(call(kind(**{field: missing}, **more), metadata=metadata))

        told = status_of(of_foreign).SerializeToString().replace(foreign.encode(), missing.encode())
        assert told == status_of(of_missing).SerializeToString(), method
        assert of_foreign.code() is of_missing.code()


@pytest.mark.parametrize(
    ("method", "kind", "field", "foreign", "missing"),
    [
        (
            "UpdateSystem",
            party.UpdateSystemRequest,
            "system_id",
            str(small_world.LAS_ZUID),
            "las-none",
        ),
        ("UpdateParty", party.UpdatePartyRequest, "oin", str(ZUID.oin), "00000003990000990000"),
    ],
)
async def test_what_others_tell_is_not_a_vendors_to_change(
    world: World, method: str, kind: type[Any], field: str, foreign: str, missing: str
) -> None:
    call = getattr(Stubs(world.hub, "noord").parties, method)
    change = {"desk": party.Desk(mail="noord@noord.example")}

    of_foreign = await refusal(call(kind(**{field: foreign}, **change)))
    of_missing = await refusal(call(kind(**{field: missing}, **change)))

    told = status_of(of_foreign).SerializeToString()
    assert told.replace(foreign.encode(), missing.encode()) == (
        status_of(of_missing).SerializeToString()
    )


async def test_a_filter_by_what_is_anothers_finds_what_a_missing_one_does(world: World) -> None:
    noord = Stubs(world.hub, "noord")

    for mandate_id in (FOREIGN_MANDATE, str(uuid4())):
        found = await noord.endpoints.ListEndpoints(
            endpoint.ListEndpointsRequest(mandate_id=mandate_id)
        )
        assert found.SerializeToString() == b""
    revision = await world.hub.register.head_revision()
    for system_id in ("las-zuid", "las-nobody"):
        given = await noord.mandates.ListMandates(mandate.ListMandatesRequest(system_id=system_id))
        given.ClearField("resume_token")  # of the revision, whoever asks
        assert given == mandate.ListMandatesResponse(registry_revision=revision)


async def test_a_dossier_of_two_others_is_a_dossier_that_is_not_there(world: World) -> None:
    sent = await world.send(world.message())
    third = world.hub.issue("third", oin="00000003999999550000")
    await world.hub.put(Party(oin=Oin(third.oin), name="Derde", role=Role.VENDOR))
    missing = str(uuid4())
    stub = world.stub("third")

    errors = [
        await refusal(
            stub.GetDelivery(pb.GetDeliveryRequest(message_id=each, sender_oin=NOORD.oin))
        )
        for each in (sent.message_id, missing)
    ]
    listed = await stub.ListDeliveries(pb.ListDeliveriesRequest())

    told = [status_of(error).SerializeToString() for error in errors]
    assert told[0].replace(sent.message_id.encode(), missing.encode()) == told[1]
    assert not listed.deliveries


async def test_a_vendor_that_asks_for_a_taken_key_learns_no_name(world: World) -> None:
    """Noord gets a mandate beside that of Zuid, and tries the key of Zuid's endpoint."""
    given = await Stubs(world.hub, "desk").mandate("99XC", "las-noord")
    taken = str(small_world.key(small_world.XC, 1))

    error = await refusal(Stubs(world.hub, "noord").endpoint(given.mandate.mandate_id, taken))

    told = status_of(error).SerializeToString()
    assert reason_in(error) == "ROUTING_KEY_IN_USE"
    for secret in (FOREIGN_ENDPOINT, FOREIGN_MANDATE, "las-zuid", ZUID.oin, world.las.url):
        assert str(secret).encode() not in told


async def begun(world: World, message: Envelope) -> Any:
    """Return a call whose header and first chunk have arrived at the receiver."""
    call = world.stub().ForwardEnvelope(timeout=30)
    await call.write(pb.ForwardEnvelopeRequest(header=message.signed))
    for chunk in message.chunks[:2]:
        part = dossier_pb2.Chunk(data=chunk)
        await call.write(pb.ForwardEnvelopeRequest(chunk=part))
    await world.las.calls.wait()
    return call


async def test_a_certificate_revoked_while_its_dossier_is_under_way_ends_it(world: World) -> None:
    message = world.message()
    call = await begun(world, message)
    leaf = world.hub.identity("noord").leaf.public_bytes(Encoding.DER)

    await Stubs(world.hub, "desk").parties.RevokeCertificate(
        party.RevokeCertificateRequest(certificate_sha256=sha256(leaf).hexdigest(), reason=WHY),
        metadata=OPERATOR_METADATA,
    )
    error = await refusal(call)

    assert reason_in(error) == "CERTIFICATE_REVOKED"
    assert await world.settled(message) == ("FAILED", "CERTIFICATE_REVOKED")
    assert world.las.received == []


async def test_a_revoked_intermediate_ends_everything_under_it(world: World) -> None:
    await world.send(world.message())
    issuer = world.hub.pki.intermediate.certificate.public_bytes(Encoding.DER)

    await world.hub.put(
        Revocation(
            target=RevocationTarget.CERTIFICATE_SHA256,
            value=sha256(issuer).hexdigest(),
        )
    )
    error = await world.refusal(world.message())

    assert reason_in(error) == "CERTIFICATE_REVOKED"


def imposters(pki: Pki, folder: Path) -> list[Identity]:
    """Return certificates with Noord's OIN, or behind Noord's, that are not Noord's."""
    zuid = pki.issue("real-zuid", oin=ZUID.oin)
    alike = pki.look_alike(folder / "alike")
    own = alike.issue("own-ca", oin=NOORD.oin, append=(pki.intermediate.certificate,))
    below = pki.issue("as-ca", oin=NOORD.oin, authority=authority_of(zuid))
    return [own, below]


def authority_of(identity: Identity) -> Authority:
    """Return a vendor's leaf as if it were a CA."""
    return Authority(
        certificate=identity.leaf, private_key=identity.private_key, path=identity.chain
    )


async def test_nobody_calls_with_a_certificate_of_an_own_authority(
    world: World, tmp_path: Path
) -> None:
    for identity in imposters(world.hub.pki, tmp_path):
        channel = world.hub.open(identity)
        call: Any = channel.unary_unary("/wissel.party.v1.PartyService/WhoAmI")

        error = await refusal(call(b"", timeout=60))

        assert error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAUTHENTICATED)


async def test_an_appended_certificate_of_another_vendor_makes_nobody_that_vendor(
    world: World,
) -> None:
    noord = world.hub.identity("noord")
    both = world.hub.issue("both", oin=ZUID.oin, append=noord.chain)
    message = world.message()

    error = await world.refusal(message, "both")

    assert reason_in(error) == "SIGNER_MISMATCH"
    assert both.oin == ZUID.oin
    assert await world.state(message) is None
