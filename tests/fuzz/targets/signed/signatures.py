"""Signed bytes as another sends them: nothing is accepted but what a key of the world signed."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from google.protobuf.descriptor import Descriptor

from fuzz.shaping import joined, leaves, patched, piece, pieces
from fuzz.target import Target, told
from fuzz.targets.signed.envelopes import (
    DELIVERED,
    EXCHANGE,
    HEADERS,
    RECEIVED,
    STAMP,
    context_bytes,
    delivered_bytes,
    header_around,
    received_bytes,
    require_sound,
    stamp_bytes,
)
from fuzz.world import HUB_LEAF, ISSUER_DER, NOORD_LEAF, PATHS, ZUID_LEAF, material, sealed
from support.builders.envelopes import NOW, header_bytes
from wissel.clients.las.opening import judge
from wissel.clients.testing.cast import HUB, ZUID
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.las.v1 import las_service_pb2
from wissel.routing.exchange.proof import Demanded, ReceiptTypes, verify_hub_receipt
from wissel.routing.exchange.signed_messages import signed_fields, signed_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing import dsse
from wissel.routing.signing.dsse import Signature, Signed, verify

KNOWN: Final = (
    *(sealed(header_bytes(each), dsse.ENVELOPE_HEADER, NOORD_LEAF) for each in HEADERS),
    sealed(header_bytes(HEADERS[0]), dsse.ENVELOPE_HEADER, ZUID_LEAF),
    sealed(stamp_bytes(STAMP), dsse.ROUTE_STAMP, HUB_LEAF),
    sealed(received_bytes(RECEIVED), dsse.RECEIVER_RECEIPT, ZUID_LEAF),
    sealed(delivered_bytes(DELIVERED), dsse.HUB_RECEIPT, HUB_LEAF),
)
"""All that was ever signed."""
_SIGNED: Final = {(each.payload, each.payload_type) for each in KNOWN}
_TYPES: Final = tuple(dict.fromkeys(each.payload_type for each in KNOWN))
_LAS: Final = material(ZUID.oin, ZUID_LEAF)


def _flipped(data: bytes, where: bytes) -> bytes:
    """Return the data with one bit turned, at a place that the content names."""
    at = int.from_bytes(where, "big") % (len(data) * 8 or 1)
    changed = bytearray(data)
    for index in range(at // 8, min(at // 8 + 1, len(changed))):
        changed[index] ^= 1 << at % 8
    return bytes(changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A signed message on its way; `others` are signatures beside its own."""

    payload: bytes
    kind: str
    sig: bytes
    chain: tuple[bytes, ...]
    others: tuple[Signature, ...] = ()


_CHANGES: Final[tuple[Callable[[_Sent, bytes], dict[str, Any]], ...]] = (
    lambda _, content: {"payload": content},
    lambda sent, content: {"payload": _flipped(sent.payload, content)},
    lambda _, content: {"kind": _TYPES[sum(content) % len(_TYPES)]},
    lambda _, content: {"kind": content.decode("utf-8", "replace")},
    lambda _, content: {"sig": content},
    lambda sent, content: {"sig": _flipped(sent.sig, content)},
    lambda sent, content: {
        "chain": (*sent.chain[: sum(content[:1]) % len(sent.chain)], content[1:])
    },
    lambda sent, content: {"chain": (*sent.chain, content)},
    lambda sent, _: {"chain": sent.chain[::-1]},
    lambda sent, content: {
        "others": (*sent.others, KNOWN[sum(content) % len(KNOWN)].signatures[0])
    },
)


def _tampered(signed: Signed, recipe: bytes) -> Signed:
    """Return a signed message after changes on the way: to bytes, type, signature or chain."""
    own = signed.signatures[0]
    sent = _Sent(payload=signed.payload, kind=signed.payload_type, sig=own.sig, chain=own.chain)
    for selector, content in pieces(recipe):
        sent = replace(sent, **_CHANGES[selector % len(_CHANGES)](sent, content))
    signatures = (Signature(sig=sent.sig, chain=sent.chain), *sent.others)
    return Signed(payload=sent.payload, payload_type=sent.kind, signatures=signatures)


def _signed_in(data: bytes) -> Signed:
    """Return raw bytes of a Signed for 0, else one that was signed, and tampered with."""
    base = data[0] % (len(KNOWN) + 1)
    if base == 0:
        return signed_of(pb.Signed.FromString(data[1:]))
    sent = pb.Signed(**signed_fields(_tampered(KNOWN[base - 1], data[1:])))
    return signed_of(pb.Signed.FromString(sent.SerializeToString()))


def _check_signed(data: bytes) -> str:
    try:
        signed = _signed_in(data or b"\0")
    except Exception:  # noqa: BLE001 - gRPC refuses what is no message, with protobuf's own error
        return "no message"
    outcomes = []
    for expected in _TYPES:
        try:
            found = verify(signed, expected, PATHS, NOW)
        except Refused as refused:
            outcomes.append(told(refused))
        else:
            assert (found.payload, expected) in _SIGNED, "accepted what nobody signed"
            outcomes.append(f"accepted {found.signer}")
    return "; ".join(sorted(set(outcomes)))


def _signed_seeds() -> Iterable[bytes]:
    for number, each in enumerate(KNOWN, start=1):
        yield b"\0" + pb.Signed(**signed_fields(each)).SerializeToString()
        yield bytes([number])
        for selector in range(10):
            yield bytes([number]) + piece(selector, b"")
            yield bytes([number]) + piece(selector, bytes([1, number]))
    many = joined((7, ISSUER_DER) for _ in range(4))
    yield b"\1" + many
    yield b"\1" + piece(7, bytes(13_000))


def _parts(recipe: bytes, kinds: tuple[Descriptor, ...]) -> list[bytes]:
    """Return one recipe for each of the kinds; selectors run through the fields of all of them."""
    sizes = [len(leaves(kind)) + 1 for kind in kinds]
    parts = [b"" for _ in kinds]
    for selector, content in pieces(recipe):
        left = selector % sum(sizes)
        for index, size in enumerate(sizes):
            if left < size:
                parts[index] += piece(left, content)
                break
            left -= size
    return parts


def _check_opening(data: bytes) -> str:
    """Open a delivery whose header and stamp say what they like, genuinely signed."""
    base, recipe = (data or b"\0")[0], data[1:]
    kinds = (pb.EnvelopeContext.DESCRIPTOR, pb.RouteStamp.DESCRIPTOR)
    of_context, of_stamp = _parts(recipe, kinds)
    signed_header = header_around(
        patched(context_bytes(HEADERS[base % len(HEADERS)]), kinds[0], of_context)
    )
    stamp = pb.RouteStamp.FromString(stamp_bytes(STAMP))
    stamp.header_digest = hashlib.sha256(signed_header).digest()
    signed_stamp = patched(stamp.SerializeToString(), kinds[1], of_stamp)
    leaf = HUB_LEAF if base < 192 else NOORD_LEAF
    opening = las_service_pb2.Opening(
        stamp=pb.Signed(**signed_fields(sealed(signed_stamp, dsse.ROUTE_STAMP, leaf))),
        header=pb.Signed(**signed_fields(sealed(signed_header, dsse.ENVELOPE_HEADER, NOORD_LEAF))),
    )
    try:
        accepted = judge(opening, _LAS, HUB.oin, NOW)
    except Refused as refused:
        return told(refused)
    require_sound(accepted.header)
    exchange = accepted.exchange()
    assert leaf == HUB_LEAF
    assert (exchange.hub_oin, exchange.receiver_oin) == (HUB.oin, ZUID.oin)
    assert exchange.sender_oin == accepted.header.context.sender_oin
    assert exchange.header_digest == hashlib.sha256(signed_header).digest()
    return f"accepted {accepted.header.context.kind}"


def _check_proof(data: bytes) -> str:
    """Verify two receipts that say what they like, genuinely signed by hub and receiver."""
    kinds = (pb.ReceiverReceipt.DESCRIPTOR, pb.HubReceipt.DESCRIPTOR)
    of_receiver, of_hub = _parts(data, kinds)
    received = patched(received_bytes(RECEIVED), kinds[0], of_receiver)
    hub_receipt = pb.HubReceipt.FromString(delivered_bytes(DELIVERED))
    hub_receipt.receiver_receipt_digest = hashlib.sha256(received).digest()
    delivered = patched(hub_receipt.SerializeToString(), kinds[1], of_hub)
    try:
        proof = verify_hub_receipt(
            sealed(delivered, dsse.HUB_RECEIPT, HUB_LEAF),
            sealed(received, dsse.RECEIVER_RECEIPT, ZUID_LEAF),
            ReceiptTypes(receiver=pb.ReceiverReceipt, hub=pb.HubReceipt),
            PATHS,
            Demanded(hub_oin=HUB.oin, now=NOW, exchange=EXCHANGE),
        )
    except Refused as refused:
        return told(refused)
    assert proof.hub.exchange == proof.receiver.exchange == EXCHANGE
    assert (proof.hub.signer_oin, proof.receiver.signer_oin) == (HUB.oin, ZUID.oin)
    return "accepted"


def _opening_seeds() -> Iterable[bytes]:
    for base in (*range(len(HEADERS)), 255):
        yield bytes([base])
    last = (253_370_764_799).to_bytes(8, "big")
    for selector in range(64):
        yield b"\0" + piece(selector, last)
        yield b"\0" + piece(selector, b"")


def _proof_seeds() -> Iterable[bytes]:
    yield b""
    last = (253_370_764_799).to_bytes(8, "big")
    for selector in range(64):
        yield piece(selector, last)
        yield piece(selector, b"0")


TARGETS: Final = (
    Target(name="signed", check=_check_signed, seeds=_signed_seeds),
    Target(name="opening", check=_check_opening, seeds=_opening_seeds, max_bytes=1024),
    Target(name="proof", check=_check_proof, seeds=_proof_seeds, max_bytes=1024),
)
