"""The source of a fetch, through the hub and through the bare relay alike.

It stands in for any vendor's LAS: it looks for no pupil and asks the hub nothing,
since that would measure the vendor and not the hub.
"""

import datetime as dt
import hashlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import uvloop

from bench.bare import serve_las
from bench.load import DOSSIER_BYTES, FROM_NOORD, signed_header, signer_of
from bench.world import school
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2, las_service_pb2_grpc
from wissel.routing.exchange.envelope import Address, Attestation, EnvelopeContext, Kind
from wissel.routing.exchange.fetching.orders import read_order
from wissel.routing.exchange.kinds import SERVICE_OF_KIND
from wissel.routing.signing.dsse import Signer


class Source(las_service_pb2_grpc.LasServiceServicer):
    """Provides the same payload each time, under a header that it signs for the order."""

    def __init__(self, signer: Signer, payload: bytes) -> None:
        self._signer = signer
        self._size, self._sha256 = len(payload), hashlib.sha256(payload).digest()
        self._chunk = las_service_pb2.ProvideResponse(chunk=dossier_pb2.Chunk(data=payload))

    async def Provide(
        self, request: las_service_pb2.ProvideRequest, context: object
    ) -> AsyncIterator[las_service_pb2.ProvideResponse]:
        """Provide the payload in one chunk, as the SDK does with so few bytes."""
        yield las_service_pb2.ProvideResponse(header=self._header(request))
        yield self._chunk

    def _header(self, request: las_service_pb2.ProvideRequest) -> dossier_pb2.Signed:
        """Return the header for an order; the bare relay gives none."""
        if not request.HasField("order"):
            return self._signed(uuid4())
        order = read_order(request.order.payload, dossier_pb2.ProvideOrder)
        return self._signed(order.session_id)

    def _signed(self, session_id: UUID) -> dossier_pb2.Signed:
        now = dt.datetime.now(dt.UTC)
        context = EnvelopeContext(
            message_id=uuid4(),
            created=now,
            expires=now + dt.timedelta(days=1),
            hub_oin=HUB.oin,
            sender_oin=NOORD.oin,
            sender=_address(FROM_NOORD.sender),
            receiver=_address(FROM_NOORD.receiver),
            service=SERVICE_OF_KIND[Kind.OVERSTAP],
            kind=Kind.OVERSTAP,
            content_type="application/xml",
            initiator="account-of-the-benchmark",
            attestation=Attestation(inzage=True, inzage_date=now.date()),
            session_id=session_id,
            receiver_oin=ZUID.oin,
        )
        return signed_header(self._signer, context, self._size, self._sha256)


def _address(number: int) -> Address:
    brin, key = school(number)
    return Address(organisation=brin, routing_key=key)


async def main(folder: Path) -> None:
    """Serve as Noord of a development PKI until killed."""
    signer, payload = signer_of(folder, NOORD.name), os.urandom(DOSSIER_BYTES)
    await serve_las(Source(signer, payload), folder, NOORD.name)  # type: ignore[abstract]


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
