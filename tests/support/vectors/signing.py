"""Signs the vectors; what an earlier run signed by chance is used again."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from google.protobuf.message import DecodeError

from support.vectors.identities import Keyed
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing import keys
from wissel.routing.signing.dsse import pae

SIGNED_FIELDS: Final = ("signed", "header", "stamp", "receiver_receipt", "hub_receipt")
"""The names in the JSON files of which each value is a serialized Signed in hex."""


class Notary:
    """Signs, and remembers the signatures of the committed files."""

    def __init__(self, known: Iterator[str]) -> None:
        self._known: set[bytes] = set()
        for text in known:
            try:
                signed = pb.Signed.FromString(bytes.fromhex(text))
            except DecodeError:
                continue
            self._known.update(each.sig for each in signed.signatures)

    def sign(self, who: Keyed, payload_type: str, payload: bytes) -> pb.Signed:
        """Return the payload with the right signature of `who`."""
        return envelope(payload_type, payload, self.signature(who, pae(payload_type, payload)), who)

    def signature(self, who: Keyed, data: bytes) -> bytes:
        """Return the signature that the contract asks for."""
        return self._again(
            lambda sig: keys.verify(who.key.public_key(), sig, data),
            lambda: keys.sign(who.key, data),
        )

    def ecdsa(self, who: Keyed, data: bytes, digest: hashes.HashAlgorithm) -> bytes:
        """Return an ECDSA signature with any digest, on any curve."""
        key, algorithm = who.key, ec.ECDSA(digest)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        public = key.public_key()
        return self._again(
            lambda sig: public.verify(sig, data, algorithm), lambda: key.sign(data, algorithm)
        )

    def rsa(
        self,
        who: Keyed,
        data: bytes,
        scheme: padding.AsymmetricPadding,
        digest: hashes.HashAlgorithm,
    ) -> bytes:
        """Return an RSA signature of any scheme."""
        key = who.key
        assert isinstance(key, rsa.RSAPrivateKey)
        public = key.public_key()
        return self._again(
            lambda sig: public.verify(sig, data, scheme, digest),
            lambda: key.sign(data, scheme, digest),
        )

    def _again(self, verify: Callable[[bytes], object], make: Callable[[], bytes]) -> bytes:
        for sig in sorted(self._known):
            try:
                verify(sig)
            except (InvalidSignature, Refused):
                continue
            return sig
        made = make()
        self._known.add(made)
        return made


def envelope(payload_type: str, payload: bytes, sig: bytes, who: Keyed) -> pb.Signed:
    """Return a Signed with one signature."""
    signature = pb.Signature(sig=sig, chain=who.chain)
    return pb.Signed(payload=payload, payload_type=payload_type, signatures=[signature])


def p1363(der: bytes, size: int) -> bytes:
    """Return the ECDSA signature as r and s of `size` bytes each (IEEE P1363)."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def committed(folder: Path) -> Iterator[str]:
    """Yield every serialized Signed in the JSON files of a folder, in hex."""
    for path in sorted(folder.glob("*.json")):
        yield from _signed_in(json.loads(path.read_text()))


def _signed_in(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name in SIGNED_FIELDS and isinstance(inner, str):
                yield inner
            else:
                yield from _signed_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _signed_in(inner)


Case = dict[str, Any]
"""One vector: an object in a JSON file."""
