"""A hub for tests of the sending side: real TLS, real receipts, and a script of what it answers."""

import datetime as dt
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import grpc

from support.builders.pki import Identity
from support.fakes.raw_hub import ROUTING_KEY, signed, signer
from wissel.clients.las.refusing import refuse
from wissel.clients.testing.cast import HUB
from wissel.dossier.v1 import dossier_pb2
from wissel.party.v1 import party_service_pb2
from wissel.party.v1.party_service_pb2_grpc import (
    PartyServiceServicer,
    add_PartyServiceServicer_to_server,
)
from wissel.routing.exchange.envelope import EnvelopeHeader
from wissel.routing.exchange.messages import read_header
from wissel.routing.exchange.receipt_messages import hub_receipt_fields, receiver_receipt_fields
from wissel.routing.exchange.receipts import Exchange, HubReceipt, ReceiverReceipt
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.dsse import HUB_RECEIPT, RECEIVER_RECEIPT, Signer
from wissel.traffic.v1 import traffic_service_pb2 as pb
from wissel.traffic.v1.traffic_service_pb2_grpc import (
    TrafficServiceServicer,
    add_TrafficServiceServicer_to_server,
)

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(slots=True)
class Arrival:
    """What one attempt brought."""

    header: bytes
    payload: bytes


@dataclass(slots=True, kw_only=True)
class Script:
    """What the hub does: each of `answers` is used up by one attempt, then it delivers.

    An answer is a refusal, or a function that changes the receipts. `remaining`
    are the seconds that each attempt had. `known` is what GetDelivery finds.
    With `early`, it answers the header alone. `hub_oin` is who it says that it is.
    """

    answers: list[Refused | Callable[[pb.ForwardEnvelopeResponse], None]] = field(
        default_factory=list
    )
    arrivals: list[Arrival] = field(default_factory=list)
    metadata: list[dict[str, str]] = field(default_factory=list)
    remaining: list[float] = field(default_factory=list)
    known: pb.GetDeliveryResponse | None = None
    early: bool = False
    hub_oin: str = HUB.oin


class ScriptedHub(TrafficServiceServicer, PartyServiceServicer):
    """Serves while the block lasts."""

    __abstractmethods__: frozenset[str] = frozenset()  # only what a sender calls is served

    def __init__(self, hub: Identity, receiver: Identity) -> None:
        self.script = Script()
        self.hub: Signer = signer(hub)
        self.receiver: Signer = signer(receiver)
        self._server = grpc.aio.server()
        add_TrafficServiceServicer_to_server(self, self._server)
        add_PartyServiceServicer_to_server(self, self._server)
        pair = (hub.key.read_bytes(), hub.certificate.read_bytes())
        credentials = grpc.ssl_server_credentials(
            [pair], hub.roots.read_bytes(), require_client_auth=True
        )
        self.port = self._server.add_secure_port("localhost:0", credentials)
        self.address = f"localhost:{self.port}"

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop(None)

    async def WhoAmI(
        self, request: party_service_pb2.WhoAmIRequest, context: Context
    ) -> party_service_pb2.WhoAmIResponse:
        self.script.metadata.append({k: str(v) for k, v in context.invocation_metadata() or ()})
        answer = party_service_pb2.WhoAmIResponse(
            hub_oin=self.script.hub_oin, registered=True, role="OPERATOR"
        )
        answer.hub_time.FromDatetime(dt.datetime.now(dt.UTC))
        return answer

    async def GetDelivery(
        self, request: pb.GetDeliveryRequest, context: Context
    ) -> pb.GetDeliveryResponse:
        return self.script.known or pb.GetDeliveryResponse()

    async def ForwardEnvelope(
        self, request_iterator: AsyncIterator[pb.ForwardEnvelopeRequest], context: Context
    ) -> pb.ForwardEnvelopeResponse:
        header, payload = b"", b""
        async for request in request_iterator:
            if request.HasField("header"):
                header = request.header.SerializeToString(deterministic=True)
                if self.script.early:
                    break
            else:
                payload += request.chunk.data
        self.script.arrivals.append(Arrival(header, payload))
        self.script.remaining.append(context.time_remaining())
        answer = self.script.answers.pop(0) if self.script.answers else None
        if isinstance(answer, Refused):
            await refuse(context, answer)
        response = self.receipts(dossier_pb2.Signed.FromString(header))
        if callable(answer):
            answer(response)
        return response

    def receipts(self, message: dossier_pb2.Signed) -> pb.ForwardEnvelopeResponse:
        """Return what proves that a message was delivered."""
        body = message.payload
        header = read_header(body, dossier_pb2.EnvelopeHeader, dossier_pb2.EnvelopeContext)
        return self.proven(header, hashlib.sha256(body).digest())

    def proven(self, header: EnvelopeHeader, digest: bytes) -> pb.ForwardEnvelopeResponse:
        now = dt.datetime.now(dt.UTC)
        exchange = Exchange(
            hub_oin=HUB.oin,
            sender_oin=header.context.sender_oin,
            receiver_oin=self.receiver.oin,
            message_id=header.context.message_id,
            header_digest=digest,
            payload_size=header.payload_size,
            payload_sha256=header.payload_sha256,
        )
        received = dossier_pb2.ReceiverReceipt(
            **receiver_receipt_fields(
                ReceiverReceipt(
                    signer_oin=self.receiver.oin,
                    exchange=exchange,
                    received=now,
                    stamp_digest=bytes(32),
                )
            )
        ).SerializeToString()
        delivered = dossier_pb2.HubReceipt(
            **hub_receipt_fields(
                HubReceipt(
                    signer_oin=self.hub.oin,
                    exchange=exchange,
                    delivered=now,
                    sender_mandate_id=uuid4(),
                    receiver_mandate_id=uuid4(),
                    endpoint_id=uuid4(),
                    registry_revision=7,
                    receiver_receipt_digest=hashlib.sha256(received).digest(),
                )
            )
        ).SerializeToString()
        return pb.ForwardEnvelopeResponse(
            message_id=str(exchange.message_id),
            hub_receipt=signed(self.hub, delivered, HUB_RECEIPT),
            receiver_receipt=signed(self.receiver, received, RECEIVER_RECEIPT),
            routing_key=ROUTING_KEY,
        )
