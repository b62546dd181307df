"""The calls of the benchmark: the same ones to the hub and to its bare reference."""

import datetime as dt
import hashlib
import itertools
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import grpc

from bench.method import Call
from bench.world import brins
from wissel.clients.testing.cast import HUB, NOORD, Player
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.envelope import (
    Address,
    Attestation,
    EnvelopeContext,
    EnvelopeHeader,
    Kind,
)
from wissel.routing.exchange.messages import context_fields, header_fields
from wissel.routing.exchange.signed_messages import signed_fields
from wissel.routing.signing.dsse import ENVELOPE_HEADER, Signer
from wissel.routing.values.identifiers import ServiceCode
from wissel.traffic.v1 import route_service_pb2, traffic_service_pb2
from wissel.traffic.v1.route_service_pb2_grpc import RouteServiceStub
from wissel.traffic.v1.traffic_service_pb2_grpc import TrafficServiceStub

DOSSIER_BYTES: Final = 175_000
CHUNK_BYTES: Final = 512 * 1024
_TIMEOUT: Final = 60.0


def resolving(channel: grpc.aio.Channel, schools: int) -> Call:
    """Return calls that resolve routes between `schools` schools, each another one."""
    known = list(itertools.islice(brins(), schools))
    queries = itertools.cycle(
        route_service_pb2.ResolveRouteRequest(
            sender_brin=sender, receiver_brin=receiver, service="OSO_OV"
        )
        for sender, receiver in zip(known, known[7:] + known[:7], strict=True)
    )
    resolve = RouteServiceStub(channel).ResolveRoute

    async def call() -> None:
        response = await resolve(next(queries))
        if not response.route.routing_key:
            raise RuntimeError("no route")

    return call


@dataclass(frozen=True, slots=True)
class Way:
    """From which vendor's school to which other one; schools are numbered as `brins` does."""

    vendor: Player
    sender: int
    receiver: int


FROM_NOORD: Final = Way(NOORD, 0, 1)


class Sender:
    """Sends dossiers of one size, each a new signed message; a call has `timeout` seconds."""

    def __init__(
        self,
        channel: grpc.aio.Channel,
        folder: Path,
        size: int,
        chunk: int = CHUNK_BYTES,
        *,
        way: Way = FROM_NOORD,
        timeout: float = _TIMEOUT,
    ) -> None:
        self._forward = TrafficServiceStub(channel).ForwardEnvelope
        vendor, self._oin, self._timeout = way.vendor, way.vendor.oin, timeout
        known = list(itertools.islice(brins(), max(way.sender, way.receiver) + 1))
        self._sender, self._receiver = known[way.sender], known[way.receiver]
        self._signer = signer_of(folder, vendor.name)
        self._payload = os.urandom(size)
        self._sha256 = hashlib.sha256(self._payload).digest()
        self._chunks = [
            traffic_service_pb2.ForwardEnvelopeRequest(
                chunk=dossier_pb2.Chunk(data=self._payload[at : at + chunk])
            )
            for at in range(0, size, chunk)
        ]

    async def call(self) -> None:
        """Send one message."""
        response = await self._forward(self._requests(), timeout=self._timeout)
        if not response.message_id:
            raise RuntimeError("not delivered")

    async def _requests(self) -> AsyncIterator[traffic_service_pb2.ForwardEnvelopeRequest]:
        yield traffic_service_pb2.ForwardEnvelopeRequest(header=self._header())
        for chunk in self._chunks:
            yield chunk

    def _header(self) -> dossier_pb2.Signed:
        now = dt.datetime.now(dt.UTC)
        context = EnvelopeContext(
            message_id=uuid4(),
            created=now,
            expires=now + dt.timedelta(days=1),
            hub_oin=HUB.oin,
            sender_oin=self._oin,
            sender=Address(organisation=self._sender),
            receiver=Address(organisation=self._receiver),
            service=ServiceCode("OSO_OV"),
            kind=Kind.OVERSTAP,
            content_type="application/xml",
            initiator="account-of-the-benchmark",
            attestation=Attestation(inzage=True, inzage_date=now.date()),
        )
        return signed_header(self._signer, context, len(self._payload), self._sha256)


def signed_header(
    signer: Signer, context: EnvelopeContext, size: int, sha256: bytes
) -> dossier_pb2.Signed:
    """Return the signed header of a payload of `size` bytes."""
    inner = dossier_pb2.EnvelopeContext(**context_fields(context)).SerializeToString()
    header = EnvelopeHeader(context=context, payload_size=size, payload_sha256=sha256)
    payload = dossier_pb2.EnvelopeHeader(**header_fields(header, inner)).SerializeToString()
    return dossier_pb2.Signed(**signed_fields(signer.sign(payload, ENVELOPE_HEADER)))


def signer_of(folder: Path, name: str) -> Signer:
    """Return who signs as `name` of a development PKI."""
    return Signer.from_pem(
        (folder / f"{name}.key").read_bytes(), (folder / f"{name}.pem").read_bytes()
    )
