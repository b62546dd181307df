"""The receiver of our side of the forward: it hashes as the bare one does, and signs a receipt.

It stands in for any vendor's LAS: it keeps nothing and syncs no disk, since
that would measure the disk of a vendor and not the hub.
"""

import asyncio
import datetime as dt
import hashlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import uvloop

from bench.bare import serve_las
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2, las_service_pb2_grpc
from wissel.routing.exchange.messages import read_header
from wissel.routing.exchange.receipt_messages import read_stamp, receiver_receipt_fields
from wissel.routing.exchange.receipts import Exchange, ReceiverReceipt
from wissel.routing.exchange.signed_messages import signed_fields
from wissel.routing.signing.dsse import RECEIVER_RECEIPT, Signer


class SigningReceiver(las_service_pb2_grpc.LasServiceServicer):
    """Hashes what arrives and returns a signed receipt."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    async def Deliver(
        self, request_iterator: AsyncIterator[las_service_pb2.DeliverRequest], context: object
    ) -> las_service_pb2.DeliverResponse:
        """Take the stream to its end and return a signed receipt."""
        opening = las_service_pb2.Opening()
        digest, size = hashlib.sha256(), 0
        async for request in request_iterator:
            if request.HasField("opening"):
                opening = request.opening
            else:
                digest.update(request.chunk.data)
                size += len(request.chunk.data)
        receipt = self._receipt(opening, size, digest.digest())
        payload = dossier_pb2.ReceiverReceipt(**receiver_receipt_fields(receipt))
        signed = self._signer.sign(payload.SerializeToString(), RECEIVER_RECEIPT)
        return las_service_pb2.DeliverResponse(receipt=dossier_pb2.Signed(**signed_fields(signed)))

    def _receipt(
        self, opening: las_service_pb2.Opening, size: int, digest: bytes
    ) -> ReceiverReceipt:
        stamp = read_stamp(opening.stamp.payload, dossier_pb2.RouteStamp)
        header = read_header(
            opening.header.payload, dossier_pb2.EnvelopeHeader, dossier_pb2.EnvelopeContext
        )
        exchange = Exchange(
            hub_oin=stamp.hub_oin,
            sender_oin=stamp.sender_oin,
            receiver_oin=self._signer.oin,
            message_id=header.context.message_id,
            header_digest=stamp.header_digest,
            payload_size=size,
            payload_sha256=digest,
        )
        return ReceiverReceipt(
            signer_oin=self._signer.oin,
            exchange=exchange,
            received=dt.datetime.now(dt.UTC),
            stamp_digest=hashlib.sha256(opening.stamp.payload).digest(),
        )


class StalledReceiver(las_service_pb2_grpc.LasServiceServicer):
    """Refuses the first message, so that a connection is open; reads only the start of others."""

    def __init__(self) -> None:
        self._known = False

    async def Deliver(
        self, request_iterator: AsyncIterator[las_service_pb2.DeliverRequest], context: object
    ) -> las_service_pb2.DeliverResponse:
        """Wait until the hub gives up."""
        await anext(request_iterator)
        if self._known:
            await asyncio.Event().wait()
        self._known = True
        return las_service_pb2.DeliverResponse(refusal=las_service_pb2.Refusal(reason="FIRST"))


async def main(folder: Path, name: str, *, stalled: bool) -> None:
    """Serve as the vendor `name` of a development PKI until killed."""
    key, chain = (folder / f"{name}.key").read_bytes(), (folder / f"{name}.pem").read_bytes()
    # Each serves one method, hence the ignores.
    signing = SigningReceiver(Signer.from_pem(key, chain))  # type: ignore[abstract]
    await serve_las(StalledReceiver() if stalled else signing, folder, name)  # type: ignore[abstract]


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), sys.argv[2], stalled="stalled" in sys.argv[3:]))
