"""A raw hub for tests of the LAS side: real TLS, and every part of a delivery open to change."""

import datetime as dt
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import grpc

from support.builders.pki import Identity
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as pb
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub
from wissel.routing.exchange.envelope import (
    Address,
    Attestation,
    EnvelopeContext,
    EnvelopeHeader,
    Kind,
)
from wissel.routing.exchange.messages import context_fields, header_fields
from wissel.routing.exchange.receipt_messages import stamp_fields
from wissel.routing.exchange.receipts import RouteStamp
from wissel.routing.exchange.signed_messages import signed_fields
from wissel.routing.signing.dsse import ENVELOPE_HEADER, ROUTE_STAMP, Signer
from wissel.routing.values.identifiers import Brin, RoutingKey, ServiceCode, Vestiging

ROUTING_KEY = RoutingKey("0000000700099XB00002")
PAYLOAD = bytes(range(256)) * 700


def signer(identity: Identity) -> Signer:
    return Signer.from_pem(identity.key.read_bytes(), identity.certificate.read_bytes())


def signed(by: Signer, payload: bytes, payload_type: str) -> dossier_pb2.Signed:
    return dossier_pb2.Signed(**signed_fields(by.sign(payload, payload_type)))


def context(now: dt.datetime, *, message_id: UUID | None = None) -> EnvelopeContext:
    return EnvelopeContext(
        message_id=message_id or uuid4(),
        created=now,
        expires=now + dt.timedelta(days=7),
        hub_oin=HUB.oin,
        sender_oin=NOORD.oin,
        sender=Address(organisation=Brin("99XA")),
        receiver=Address(organisation=Brin("99XB"), vestiging=Vestiging("99XB02")),
        service=ServiceCode("OSO_OV"),
        kind=Kind.OVERSTAP,
        content_type="application/xml",
        initiator="account-0001",
        attestation=Attestation(inzage=True, inzage_date=now.date()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What goes over the wire to a LAS."""

    header: dossier_pb2.Signed
    stamp: dossier_pb2.Signed
    chunks: Sequence[bytes]
    header_digest: bytes
    message_id: UUID

    async def requests(self) -> AsyncIterator[pb.DeliverRequest]:
        yield pb.DeliverRequest(opening=pb.Opening(header=self.header, stamp=self.stamp))
        for chunk in self.chunks:
            yield pb.DeliverRequest(chunk=dossier_pb2.Chunk(data=chunk))

    def with_chunks(self, *chunks: bytes) -> "Delivery":
        return replace(self, chunks=chunks)


class RawHub:
    """Builds deliveries and sends them, as `hub`, from `sender`."""

    def __init__(self, hub: Identity, sender: Identity) -> None:
        self.hub = hub
        self.signer = signer(hub)
        self.sender = signer(sender)

    def delivery(
        self,
        now: dt.datetime,
        *,
        payload: bytes = PAYLOAD,
        about: EnvelopeContext | None = None,
        header_by: Signer | None = None,
        stamp_by: Signer | None = None,
        **stamp: object,
    ) -> Delivery:
        """Return a faultless delivery; `stamp` overrides fields of the stamp."""
        what = about or context(now)
        header = EnvelopeHeader(
            context=what, payload_size=len(payload), payload_sha256=hashlib.sha256(payload).digest()
        )
        inner = dossier_pb2.EnvelopeContext(**context_fields(what)).SerializeToString()
        body = dossier_pb2.EnvelopeHeader(**header_fields(header, inner)).SerializeToString()
        digest = hashlib.sha256(body).digest()
        order = RouteStamp(
            hub_oin=HUB.oin,
            sender_oin=what.sender_oin,
            receiver_oin=ZUID.oin,
            message_id=what.message_id,
            header_digest=digest,
            routing_key=ROUTING_KEY,
            endpoint_id=uuid4(),
            registry_revision=7,
            attempt=1,
            issued=now,
            expires=now + dt.timedelta(minutes=5),
        )
        order = replace(order, **stamp)  # type: ignore[arg-type] # any field of the stamp
        stamp_body = dossier_pb2.RouteStamp(**stamp_fields(order)).SerializeToString()
        return Delivery(
            header=signed(header_by or self.sender, body, ENVELOPE_HEADER),
            stamp=signed(stamp_by or self.signer, stamp_body, ROUTE_STAMP),
            chunks=tuple(payload[at : at + 65536] for at in range(0, len(payload), 65536)),
            header_digest=digest,
            message_id=what.message_id,
        )


def channel(address: str, identity: Identity) -> grpc.aio.Channel:
    credentials = grpc.ssl_channel_credentials(
        identity.roots.read_bytes(), identity.key.read_bytes(), identity.certificate.read_bytes()
    )
    return grpc.aio.secure_channel(address, credentials)


async def deliver(address: str, identity: Identity, delivery: Delivery) -> pb.DeliverResponse:
    async with channel(address, identity) as open_channel:
        return await LasServiceStub(open_channel).Deliver(delivery.requests(), timeout=30)


async def get_receipt(
    address: str, identity: Identity, delivery: Delivery
) -> pb.GetReceiptResponse:
    request = pb.GetReceiptRequest(
        sender_oin=NOORD.oin,
        message_id=str(delivery.message_id),
        header_digest=delivery.header_digest,
    )
    async with channel(address, identity) as open_channel:
        return await LasServiceStub(open_channel).GetReceipt(request, timeout=30)
