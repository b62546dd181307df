"""Signed bytes: DSSE with certificates (design.md#signing).

What is signed is the pre-authentication encoding of a payload type and bytes, so
the signature of one type of message is not valid for another type. Parse only the
bytes that `verify` returns.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509 import load_der_x509_certificate

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing import keys
from wissel.routing.signing.certificate_profile import UNREADABLE, Purpose
from wissel.routing.signing.certificates import chain_from_pem, is_of_key, oin_of
from wissel.routing.signing.path_choice import MAX_INTERMEDIATES
from wissel.routing.signing.trusted_path import PathFinder, TrustedPath
from wissel.routing.values.identifiers import Oin

ENVELOPE_HEADER: Final = "application/vnd.wissel.envelope-header.v1+protobuf"
ROUTE_STAMP: Final = "application/vnd.wissel.route-stamp.v1+protobuf"
RECEIVER_RECEIPT: Final = "application/vnd.wissel.receiver-receipt.v1+protobuf"
HUB_RECEIPT: Final = "application/vnd.wissel.hub-receipt.v1+protobuf"
DELIVERY_OUTCOME: Final = "application/vnd.wissel.delivery-outcome.v1+protobuf"
PROVIDE_ORDER: Final = "application/vnd.wissel.provide-order.v1+protobuf"
SYSTEM_KEY: Final = "application/vnd.wissel.system-key.v1+protobuf"
AGREEMENT_ACCEPTANCE: Final = "application/vnd.wissel.agreement-acceptance.v1+protobuf"

MAX_CERTIFICATES: Final = MAX_INTERMEDIATES + 1
"""The most certificates of a signature: the leaf and its intermediates, without the root."""
MAX_CHAIN_BYTES: Final = 12 * 1024
"""The most bytes of all certificates of a signature together, as DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature with the certificates of its signer as DER, leaf first."""

    sig: bytes
    chain: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Bytes with signatures that are not verified yet: see `verify`."""

    payload: bytes = field(repr=False)
    payload_type: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Bytes that were signed by `signer`, with the trusted path of its certificate."""

    payload: bytes = field(repr=False)
    signer: Oin
    path: TrustedPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A private key that signs, with its certificates as DER, leaf first, and the OIN in them."""

    key: keys.PrivateKey = field(repr=False)
    chain: tuple[bytes, ...]
    oin: Oin

    @classmethod
    def from_pem(cls, key: bytes, certificates: bytes) -> Self:
        """Return the signer of an unencrypted PEM key and its PEM certificates, leaf first.

        A root at the end is allowed if the whole is within the limits of a
        signature. Raises `Refused` with ALGORITHM_NOT_ALLOWED,
        CERTIFICATE_MISSING, CERTIFICATE_UNSUITABLE (the key is not that of the
        certificate, the chain is too long) or `OIN_…`, and ValueError for a key
        that cannot be read.
        """
        private = keys.allowed_private_key(keys.private_key_in(key))
        chain = chain_from_pem(certificates)
        leaf = load_der_x509_certificate(chain[0])
        if not is_of_key(leaf, private):
            problem = "it is not that of the signing key"
            raise Refused(Reason.CERTIFICATE_UNSUITABLE, problem=problem)
        if (limit := _chain_problem(chain)) is not None:
            raise Refused(Reason.CERTIFICATE_UNSUITABLE, problem=limit)
        return cls(key=private, chain=chain, oin=oin_of(leaf))

    def sign(self, payload: bytes, payload_type: str) -> Signed:
        """Return the payload with this signer's one signature."""
        sig = keys.sign(self.key, pae(payload_type, payload))
        signature = Signature(sig=sig, chain=self.chain)
        return Signed(payload=payload, payload_type=payload_type, signatures=(signature,))


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding (DSSE v1); its lengths count bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def verify(signed: Signed, expected_type: str, paths: PathFinder, at: dt.datetime) -> Verified:
    """Return the verified bytes and their signer, judged at `at`, an aware instant.

    1. The bytes are of the type that is expected (PAYLOAD_TYPE_UNEXPECTED).
    2. There is exactly one signature (SIGNATURE_COUNT_INVALID).
    3. It has one to four certificates, of 12 KiB at most (SIGNER_UNTRUSTED).
    4. The signature is that of the first one's key over type and bytes
       (SIGNATURE_INVALID; ALGORITHM_NOT_ALLOWED for its key; SIGNER_UNTRUSTED
       for a certificate that cannot be read). So nothing is built for a
       signature that nobody made.
    5. A trusted path leads from that certificate, which may sign and holds one
       OIN (SIGNER_UNTRUSTED with the `cause`).

    Raises `Refused` with the reason of the first rule that fails. Whether the
    signer is the expected one is for the caller to compare.
    """
    # 1.
    if signed.payload_type != expected_type:
        raise Refused(Reason.PAYLOAD_TYPE_UNEXPECTED, expected=expected_type)
    # 2.
    if len(signed.signatures) != 1:
        raise Refused(Reason.SIGNATURE_COUNT_INVALID, count=str(len(signed.signatures)))
    # 3.
    signature = signed.signatures[0]
    if (problem := _chain_problem(signature.chain)) is not None:
        raise Refused(Reason.SIGNER_UNTRUSTED, problem=problem)
    # 4.
    keys.verify(_leaf_key(signature.chain[0]), signature.sig, pae(expected_type, signed.payload))
    # 5.
    path = _signer_path(signature.chain, paths, at)
    return Verified(payload=signed.payload, signer=path.oin, path=path)


@lru_cache(maxsize=512)
def _leaf_key(der: bytes) -> PublicKeyTypes:
    """Return the key of a certificate, which many messages come with.

    Reading one takes 60 µs (timed in a loaded hub), and a forward reads two. What is
    kept is at most 6 MiB, as certificates come in chains of `MAX_CHAIN_BYTES`.
    """
    try:
        return load_der_x509_certificate(der).public_key()
    except UNREADABLE:
        cause = Reason.CERTIFICATE_UNSUITABLE
        raise Refused(Reason.SIGNER_UNTRUSTED, cause=cause, problem="it cannot be read") from None


def _signer_path(chain: Sequence[bytes], paths: PathFinder, at: dt.datetime) -> TrustedPath:
    try:
        return paths.path(chain, Purpose.SIGNER, at)
    except Refused as refused:
        if refused.reason is Reason.ALGORITHM_NOT_ALLOWED:
            raise
        problem = refused.metadata.get("problem", refused.reason)
        raise Refused(Reason.SIGNER_UNTRUSTED, cause=refused.reason, problem=problem) from refused


def _chain_problem(chain: Sequence[bytes]) -> str | None:
    if not chain:
        return "no certificate came with the signature"
    if len(chain) > MAX_CERTIFICATES:
        return f"more than {MAX_CERTIFICATES} certificates came with the signature"
    if sum(map(len, chain)) > MAX_CHAIN_BYTES:
        return f"its certificates are larger than {MAX_CHAIN_BYTES} bytes"
    return None
