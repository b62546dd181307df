"""The courier's messages on the wire, to values of `wissel.routing` and back.

What a well-formed message is stands in `wissel.routing.exchange`; the generated
classes are known here.
"""

import base64
import hashlib
from typing import Final

from google.protobuf.message import DecodeError

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.envelope import EnvelopeHeader
from wissel.routing.exchange.fetching.orders import ProvideOrder, order_fields
from wissel.routing.exchange.messages import read_header
from wissel.routing.exchange.proof import ReceiptTypes
from wissel.routing.exchange.receipt_messages import hub_receipt_fields, stamp_fields
from wissel.routing.exchange.receipts import HubReceipt, RouteStamp
from wissel.routing.exchange.signed_messages import signed_fields, signed_of
from wissel.routing.signing.dsse import HUB_RECEIPT, PROVIDE_ORDER, ROUTE_STAMP, Signed, Signer

RECEIPTS: Final = ReceiptTypes(receiver=dossier_pb2.ReceiverReceipt, hub=dossier_pb2.HubReceipt)


def header_in(verified: bytes) -> EnvelopeHeader:
    """Return the header in verified bytes; raises `Refused` as `read_header` does."""
    return read_header(verified, dossier_pb2.EnvelopeHeader, dossier_pb2.EnvelopeContext)


def signed_stamp(stamp: RouteStamp, signer: Signer) -> dossier_pb2.Signed:
    """Return the stamp, signed by the hub."""
    payload = dossier_pb2.RouteStamp(**stamp_fields(stamp)).SerializeToString()
    return signed_message(signer.sign(payload, ROUTE_STAMP))


def signed_order(order: ProvideOrder, signer: Signer) -> dossier_pb2.Signed:
    """Return the order to a source, signed by the hub."""
    payload = dossier_pb2.ProvideOrder(**order_fields(order)).SerializeToString()
    return signed_message(signer.sign(payload, PROVIDE_ORDER))


def signed_hub_receipt(receipt: HubReceipt, signer: Signer) -> dossier_pb2.Signed:
    """Return the receipt, signed by the hub."""
    payload = dossier_pb2.HubReceipt(**hub_receipt_fields(receipt)).SerializeToString()
    return signed_message(signer.sign(payload, HUB_RECEIPT))


def signed_message(signed: Signed) -> dossier_pb2.Signed:
    """Return a signed value as it travels."""
    return dossier_pb2.Signed(**signed_fields(signed))


def signed_text(message: dossier_pb2.Signed) -> str:
    """Return a signed message as the register keeps it: base64."""
    return base64.b64encode(message.SerializeToString()).decode("ascii")


def signed_in(text: str) -> dossier_pb2.Signed:
    """Return the signed message of which `signed_text` made `text`."""
    return dossier_pb2.Signed.FromString(base64.b64decode(text))


def signed_value(message: dossier_pb2.Signed) -> Signed:
    """Return the signed value in a message; nothing of it has been verified."""
    return signed_of(message)


def receipt_digest(receipt: bytes) -> bytes:
    """Return the SHA-256 of the signed payload of a serialized receipt; empty for none.

    Of bytes that are no receipt it is their own: a damaged row must not hold up others.
    """
    if not receipt:
        return b""
    try:
        return digest_of(dossier_pb2.Signed.FromString(receipt).payload)
    except DecodeError:
        return digest_of(receipt)


def digest_of(payload: bytes) -> bytes:
    """Return the SHA-256 by which a signed payload is named."""
    return hashlib.sha256(payload).digest()
