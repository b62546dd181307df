"""Signed values from wire messages and back; see `wissel.routing.messages`."""

from wissel.routing.dsse import Signature, Signed
from wissel.routing.message_shapes import SignedMessage
from wissel.routing.messages import Fields


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
