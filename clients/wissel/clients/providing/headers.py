"""The signed header of a dossier in one session: made once, and then the same bytes again."""

import datetime as dt
from typing import Final
from uuid import UUID

from wissel.clients.identity import Material
from wissel.clients.providing.storing.database import Database
from wissel.clients.providing.storing.records import PreparedDossier
from wissel.clients.sending.compose import signed_header
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.envelope import EnvelopeContext
from wissel.routing.exchange.fetching.orders import ProvideOrder
from wissel.routing.exchange.fetching.transfers import LIFETIME as SESSION
from wissel.routing.exchange.kinds import SERVICE_OF_KIND

LIFETIME: Final = dt.timedelta(days=7)


def header_for(
    database: Database,
    order: ProvideOrder,
    dossier: PreparedDossier,
    material: Material,
    message_id: UUID,
    now: dt.datetime,
) -> pb.Signed | None:
    """Return the header of a dossier for an order, made with `message_id` unless it is there.

    Of two calls that make it at the same time both get the one that was kept first.
    Returns None if the dossier was replaced or withdrawn meanwhile. Raises `StorageError`.
    """
    key = (str(order.session_id), str(dossier.dossier_id), order.source.routing_key or "")
    made = _signed(order, dossier, material, message_id, now)
    with database.write() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO header"
            " SELECT ?, dossier_id, ?, ?, ? FROM dossier WHERE dossier_id = ?",
            (key[0], key[2], made, int((now + SESSION).timestamp()), key[1]),
        )
        row = connection.execute(
            "SELECT signed FROM header WHERE session_id = ? AND dossier_id = ? AND source_key = ?",
            key,
        ).fetchone()
    return None if row is None else pb.Signed.FromString(row[0])


def _signed(
    order: ProvideOrder,
    dossier: PreparedDossier,
    material: Material,
    message_id: UUID,
    now: dt.datetime,
) -> bytes:
    context = EnvelopeContext(
        message_id=message_id,
        created=now,
        expires=now + LIFETIME,
        hub_oin=order.hub_oin,
        sender_oin=material.oin,
        sender=order.source,
        receiver=order.requester,
        service=SERVICE_OF_KIND[order.kind],
        kind=order.kind,
        content_type="application/xml",
        initiator=dossier.initiator,
        attestation=dossier.attestation,
        session_id=order.session_id,
        receiver_oin=order.requester_oin,
    )
    return signed_header(context, dossier.size, dossier.sha256, material)
