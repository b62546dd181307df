"""Who a vendor is: its certificate, its key and the roots that it trusts.

    me = Identity.load("las.pem", "las.key", "roots.pem")

The files are checked on every use. After a renewal, the new certificate is used
for every connection and signature from then on; while certificate and key do not
match, because a renewal is half done, the last usable pair stays in use.
"""

import dataclasses
import sys
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Self

from cryptography import x509

from wissel.clients.errors import IdentityError
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificate_profile import UNREADABLE
from wissel.routing.signing.certificates import Trust, is_of_key, oin_of
from wissel.routing.signing.dsse import Signer
from wissel.routing.signing.key_files import key_file_problem
from wissel.routing.signing.keys import private_key_in
from wissel.routing.signing.trusted_path import CachedPathFinder, PathFinder
from wissel.routing.values.identifiers import Oin

AnyPath = str | PathLike[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The PEM files of an identity. The signing pair may be the TLS pair."""

    certificate: Path
    key: Path
    roots: Path
    signing_certificate: Path
    signing_key: Path

    def fingerprint(self) -> tuple[tuple[int, int, int], ...]:
        """Return inode, modification time (ns) and size of each file: they change when it does."""
        return tuple(_fingerprint(getattr(self, each.name)) for each in dataclasses.fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the files held at one moment; certificates, roots and private key are PEM."""

    oin: Oin
    leaf: x509.Certificate
    certificate_pem: bytes
    roots_pem: bytes
    private_key: bytes = field(repr=False)
    signer: Signer = field(repr=False)
    paths: PathFinder = field(repr=False)


class Identity:
    """A certificate with its key and the trusted roots, read again when the files change."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._seen = files.fingerprint()
        self._material = _read(files)

    @classmethod
    def load(
        cls,
        certificate: AnyPath,
        key: AnyPath,
        roots: AnyPath,
        *,
        signing_certificate: AnyPath | None = None,
        signing_key: AnyPath | None = None,
    ) -> Self:
        """Read PEM files: the certificate, leaf first, its unencrypted key, and the roots.

        `signing_certificate` and `signing_key` go together; without them the TLS
        key signs. Raises `IdentityError` if a file cannot be used, a key is not
        that of its certificate, or a key file can be read by other accounts.
        """
        if (signing_certificate is None) != (signing_key is None):
            raise IdentityError("a signing certificate and a signing key go together")
        files = Files(
            certificate=Path(certificate),
            key=Path(key),
            roots=Path(roots),
            signing_certificate=Path(signing_certificate or certificate),
            signing_key=Path(signing_key or key),
        )
        return cls(files)

    @property
    def oin(self) -> Oin:
        """The OIN in the certificate that was read last."""
        return self._material.oin

    def current(self) -> Material:
        """Return what the files hold now; if that cannot be used, the last that could."""
        try:
            seen = self._files.fingerprint()
            if seen != self._seen:
                self._material, self._seen = _read(self._files), seen
        except IdentityError:
            # A renewal writes several files one after the other; the next
            # use looks again, since `_seen` has stayed as it was.
            pass
        return self._material


def _read(files: Files) -> Material:
    certificate, key = _bytes(files.certificate), _bytes(files.key)
    roots = _bytes(files.roots)
    for path in (files.key, files.signing_key):
        _refuse_open_key(path)
    leaf = _leaf(certificate, files.certificate)
    _refuse_other_key(leaf, key, files.key)
    try:
        return Material(
            oin=oin_of(leaf),
            leaf=leaf,
            certificate_pem=certificate,
            roots_pem=roots,
            private_key=key,
            signer=_signer(files),
            paths=CachedPathFinder(Trust.from_pem(roots)),
        )
    except Refused as refused:
        message = f"{files.certificate}: {refused}"
        raise IdentityError(message) from None
    except ValueError as error:
        message = f"{files.roots}: no usable trust roots ({error})"
        raise IdentityError(message) from None


def _signer(files: Files) -> Signer:
    certificate, key = _bytes(files.signing_certificate), _bytes(files.signing_key)
    _refuse_other_key(_leaf(certificate, files.signing_certificate), key, files.signing_key)
    return Signer.from_pem(key, certificate)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise IdentityError(message) from None


def _fingerprint(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise IdentityError(message) from None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _leaf(pem: bytes, path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(pem)[0]
    except UNREADABLE:
        message = f"{path}: not a PEM certificate"
        raise IdentityError(message) from None


def _refuse_open_key(path: Path) -> None:
    status = path.stat()
    problem = key_file_problem(str(path), status.st_uid, status.st_mode)
    if sys.platform != "win32" and problem is not None:
        raise IdentityError(problem)


def _refuse_other_key(leaf: x509.Certificate, key_pem: bytes, path: Path) -> None:
    try:
        key = private_key_in(key_pem)
    except ValueError:
        message = f"{path}: not an unencrypted PEM private key"
        raise IdentityError(message) from None
    if not is_of_key(leaf, key):
        message = f"{path}: this key is not that of the certificate"
        raise IdentityError(message)
