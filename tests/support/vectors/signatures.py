"""signatures.json: what a verifier of one signature must say (design.md#signing)."""

from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from support.vectors import messages
from support.vectors.identities import AT, KINDS, Identities, Keyed
from support.vectors.signing import Case, Notary, envelope, p1363
from wissel.clients.testing.cast import NOORD
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.signing.dsse import ENVELOPE_HEADER, ROUTE_STAMP, pae

_SHA256: Final = hashes.SHA256()
_SIZES: Final = {"p256": 32, "p384": 48}
_UNFIT: Final = {
    "noord-look-alike": ("CERTIFICATE_UNTRUSTED", "its authorities only bear the right names"),
    "noord-expired": ("CERTIFICATE_EXPIRED", "the certificate has expired"),
    "noord-not-yet-valid": ("CERTIFICATE_NOT_YET_VALID", "the certificate is not valid yet"),
    "noord-no-signature-usage": ("CERTIFICATE_UNSUITABLE", "no digitalSignature in its key usage"),
    "noord-authority": ("CERTIFICATE_UNSUITABLE", "the certificate of an authority"),
    "noord-no-oin": ("OIN_MISSING", "no serialNumber in the subject"),
    "noord-two-oins": ("OIN_AMBIGUOUS", "two serialNumbers in the subject"),
    "noord-bad-oin": ("OIN_MALFORMED", "a serialNumber that is no OIN"),
}


def signatures(who: Identities, notary: Notary) -> Iterator[Case]:
    """Yield the cases: each is one Signed that must be an envelope header's."""
    payload = messages.header()
    data = pae(ENVELOPE_HEADER, payload)
    noord = who.of(NOORD, "p256")
    right = notary.sign(noord, ENVELOPE_HEADER, payload)

    for kind in KINDS:
        signer = who.of(NOORD, kind)
        yield _valid(f"{kind}", notary.sign(signer, ENVELOPE_HEADER, payload), "as it must be")
    yield from _encodings(who, notary, payload, data)
    yield from _data(noord, notary, payload, right)
    yield from _envelopes(who, right)
    yield from _certificates(who, notary, payload, data)


def _encodings(who: Identities, notary: Notary, payload: bytes, data: bytes) -> Iterator[Case]:
    for kind, size in _SIZES.items():
        signer = who.of(NOORD, kind)
        raw = p1363(notary.signature(signer, data), size)
        yield _wrong(
            f"{kind}-p1363",
            envelope(ENVELOPE_HEADER, payload, raw, signer),
            "r and s side by side (IEEE P1363), as WebCrypto, .NET and JOSE make it; not DER",
        )
    signer = who.of(NOORD, "p384")
    yield _wrong(
        "p384-sha256",
        envelope(ENVELOPE_HEADER, payload, notary.ecdsa(signer, data, _SHA256), signer),
        "SHA-256 with a key on P-384, which asks for SHA-384",
    )
    signer = who.of(NOORD, "rsa")
    mgf = padding.MGF1(_SHA256)
    schemes: dict[str, tuple[padding.AsymmetricPadding, hashes.HashAlgorithm, str]] = {
        "rsa-salt-20": (padding.PSS(mgf, 20), _SHA256, "PSS with a salt of 20 bytes"),
        "rsa-salt-largest": (
            padding.PSS(mgf, 222),
            _SHA256,
            "PSS with the largest salt, which Node and OpenSSL make by default",
        ),
        "rsa-mgf1-sha1": (
            padding.PSS(padding.MGF1(hashes.SHA1()), 32),  # noqa: S303 - it must be refused
            _SHA256,
            "PSS with MGF1 with SHA-1",
        ),
        "rsa-sha512": (
            padding.PSS(padding.MGF1(hashes.SHA512()), 64),
            hashes.SHA512(),
            "PSS with SHA-512",
        ),
        "rsa-pkcs1": (padding.PKCS1v15(), _SHA256, "PKCS #1 v1.5, the default of most libraries"),
    }
    for name, (scheme, digest, why) in schemes.items():
        sig = notary.rsa(signer, data, scheme, digest)
        yield _wrong(name, envelope(ENVELOPE_HEADER, payload, sig, signer), why)


def _data(noord: Keyed, notary: Notary, payload: bytes, right: pb.Signed) -> Iterator[Case]:
    def signed_over(data: bytes) -> pb.Signed:
        return envelope(ENVELOPE_HEADER, payload, notary.signature(noord, data), noord)

    def with_sig(sig: bytes) -> pb.Signed:
        return envelope(ENVELOPE_HEADER, payload, sig, noord)

    sig = right.signatures[0].sig
    yield _wrong("no-pae", signed_over(payload), "the payload itself was signed, not its PAE")
    yield _wrong(
        "pae-of-another-type",
        signed_over(pae(ROUTE_STAMP, payload)),
        "the PAE names another payload type than the envelope does",
    )
    yield _wrong("trailing-byte", with_sig(sig + b"\0"), "a byte behind the DER")
    yield _wrong("flipped-bit", with_sig(sig[:-1] + bytes([sig[-1] ^ 1])), "one bit is another")
    yield _wrong("empty", with_sig(b""), "no bytes of signature")
    other = pb.Signed(payload=payload[:-1] + bytes([payload[-1] ^ 1]))
    other.payload_type = ENVELOPE_HEADER
    other.signatures.append(right.signatures[0])
    yield _wrong("payload-changed", other, "one bit of the payload is another")


def _envelopes(who: Identities, right: pb.Signed) -> Iterator[Case]:
    def changed(**fields: object) -> pb.Signed:
        copy = pb.Signed()
        copy.CopyFrom(right)
        for name, value in fields.items():
            setattr(copy, name, value)
        return copy

    stamp_type = changed(payload_type=ROUTE_STAMP)
    yield _refused("another-type", stamp_type, "a route stamp's type", "PAYLOAD_TYPE_UNEXPECTED")
    capitals = changed(payload_type=ENVELOPE_HEADER.upper())
    yield _refused("type-in-capitals", capitals, "compared exactly", "PAYLOAD_TYPE_UNEXPECTED")
    none = changed()
    del none.signatures[:]
    yield _refused("no-signature", none, "there is none", "SIGNATURE_COUNT_INVALID")
    two = changed()
    two.signatures.append(right.signatures[0])
    yield _refused("two-signatures", two, "both right, but two", "SIGNATURE_COUNT_INVALID")
    keyid = changed()
    keyid.signatures[0].keyid = "whatever"
    yield _valid("keyid", keyid, "a keyid is ignored")
    rooted = changed()
    rooted.signatures[0].chain.append(who.root_der)
    yield _valid("with-root", rooted, "the root may come along, within four certificates")
    bare = changed()
    del bare.signatures[0].chain[:]
    yield _refused("no-certificate", bare, "no certificate came along", "SIGNER_UNTRUSTED")
    five = changed()
    five.signatures[0].chain.extend([right.signatures[0].chain[1]] * 3)
    yield _refused("five-certificates", five, "four at most", "SIGNER_UNTRUSTED")
    leaf = changed()
    del leaf.signatures[0].chain[1:]
    cause = "CERTIFICATE_UNTRUSTED"
    yield _refused("leaf-alone", leaf, "the intermediate is missing", "SIGNER_UNTRUSTED", cause)
    turned = changed()
    turned.signatures[0].chain[:] = reversed(right.signatures[0].chain)
    yield _wrong("chain-reversed", turned, "the leaf comes first: its key must have signed")


def _certificates(who: Identities, notary: Notary, payload: bytes, data: bytes) -> Iterator[Case]:
    for name, (cause, why) in _UNFIT.items():
        signed = notary.sign(who.by_name[name], ENVELOPE_HEADER, payload)
        yield _refused(name.removeprefix("noord-"), signed, why, "SIGNER_UNTRUSTED", cause)
    stranger = who.by_name["noord-look-alike"]
    both = envelope(ENVELOPE_HEADER, payload, notary.signature(stranger, payload), stranger)
    yield _wrong("look-alike-no-pae", both, "the signature is judged before the certificate")
    curve, short = who.by_name["noord-p521"], who.by_name["noord-rsa-1024"]
    sig = notary.ecdsa(curve, data, hashes.SHA512())
    signed = envelope(ENVELOPE_HEADER, payload, sig, curve)
    yield _refused("p521", signed, "no key on P-521 signs", "ALGORITHM_NOT_ALLOWED")
    sig = notary.rsa(short, data, padding.PSS(padding.MGF1(_SHA256), 32), _SHA256)
    signed = envelope(ENVELOPE_HEADER, payload, sig, short)
    yield _refused("rsa-1024", signed, "RSA of 2048 bits or more", "ALGORITHM_NOT_ALLOWED")


def _case(name: str, signed: pb.Signed, why: str) -> Case:
    return {
        "name": name,
        "why": why,
        "at": AT.isoformat(),
        "expected_type": ENVELOPE_HEADER,
        "signed": messages.serialized(signed).hex(),
    }


def _valid(name: str, signed: pb.Signed, why: str) -> Case:
    return _case(name, signed, why) | {"valid": True, "signer_oin": NOORD.oin}


def _refused(name: str, signed: pb.Signed, why: str, reason: str, cause: str = "") -> Case:
    caused = {"cause": cause} if cause else {}
    return _case(name, signed, why) | {"valid": False, "reason": reason} | caused


def _wrong(name: str, signed: pb.Signed, why: str) -> Case:
    return _refused(name, signed, why, "SIGNATURE_INVALID")
