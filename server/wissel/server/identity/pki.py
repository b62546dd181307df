"""A certificate authority for development, shaped as PKIoverheid, with OINs; trusted nowhere.

Its folder holds `root.pem` and `intermediate.pem` with their keys, and for each
name `<name>.pem` (leaf, then intermediate) and `<name>.key`. Keys are P-256.
"""

import datetime as dt
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wissel.routing.values.identifiers import Oin
from wissel.server.identity.keyfiles import read_key, write_key

ROOT: Final = "root"
INTERMEDIATE: Final = "intermediate"

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BACKDATED: Final = dt.timedelta(hours=1)  # clocks differ
_AUTHORITY_LIFE: Final = dt.timedelta(days=3650)
_LEAF_LIFE: Final = dt.timedelta(days=397)
_LIST_LIFE: Final = dt.timedelta(days=7)
_PEM: Final = serialization.Encoding.PEM
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_TLS: Final = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH)


class PkiError(Exception):
    """The development PKI cannot do what was asked; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """The two files of an identity: PEM certificate chain and PEM key."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def init(folder: Path, now: dt.datetime) -> Path:
    """Make a root and an intermediate in `folder`; return the path of `root.pem`.

    Raises `PkiError` if the folder already holds a root, because certificates
    issued under it would no longer be trusted.
    """
    roots = folder / f"{ROOT}.pem"
    if roots.exists():
        message = f"{roots} exists already"
        raise PkiError(message)
    folder.mkdir(parents=True, exist_ok=True)
    root = _authority("Wissel development root", None, now)
    intermediate = _authority("Wissel development intermediate", root, now)
    for name, authority in ((ROOT, root), (INTERMEDIATE, intermediate)):
        _write(folder, name, authority.key, [authority.certificate])
    return roots


def issue(
    folder: Path, name: str, *, oin: Oin, now: dt.datetime, dns: Sequence[str] = ()
) -> Issued:
    """Issue a certificate for TLS, client and server, that may sign too; write its files.

    It is valid for localhost, 127.0.0.1, ::1, and the host names or addresses in
    `dns`, from an hour before `now`. Files of the same name are replaced, as in a
    renewal. Raises `PkiError`, or `KeyFileError` for the key of the intermediate.
    """
    extensions = [x509.ExtendedKeyUsage(_TLS), _alternative_names((*_LOCAL, *dns))]
    return _issue(folder, name, oin, now, extensions)


def issue_signing(folder: Path, name: str, *, oin: Oin, now: dt.datetime) -> Issued:
    """Issue a certificate that only signs, as `<name>-signing`; else as `issue`."""
    return _issue(folder, f"{name}-signing", oin, now, [])


def write_crl(
    folder: Path, target: Path, revoked: Sequence[x509.Certificate], now: dt.datetime
) -> None:
    """Write the revocation list (PEM) of the intermediate, with a nextUpdate in a week.

    Raises `PkiError` or `KeyFileError`.
    """
    authority = _read_authority(folder)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now)
        .next_update(now + _LIST_LIFE)
    )
    for certificate in revoked:
        entry = x509.RevokedCertificateBuilder(certificate.serial_number, now)
        builder = builder.add_revoked_certificate(entry.build())
    signed = builder.sign(authority.key, hashes.SHA256())
    _replace(target, signed.public_bytes(_PEM))


def _issue(
    folder: Path, name: str, oin: Oin, now: dt.datetime, extensions: Sequence[x509.ExtensionType]
) -> Issued:
    if not _NAME.fullmatch(name) or name in {ROOT, INTERMEDIATE}:
        message = f"{name!r} cannot be the name of a certificate"
        raise PkiError(message)
    authority = _read_authority(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, oin),
        ]
    )
    builder = _builder(subject, key, authority, now, _LEAF_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    builder = builder.add_extension(_usage(authority=False), critical=True)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    leaf = builder.sign(authority.key, hashes.SHA256())
    return _write(folder, name, key, [leaf, authority.certificate])


def _authority(common_name: str, under: _Authority | None, now: dt.datetime) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    certificate = (
        _builder(subject, key, under, now, _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0 if under else None), True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(under.key if under else key, hashes.SHA256())
    )
    return _Authority(certificate=certificate, key=key)


def _builder(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: _Authority | None,
    now: dt.datetime,
    life: dt.timedelta,
) -> x509.CertificateBuilder:
    above = (issuer.key if issuer else key).public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative_names(hosts: Sequence[str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([_host(each) for each in dict.fromkeys(hosts)])


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _read_authority(folder: Path) -> _Authority:
    path = folder / f"{INTERMEDIATE}.pem"
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        pem = read_key(folder / f"{INTERMEDIATE}.key")
        key = serialization.load_pem_private_key(pem, password=None)
    except (OSError, ValueError):
        message = f"{folder} holds no development PKI; make one with: wissel-server pki init"
        raise PkiError(message) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        message = f"{folder} holds another kind of PKI"
        raise PkiError(message)
    return _Authority(certificate=certificate, key=key)


def _write(
    folder: Path,
    name: str,
    key: ec.EllipticCurvePrivateKey,
    certificates: Sequence[x509.Certificate],
) -> Issued:
    issued = Issued(certificate=folder / f"{name}.pem", key=folder / f"{name}.key")
    form = serialization.PrivateFormat.PKCS8
    write_key(issued.key, key.private_bytes(_PEM, form, serialization.NoEncryption()))
    _replace(issued.certificate, b"".join(each.public_bytes(_PEM) for each in certificates))
    return issued


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
