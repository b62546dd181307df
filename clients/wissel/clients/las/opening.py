"""Judges the opening of a delivery: whether it comes from our hub and is meant for us."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from wissel.clients.identity import Material
from wissel.clients.las.message import IncomingMessage
from wissel.clients.las.trust import AuthContext, caller_of, verified
from wissel.clients.received.messages import MessageKey
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.las.v1 import las_service_pb2
from wissel.routing.exchange.envelope import SKEW, EnvelopeHeader
from wissel.routing.exchange.messages import read_header
from wissel.routing.exchange.receipt_messages import read_stamp, refused_as
from wissel.routing.exchange.receipts import Exchange, RouteStamp
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import ENVELOPE_HEADER, ROUTE_STAMP
from wissel.routing.values.identifiers import Oin


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An opening that was verified: the header of the sender and the stamp of the hub.

    `stamp_digest` is the SHA-256 (32 bytes) of the stamp's signed payload.
    """

    header: EnvelopeHeader
    stamp: RouteStamp
    key: MessageKey
    stamp_digest: bytes

    def exchange(self) -> Exchange:
        """Return the part of the receipt that identifies this delivery."""
        return Exchange(
            hub_oin=self.stamp.hub_oin,
            sender_oin=self.stamp.sender_oin,
            receiver_oin=self.stamp.receiver_oin,
            message_id=self.stamp.message_id,
            header_digest=self.stamp.header_digest,
            payload_size=self.header.payload_size,
            payload_sha256=self.header.payload_sha256,
        )


def require_hub(auth: AuthContext, material: Material, hub_oin: Oin, now: dt.datetime) -> None:
    """Return if the caller is our hub, by the certificate of the connection.

    Raises `Refused(HUB_NOT_TRUSTED)` for another party, or the reason why the
    certificate is not valid.
    """
    caller = caller_of(auth, material.paths, now)
    if caller != hub_oin:
        raise Refused(Reason.HUB_NOT_TRUSTED, oin=caller)


def judge(
    opening: las_service_pb2.Opening, material: Material, hub_oin: Oin, now: dt.datetime
) -> Accepted:
    """Return the verified opening, or raise `Refused` (design.md#envelopes).

    1. The stamp is signed by our hub, else STAMP_INVALID with the problem.
    2. It is for our OIN and valid at `now`, give or take `SKEW`, else
       STAMP_NOT_MINE or STAMP_INVALID.
    3. The header is signed, and the signer has a trusted path (see `dsse.verify`).
    4. It is the header that the stamp was made for, else STAMP_INVALID.
    5. Its signer is the sender that it names, else SIGNER_MISMATCH.
    6. It names our hub, else WRONG_HUB.
    """
    # 1.
    with refused_as(Reason.STAMP_INVALID):
        stamped = verified(opening.stamp, ROUTE_STAMP, material.paths, now)
    stamp = read_stamp(stamped.payload, pb.RouteStamp)
    if stamped.signer != hub_oin or stamp.hub_oin != hub_oin:
        raise Refused(Reason.STAMP_INVALID, problem="signed by another than the hub")
    # 2.
    if stamp.receiver_oin != material.oin:
        raise Refused(Reason.STAMP_NOT_MINE, receiver_oin=stamp.receiver_oin)
    if not stamp.issued - SKEW <= now < stamp.expires + SKEW:
        raise Refused(Reason.STAMP_INVALID, problem="not in time")
    # 3.
    signed = verified(opening.header, ENVELOPE_HEADER, material.paths, now)
    header = read_header(signed.payload, pb.EnvelopeHeader, pb.EnvelopeContext)
    context = header.context
    # 4.
    digest = hashlib.sha256(signed.payload).digest()
    made_for = (stamp.header_digest, stamp.message_id, stamp.sender_oin)
    if made_for != (digest, context.message_id, context.sender_oin):
        raise Refused(Reason.STAMP_INVALID, problem="made for another header")
    # 5.
    if signed.signer != context.sender_oin:
        raise Refused(Reason.SIGNER_MISMATCH, oin=signed.signer)
    # 6.
    if context.hub_oin != hub_oin:
        raise Refused(Reason.WRONG_HUB, hub_oin=context.hub_oin)
    return _accepted(header, stamp, digest, stamped.payload)


def judged_before(opening: las_service_pb2.Opening) -> Accepted:
    """Return an opening that `judge` returned before, and that was kept since.

    Raises `Refused` for one that is damaged.
    """
    stamp = read_stamp(opening.stamp.payload, pb.RouteStamp)
    header = read_header(opening.header.payload, pb.EnvelopeHeader, pb.EnvelopeContext)
    digest = hashlib.sha256(opening.header.payload).digest()
    return _accepted(header, stamp, digest, opening.stamp.payload)


def incoming(accepted: Accepted, path: Path, *, maybe_seen: bool) -> IncomingMessage:
    """Return the message of an opening, whose complete payload is the file at `path`."""
    header = accepted.header
    return IncomingMessage(
        routing_key=accepted.stamp.routing_key,
        context=header.context,
        path=path,
        size=header.payload_size,
        sha256=header.payload_sha256.hex(),
        maybe_seen=maybe_seen,
    )


def _accepted(header: EnvelopeHeader, stamp: RouteStamp, digest: bytes, stamped: bytes) -> Accepted:
    context = header.context
    key = MessageKey(
        sender_oin=context.sender_oin, message_id=context.message_id, header_digest=digest
    )
    return Accepted(
        header=header, stamp=stamp, key=key, stamp_digest=hashlib.sha256(stamped).digest()
    )
