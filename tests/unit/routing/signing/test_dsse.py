import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import (  # type: ignore[attr-defined] # it has no __all__
    CryptoSigner,
    SSlibKey,
)
from securesystemslib.signer import (  # type: ignore[attr-defined] # it has no __all__
    Signature as TheirSignature,
)

from support.builders.pki import Identity, Pki
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing import dsse
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.dsse import ENVELOPE_HEADER, HUB_RECEIPT, Signature, Signed, Signer

PAYLOAD = b"the bytes of a header"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.create(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def trust(pki: Pki) -> Trust:
    return Trust.from_pem(pki.roots.read_bytes())


@pytest.fixture(scope="module")
def noord(pki: Pki) -> Identity:
    return pki.signer("noord-signing", oin=NOORD.oin)


@pytest.fixture(scope="module")
def signed(noord: Identity) -> Signed:
    return signer_of(noord).sign(PAYLOAD, ENVELOPE_HEADER)


def signer_of(identity: Identity) -> Signer:
    return Signer.from_pem(identity.key.read_bytes(), identity.certificate.read_bytes())


def refusal(signed: Signed, trust: Trust, at: dt.datetime) -> Refused:
    with pytest.raises(Refused) as caught:
        dsse.verify(signed, ENVELOPE_HEADER, trust, at)
    return caught.value


def with_chain(signed: Signed, *chain: bytes) -> Signed:
    signature = dataclasses.replace(signed.signatures[0], chain=chain)
    return dataclasses.replace(signed, signatures=(signature,))


def test_the_encoding_counts_bytes() -> None:
    assert dsse.pae("é", b"\xff") == b"DSSEv1 2 \xc3\xa9 1 \xff"
    assert dsse.pae("", b"") == b"DSSEv1 0  0 "


@given(st.tuples(st.text(), st.binary()), st.tuples(st.text(), st.binary()))
def test_no_two_messages_have_the_same_encoding(
    one: tuple[str, bytes], other: tuple[str, bytes]
) -> None:
    assert (dsse.pae(*one) == dsse.pae(*other)) == (one == other)


@given(st.text(), st.binary())
def test_the_encoding_is_that_of_securesystemslib(kind: str, payload: bytes) -> None:
    assert Envelope(payload, kind, {}).pae() == dsse.pae(kind, payload)


@pytest.mark.parametrize("key", ["P-256", "P-384", "Ed25519", "RSA-2048"])
def test_verified_bytes_come_back_with_their_signer(pki: Pki, trust: Trust, key: Any) -> None:
    identity = pki.signer("signer", oin=ZUID.oin, key=key)

    signed = signer_of(identity).sign(PAYLOAD, HUB_RECEIPT)
    verified = dsse.verify(signed, HUB_RECEIPT, trust, pki.now)

    assert verified.payload == PAYLOAD
    assert verified.signer == ZUID.oin
    assert verified.path.leaf == identity.leaf


def test_bytes_of_another_type_are_refused(signed: Signed, trust: Trust, pki: Pki) -> None:
    with pytest.raises(Refused, match="PAYLOAD_TYPE_UNEXPECTED"):
        dsse.verify(signed, HUB_RECEIPT, trust, pki.now)


def test_the_type_is_signed_too(noord: Identity, trust: Trust, pki: Pki) -> None:
    receipt = signer_of(noord).sign(PAYLOAD, HUB_RECEIPT)
    relabelled = dataclasses.replace(receipt, payload_type=ENVELOPE_HEADER)

    assert refusal(relabelled, trust, pki.now).reason is Reason.SIGNATURE_INVALID


@pytest.mark.parametrize("count", [0, 2])
def test_there_is_exactly_one_signature(signed: Signed, trust: Trust, pki: Pki, count: int) -> None:
    wrong = dataclasses.replace(signed, signatures=signed.signatures * count)

    assert refusal(wrong, trust, pki.now).reason is Reason.SIGNATURE_COUNT_INVALID


def test_other_bytes_are_refused(signed: Signed, trust: Trust, pki: Pki) -> None:
    other = dataclasses.replace(signed, payload=PAYLOAD + b"!")

    assert refusal(other, trust, pki.now).reason is Reason.SIGNATURE_INVALID


def test_a_signature_by_another_key_is_refused(signed: Signed, trust: Trust, pki: Pki) -> None:
    zuid = pki.signer("zuid-signing", oin=ZUID.oin)

    forged = with_chain(signed, *zuid.chain_der)

    assert refusal(forged, trust, pki.now).reason is Reason.SIGNATURE_INVALID


def test_a_chain_that_leads_elsewhere_is_refused(trust: Trust, pki: Pki, tmp_path: Path) -> None:
    foreign = pki.look_alike(tmp_path).signer("noord-signing", oin=NOORD.oin)

    refused = refusal(signer_of(foreign).sign(PAYLOAD, ENVELOPE_HEADER), trust, pki.now)

    assert refused.reason is Reason.SIGNER_UNTRUSTED
    assert refused.metadata["cause"] == Reason.CERTIFICATE_UNTRUSTED


@pytest.mark.parametrize(
    ("faults", "cause"),
    [
        ({"expired": True}, Reason.CERTIFICATE_EXPIRED),
        ({"future": True}, Reason.CERTIFICATE_NOT_YET_VALID),
        ({"ca": True}, Reason.CERTIFICATE_UNSUITABLE),
        ({"digital_signature": False}, Reason.CERTIFICATE_UNSUITABLE),
        ({"oins": ()}, Reason.OIN_MISSING),
        ({"oins": (NOORD.oin, ZUID.oin)}, Reason.OIN_AMBIGUOUS),
        ({"oins": ("NL0000",)}, Reason.OIN_MALFORMED),
    ],
    ids=str,
)
def test_a_signer_whose_certificate_is_bad_is_refused(
    trust: Trust, pki: Pki, faults: dict[str, Any], cause: Reason
) -> None:
    identity = pki.issue("bad-signer", ekus=(), **faults)
    good = signer_of(pki.signer("good-signer"))
    signer = dataclasses.replace(good, key=identity.private_key, chain=identity.chain_der)

    refused = refusal(signer.sign(PAYLOAD, ENVELOPE_HEADER), trust, pki.now)

    assert refused.reason is Reason.SIGNER_UNTRUSTED
    assert refused.metadata["cause"] == cause


@pytest.mark.parametrize("key", ["P-224", "P-521", "RSA-1024"])
def test_a_key_of_another_kind_is_not_allowed(
    signed: Signed, trust: Trust, pki: Pki, key: Any
) -> None:
    identity = pki.signer("odd", key=key)

    refused = refusal(with_chain(signed, *identity.chain_der), trust, pki.now)

    assert refused.reason is Reason.ALGORITHM_NOT_ALLOWED
    with pytest.raises(Refused, match="ALGORITHM_NOT_ALLOWED"):
        signer_of(identity)


@pytest.mark.parametrize("chain", ["none", "five", "12 KiB", "no certificate"])
def test_the_chain_has_limits(
    signed: Signed, noord: Identity, trust: Trust, pki: Pki, chain: str
) -> None:
    leaf = noord.chain_der[0]
    wrong = {
        "none": (),
        "five": (*noord.chain_der, leaf, leaf, leaf),
        "12 KiB": (*noord.chain_der, bytes(dsse.MAX_CHAIN_BYTES)),
        "no certificate": (b"\x30\x00",),
    }

    refused = refusal(with_chain(signed, *wrong[chain]), trust, pki.now)

    assert refused.reason is Reason.SIGNER_UNTRUSTED
    assert refused.metadata["problem"]


def test_the_path_is_judged_at_the_given_time(signed: Signed, trust: Trust, pki: Pki) -> None:
    later = pki.now + dt.timedelta(days=40)

    assert dsse.verify(signed, ENVELOPE_HEADER, trust, pki.now).signer == NOORD.oin
    assert refusal(signed, trust, later).metadata["cause"] == Reason.CERTIFICATE_EXPIRED


@pytest.mark.parametrize("key", ["P-256", "P-384", "Ed25519", "RSA-2048"])
def test_securesystemslib_verifies_what_we_signed(pki: Pki, key: Any) -> None:
    identity = pki.signer("ours", key=key)
    theirs = SSlibKey.from_crypto(identity.leaf.public_key(), keyid="k")

    signed = signer_of(identity).sign(PAYLOAD, ENVELOPE_HEADER)
    signature = TheirSignature("k", signed.signatures[0].sig.hex())
    envelope = Envelope(signed.payload, signed.payload_type, {"k": signature})

    assert envelope.verify([theirs], 1) == {"k": theirs}
    envelope.payload += b"!"
    with pytest.raises(VerificationError):
        envelope.verify([theirs], 1)


@pytest.mark.parametrize("key", ["P-256", "P-384", "Ed25519", "RSA-2048"])
def test_we_verify_what_securesystemslib_signed(pki: Pki, trust: Trust, key: Any) -> None:
    identity = pki.signer("theirs", oin=ZUID.oin, key=key)
    envelope = Envelope(PAYLOAD, ENVELOPE_HEADER, {})

    made = envelope.sign(CryptoSigner(identity.private_key))
    signature = Signature(sig=bytes.fromhex(made.signature), chain=identity.chain_der)
    signed = Signed(payload=PAYLOAD, payload_type=ENVELOPE_HEADER, signatures=(signature,))

    assert dsse.verify(signed, ENVELOPE_HEADER, trust, pki.now).signer == ZUID.oin


def test_a_signer_needs_the_key_of_its_certificate(noord: Identity, pki: Pki) -> None:
    other = pki.signer("other")

    with pytest.raises(Refused, match="CERTIFICATE_UNSUITABLE"):
        Signer.from_pem(other.key.read_bytes(), noord.certificate.read_bytes())


def test_a_signer_keeps_within_the_limits_of_a_chain(pki: Pki) -> None:
    leaf = pki.signer("leaf")
    long = pki.issue("long", append=[leaf.leaf] * 3)

    with pytest.raises(Refused, match="CERTIFICATE_UNSUITABLE"):
        signer_of(long)


@pytest.mark.parametrize("pem", [b"", b"no key"])
def test_a_key_that_cannot_be_read_is_a_value_error(noord: Identity, pem: bytes) -> None:
    with pytest.raises(ValueError, match="PEM"):
        Signer.from_pem(pem, noord.certificate.read_bytes())


def test_neither_key_nor_payload_shows_in_a_repr(noord: Identity, signed: Signed) -> None:
    assert "key=" not in repr(signer_of(noord))
    assert repr(PAYLOAD) not in repr(signed)
