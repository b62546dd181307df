"""Signed values to wire messages and back."""

from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.dsse import Signature, Signed


def signed_message(signed: Signed) -> pb.Signed:
    """Return the message that carries a signed value."""
    return pb.Signed(
        payload=signed.payload,
        payload_type=signed.payload_type,
        signatures=[
            pb.Signature(sig=each.sig, chain=list(each.chain)) for each in signed.signatures
        ],
    )


def signed_value(message: pb.Signed) -> Signed:
    """Return the signed value in a message; nothing in it has been verified."""
    return Signed(
        payload=message.payload,
        payload_type=message.payload_type,
        signatures=tuple(
            Signature(sig=each.sig, chain=tuple(each.chain)) for each in message.signatures
        ),
    )
