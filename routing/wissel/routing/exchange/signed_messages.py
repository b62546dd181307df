"""Signed values from wire messages and back; see `wissel.routing.exchange.messages`."""

from wissel.routing.exchange.message_shapes import SignedMessage
from wissel.routing.exchange.messages import Fields
from wissel.routing.signing.dsse import Signature, Signed


def signed_of(message: SignedMessage) -> Signed:
    """Return the signed value in a message; nothing of it has been verified."""
    signatures = [Signature(sig=each.sig, chain=tuple(each.chain)) for each in message.signatures]
    return Signed(
        payload=message.payload, payload_type=message.payload_type, signatures=tuple(signatures)
    )


def signed_fields(signed: Signed) -> Fields:
    """Return the fields of a Signed."""
    return {
        "payload": signed.payload,
        "payload_type": signed.payload_type,
        "signatures": [{"sig": each.sig, "chain": each.chain} for each in signed.signatures],
    }
