"""A certificate authority for tests, which also issues what no honest one would.

    pki = Pki.create(folder)                              # root and intermediate
    noord = pki.issue("noord", oin=NOORD.oin)             # TLS client and server, may sign
    noord.certificate, noord.key                          # paths of two PEM files
    pki.issue("late", oin=NOORD.oin, expired=True)        # and so on: see Pki.issue

The files are real and so is the clock: an identity works in a TLS handshake now.
"""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wissel.clients.testing.cast import NOORD

CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH
SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
KeyKind = Literal["P-224", "P-256", "P-384", "P-521", "Ed25519", "RSA-1024", "RSA-2048"]

_DAY = dt.timedelta(days=1)
_HOUR = dt.timedelta(hours=1)
_CURVES: dict[str, ec.EllipticCurve] = {
    "P-224": ec.SECP224R1(),
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A private key with its certificates, as PEM files and as objects.

    `chain` is leaf first and without the root, exactly as in the PEM file.
    """

    name: str
    oin: str
    certificate: Path
    key: Path
    roots: Path
    chain: tuple[x509.Certificate, ...]
    private_key: PrivateKey

    @property
    def leaf(self) -> x509.Certificate:
        """The certificate of the key itself."""
        return self.chain[0]

    @property
    def chain_der(self) -> tuple[bytes, ...]:
        """The chain as DER, as it travels in a signature."""
        return tuple(each.public_bytes(serialization.Encoding.DER) for each in self.chain)

    @property
    def leaf_pem(self) -> bytes:
        """The leaf as PEM, as gRPC shows it in `x509_pem_cert`."""
        return self.leaf.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A CA: its certificate, its key, and the authorities above it up to, not with, the root."""

    certificate: x509.Certificate
    private_key: PrivateKey
    path: tuple[x509.Certificate, ...]


class Pki:
    """One root with one intermediate under it, and everything that they sign."""

    def __init__(self, folder: Path, prefix: str, now: dt.datetime) -> None:
        self.folder = folder
        self.prefix = prefix
        self.now = now
        self.root = self.authority(f"{prefix} root", under=None)
        self.intermediate = self.authority(f"{prefix} intermediate", under=self.root)
        self.roots = folder / "root.pem"
        _write_certificates(self.roots, [self.root.certificate])

    @classmethod
    def create(
        cls, folder: Path, *, prefix: str = "Wissel test", now: dt.datetime | None = None
    ) -> Self:
        """Make a root and an intermediate; `roots` is the PEM file of the root.

        `folder` is made if absent. `now`, else the real time, is amid the validity of all issued.
        """
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder, prefix, now or dt.datetime.now(dt.UTC))

    def look_alike(self, folder: Path) -> "Pki":
        """Return another PKI of which every CA has the same name as here, with other keys."""
        return type(self).create(folder, prefix=self.prefix, now=self.now)

    def authority(
        self,
        common_name: str,
        *,
        under: Authority | None,
        path_length: int | None = None,
        expired: bool = False,
    ) -> Authority:
        """Make a CA below another one, or a root if `under` is None."""
        private_key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        issuer = under.certificate.subject if under else subject
        issuer_key: PrivateKey = under.private_key if under else private_key
        until = self.now - _HOUR if expired else self.now + 365 * _DAY
        certificate = (
            _builder(subject, issuer, private_key, issuer_key)
            .not_valid_before(self.now - 30 * _DAY)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
            .add_extension(_key_usage(signs=False, issues=True), critical=True)
            .sign(issuer_key, hashes.SHA256())
        )
        path = (certificate, *under.path) if under else ()
        return Authority(certificate=certificate, private_key=private_key, path=path)

    def issue(
        self,
        name: str,
        *,
        oin: str = NOORD.oin,
        oins: Sequence[str] | None = None,
        subject: x509.Name | None = None,
        key: KeyKind = "P-256",
        expired: bool = False,
        future: bool = False,
        not_before: dt.datetime | None = None,
        not_after: dt.datetime | None = None,
        ca: bool = False,
        ekus: Sequence[x509.ObjectIdentifier] = (CLIENT_AUTH, SERVER_AUTH),
        digital_signature: bool = True,
        dns: Sequence[str] = ("localhost",),
        append: Sequence[x509.Certificate] = (),
        authority: Authority | None = None,
        extensions: Sequence[x509.ExtensionType] = (),
    ) -> Identity:
        """Issue a certificate with `oin` in its subject.serialNumber, without fault by default.

        Faults: `oins` replaces the OIN by none, several or malformed ones, and
        `subject` the whole subject; `key` another kind of key; `expired` and
        `future`, or the exact `not_before` and `not_after`; `ca` a CA as leaf;
        `ekus` other extended key usages, `()` for no such extension;
        `digital_signature=False` a key usage that may not sign; `append`
        certificates behind the chain; `authority` another issuer; `extensions` more.
        `dns` are the names in the SAN (with 127.0.0.1), `()` for none.
        """
        issuer = authority or self.intermediate
        private_key = _generate(key)
        since, until = self._validity(expired=expired, future=future)
        builder = (
            _builder(
                subject or _subject(name, (oin,) if oins is None else oins),
                issuer.certificate.subject,
                private_key,
                issuer.private_key,
            )
            .not_valid_before(not_before or since)
            .not_valid_after(not_after or until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(_key_usage(signs=digital_signature, issues=ca), critical=True)
        )
        if ekus:
            builder = builder.add_extension(x509.ExtendedKeyUsage(ekus), critical=False)
        if dns:
            builder = builder.add_extension(_names(dns), critical=False)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        leaf = builder.sign(issuer.private_key, hashes.SHA256())
        return self._written(name, oin, private_key, (leaf, *issuer.path, *append))

    def signer(self, name: str, *, oin: str = NOORD.oin, key: KeyKind = "P-256") -> Identity:
        """Issue a certificate that only signs: no extended key usage, no SAN."""
        return self.issue(name, oin=oin, key=key, ekus=(), dns=())

    def crl(
        self,
        name: str,
        *revoked: x509.Certificate,
        authority: Authority | None = None,
        this_update: dt.datetime | None = None,
        next_update: dt.datetime | None = None,
    ) -> Path:
        """Write `<name>.crl` (PEM) of `authority`, by default the intermediate; valid for a day."""
        issuer = authority or self.intermediate
        since = this_update or self.now - _HOUR
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(since)
            .next_update(next_update or self.now + _DAY)
        )
        for certificate in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(certificate.serial_number)
                .revocation_date(since)
                .build()
            )
        path = self.folder / f"{name}.crl"
        signed = builder.sign(issuer.private_key, hashes.SHA256())
        path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        return path

    def _validity(self, *, expired: bool, future: bool) -> tuple[dt.datetime, dt.datetime]:
        if expired:
            return self.now - 2 * _DAY, self.now - _DAY
        if future:
            return self.now + _DAY, self.now + 2 * _DAY
        return self.now - _DAY, self.now + 30 * _DAY

    def _written(
        self, name: str, oin: str, private_key: PrivateKey, chain: tuple[x509.Certificate, ...]
    ) -> Identity:
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        _write_certificates(certificate, chain)
        _write_key(key, private_key)
        return Identity(
            name=name,
            oin=oin,
            certificate=certificate,
            key=key,
            roots=self.roots,
            chain=chain,
            private_key=private_key,
        )


def _subject(name: str, oins: Sequence[str]) -> x509.Name:
    numbers = [x509.NameAttribute(NameOID.SERIAL_NUMBER, oin) for oin in oins]
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name), *numbers])


def _names(dns: Sequence[str]) -> x509.SubjectAlternativeName:
    local = x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))
    return x509.SubjectAlternativeName([*map(x509.DNSName, dns), local])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: PrivateKey,
    issuer_key: PrivateKey,
) -> x509.CertificateBuilder:
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(own, critical=False)
        .add_extension(above, critical=False)
    )


def _key_usage(*, signs: bool, issues: bool) -> x509.KeyUsage:
    neither = not signs and not issues  # an empty key usage is no key usage
    return x509.KeyUsage(signs, False, False, False, neither, issues, issues, False, False)


def _generate(kind: KeyKind) -> PrivateKey:
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind.startswith("RSA-"):
        # RSA-1024 is too short on purpose: it must be refused.
        return rsa.generate_private_key(65537, int(kind.removeprefix("RSA-")))
    return ec.generate_private_key(_CURVES[kind])


def _write_certificates(path: Path, certificates: Sequence[x509.Certificate]) -> None:
    pem = serialization.Encoding.PEM
    path.write_bytes(b"".join(each.public_bytes(pem) for each in certificates))


def _write_key(path: Path, key: PrivateKey) -> None:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
