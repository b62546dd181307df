"""One made-up world for every run: the same keys, certificates and signatures each time.

So a signed message that is kept in the corpus still holds tomorrow. The keys
are worth nothing: they are small numbers.
"""

import datetime as dt
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from support.builders.envelopes import NOW
from wissel.clients.identity import Material
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.dsse import Signature, Signed, Signer, pae
from wissel.routing.signing.trusted_path import CachedPathFinder
from wissel.routing.values.identifiers import Oin
from wissel.server.identity.trust import HubTrust

SINCE: Final = NOW - dt.timedelta(days=60)
UNTIL: Final = NOW + dt.timedelta(days=300)
_DETERMINISTIC: Final = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)

ROOT_KEY: Final = ec.derive_private_key(1001, ec.SECP256R1())
ISSUER_KEY: Final = ec.derive_private_key(1002, ec.SECP256R1())
LEAF_KEY: Final = ec.derive_private_key(1003, ec.SECP256R1())
STRANGER_KEY: Final = ec.derive_private_key(1004, ec.SECP256R1())
EDWARDS_KEY: Final = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

PUBLIC_KEYS: Final = tuple(
    key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for key in (
        LEAF_KEY.public_key(),
        EDWARDS_KEY.public_key(),
        ec.derive_private_key(1005, ec.SECP384R1()).public_key(),
        ec.derive_private_key(1006, ec.SECP521R1()).public_key(),
        ec.derive_private_key(1007, ec.SECP224R1()).public_key(),
        rsa.RSAPublicNumbers(65537, 2**2047 + 975).public_key(),
        rsa.RSAPublicNumbers(65537, 2**1023 + 1155).public_key(),
    )
)
"""One public key of each kind, as DER; the first one is that of `LEAF_KEY`."""


PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def sign(key: PrivateKey, data: bytes) -> bytes:
    """Return the one signature that this key makes over these bytes."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    return key.sign(data, _DETERMINISTIC)


def _authority(
    name: str, key: ec.EllipticCurvePrivateKey, under: x509.Certificate | None, serial: int
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(under.subject if under else subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(SINCE - dt.timedelta(days=400))
        .not_valid_after(UNTIL + dt.timedelta(days=400))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ROOT_KEY.public_key()), False
        )
        .sign(ROOT_KEY, hashes.SHA256(), ecdsa_deterministic=True)
    )


ROOT: Final = _authority("Wissel fuzz root", ROOT_KEY, None, 1)
ISSUER: Final = _authority("Wissel fuzz intermediate", ISSUER_KEY, ROOT, 2)
ISSUER_DER: Final = ISSUER.public_bytes(Encoding.DER)
TRUST: Final = Trust([ROOT])
PATHS: Final = CachedPathFinder(TRUST)


def _leaf(
    oin: str, key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, serial: int
) -> bytes:
    subject = [
        x509.NameAttribute(NameOID.COMMON_NAME, f"system {serial}"),
        x509.NameAttribute(NameOID.SERIAL_NUMBER, oin),
    ]
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    eku = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(subject))
        .issuer_name(ISSUER.subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(SINCE)
        .not_valid_after(UNTIL)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(eku, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ISSUER_KEY.public_key()), False
        )
        .sign(ISSUER_KEY, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return built.public_bytes(Encoding.DER)


HUB_LEAF: Final = _leaf(HUB.oin, LEAF_KEY, 11)
NOORD_LEAF: Final = _leaf(NOORD.oin, LEAF_KEY, 12)
ZUID_LEAF: Final = _leaf(ZUID.oin, EDWARDS_KEY, 13)


def key_of(leaf: bytes) -> PrivateKey:
    """Return the key of a leaf of this world."""
    return EDWARDS_KEY if leaf == ZUID_LEAF else LEAF_KEY


def material(oin: Oin, leaf: bytes) -> Material:
    """Return what the SDK of a leaf's owner signs with and trusts, without its files."""
    return Material(
        oin=oin,
        leaf=x509.load_der_x509_certificate(leaf),
        certificate_pem=b"",
        roots_pem=b"",
        private_key=b"",
        signer=Signer(key=key_of(leaf), chain=(leaf, ISSUER_DER), oin=oin),
        paths=PATHS,
    )


def sealed(payload: bytes, payload_type: str, leaf: bytes) -> Signed:
    """Return the payload as the owner of that leaf signs it."""
    sig = sign(key_of(leaf), pae(payload_type, payload))
    signature = Signature(sig=sig, chain=(leaf, ISSUER_DER))
    return Signed(payload=payload, payload_type=payload_type, signatures=(signature,))


@cache
def folder() -> Path:
    """Return the folder of this process for files; it goes when the process ends."""
    made = tempfile.TemporaryDirectory(prefix="wissel-fuzz-")
    _kept.append(made)
    path = Path(made.name)
    (path / "root.pem").write_bytes(ROOT.public_bytes(Encoding.PEM))
    return path


@cache
def hub_trust() -> HubTrust:
    """Return the trust of a hub in this world, without revocation lists."""
    return HubTrust.read(folder() / "root.pem")


_kept: Final[list["tempfile.TemporaryDirectory[str]"]] = []
