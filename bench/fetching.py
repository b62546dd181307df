"""Fetching dossiers: the sessions, and the calls of a requester, to the hub and to its reference.

A call is `FetchDossier` and then `SignOffTransfer` with the signed receipt, after
which the delivery is DELIVERED; the reference passes both on or answers them
alike. The sessions, which a person starts, are there before.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

import grpc
from sqlalchemy import insert

from bench.load import FROM_NOORD, signer_of
from bench.world import school
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2
from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.transfers import LIFETIME
from wissel.routing.exchange.messages import read_header
from wissel.routing.exchange.receipt_messages import receiver_receipt_fields
from wissel.routing.exchange.receipts import Exchange, ReceiverReceipt
from wissel.routing.exchange.signed_messages import signed_fields
from wissel.routing.signing.dsse import RECEIVER_RECEIPT
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.journal.codec import microseconds_of
from wissel.server.store.journal.tables import TRANSFER
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1.transfer_service_pb2_grpc import TransferServiceStub

_KEY: Final = hashlib.sha256(b"a pupil").digest()
_TIMEOUT: Final = 60.0


def start_sessions(url: str, count: int) -> Sequence[str]:
    """Keep so many sessions in the journal beside the register at `url`; return their ids.

    In each of them Zuid's school asks that of Noord.
    """
    source, _ = school(FROM_NOORD.sender)
    requester, routing_key = school(FROM_NOORD.receiver)
    now = dt.datetime.now(dt.UTC)
    same = {
        "requester_oin": ZUID.oin,
        "requester": requester,
        "requester_routing_key": routing_key,
        "source": source,
        "kind": Kind.OVERSTAP.value,
        "initiator": "account-of-the-benchmark",
        "started": microseconds_of(now),
        "expires": microseconds_of(now + LIFETIME),
        "result": "",
    }
    ids = [str(uuid4()) for _ in range(count)]
    with BlockingDatabase.open(journal_url(url)) as database, database.writing() as connection:
        connection.execute(insert(TRANSFER), [same | {"session_id": each} for each in ids])
    return ids


class Requester:
    """Fetches a dossier of `size` bytes in each of the sessions, and signs for it."""

    def __init__(
        self, channel: grpc.aio.Channel, folder: Path, size: int, sessions: Iterator[str]
    ) -> None:
        stub = TransferServiceStub(channel)
        self._fetch, self._sign_off = stub.FetchDossier, stub.SignOffTransfer
        self._signer = signer_of(folder, ZUID.name)
        self._size, self._sessions = size, sessions
        _, self._source_key = school(FROM_NOORD.sender)

    async def call(self) -> None:
        """Fetch one dossier, and sign off with the receipt for it."""
        session = next(self._sessions)
        request = pb.FetchDossierRequest(
            session_id=session,
            source_routing_key=self._source_key,
            search_key=_KEY,
            source_key_id="noord-1",
            requester_key_id="zuid-1",
        )
        opening, digest, size = las_service_pb2.Opening(), hashlib.sha256(), 0
        async for part in self._fetch(request, timeout=_TIMEOUT):
            if part.HasField("opening"):
                opening = part.opening
            else:
                digest.update(part.chunk.data)
                size += len(part.chunk.data)
        if size != self._size:
            raise RuntimeError("not fetched")
        ended = await self._sign_off(self._signed(session, opening, size, digest.digest()))
        if not ended.hub_receipt.payload:
            raise RuntimeError("not delivered")

    def _signed(
        self, session: str, opening: las_service_pb2.Opening, size: int, sha256: bytes
    ) -> pb.SignOffTransferRequest:
        header = opening.header.payload
        context = read_header(
            header, dossier_pb2.EnvelopeHeader, dossier_pb2.EnvelopeContext
        ).context
        receipt = ReceiverReceipt(
            signer_oin=self._signer.oin,
            exchange=Exchange(
                hub_oin=HUB.oin,
                sender_oin=NOORD.oin,
                receiver_oin=self._signer.oin,
                message_id=context.message_id,
                header_digest=hashlib.sha256(header).digest(),
                payload_size=size,
                payload_sha256=sha256,
            ),
            received=dt.datetime.now(dt.UTC),
            stamp_digest=hashlib.sha256(opening.stamp.payload).digest(),
        )
        payload = dossier_pb2.ReceiverReceipt(**receiver_receipt_fields(receipt))
        signed = self._signer.sign(payload.SerializeToString(), RECEIVER_RECEIPT)
        return pb.SignOffTransferRequest(
            session_id=session,
            receipt=dossier_pb2.Signed(**signed_fields(signed)),
            sender_oin=NOORD.oin,
            message_id=str(context.message_id),
        )
