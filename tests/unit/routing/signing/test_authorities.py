"""An authority that breaks RFC 5280 is named with the rule, not taken for one that was not sent."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import Trust

NOW: Final = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
Extensions = Sequence[tuple[x509.ExtensionType, bool]]
USAGE: Final = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
CONSTRAINTS: Final = x509.BasicConstraints(ca=True, path_length=None)
STRANGE: Final = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
RIGHT: Final[Extensions] = ((CONSTRAINTS, True), (USAGE, True))
BROKEN: Final[dict[str, tuple[Extensions, str]]] = {
    "constraints that are not critical": (
        ((CONSTRAINTS, False), (USAGE, True)),
        "has no critical basicConstraints",
    ),
    "no constraints": (((USAGE, True),), "has no critical basicConstraints"),
    "no key usage": (((CONSTRAINTS, True),), "has no keyUsage"),
    "an unknown critical extension": (
        (*RIGHT, (STRANGE, True)),
        "has the critical extension 1.2.3.4, which may not be",
    ),
}


def issued(
    name: str,
    issuer: str,
    signing: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePrivateKey,
    extensions: Extensions = (),
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=1))
        .not_valid_after(NOW + dt.timedelta(days=1))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signing, hashes.SHA256())


def refusal(root: Extensions, intermediate: Extensions) -> Refused:
    """Return why a client under these two authorities is refused."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    above = issued("root", "root", keys[0], keys[0], root)
    chain = (
        issued("leaf", "between", keys[1], keys[2]),
        issued("between", "root", keys[0], keys[1], intermediate),
    )
    with pytest.raises(Refused) as caught:
        Trust([above]).path(
            [each.public_bytes(Encoding.DER) for each in chain], Purpose.CLIENT, NOW
        )
    return caught.value


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("which", ["root", "between"])
def test_the_authority_and_its_rule_are_named(case: str, which: str) -> None:
    extensions, problem = BROKEN[case]

    refused = refusal(*((extensions, RIGHT) if which == "root" else (RIGHT, extensions)))

    assert (refused.reason, refused.metadata) == (
        "CERTIFICATE_UNSUITABLE",
        {"problem": f"its authority CN={which} {problem}"},
    )


def test_what_is_no_authority_by_its_own_words_leads_nowhere() -> None:
    assert refusal(RIGHT, ()).reason == "CERTIFICATE_UNTRUSTED"
