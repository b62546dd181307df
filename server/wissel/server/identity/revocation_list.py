"""One revocation list, and the files in which authorities publish them (RFC 5280)."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, NoReturn

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from wissel.routing.signing.certificate_profile import UNREADABLE, extension

_PEM_BEGIN: Final = b"-----BEGIN"
_BLOCK: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_LIST: Final = b"X509 CRL"
_BESIDE: Final = frozenset({_LIST, b"CERTIFICATE"})  # authorities publish their own beside a list
_SEQUENCE: Final = 0x30
_SHORT_LENGTHS: Final = 0x80  # a DER length below this is the length itself


class TrustFileError(Exception):
    """A file with roots or a revocation list cannot be used; the message names it."""


class Covers(Enum):
    """The kinds of certificates that a list speaks of."""

    ALL = "all"
    LEAVES = "only leaves"
    AUTHORITIES = "only CAs"
    NONE = "no certificates that the hub judges"

    def includes(self, *, authority: bool) -> bool:
        """Whether certificates of authorities, or else of leaves, are among them."""
        return self is Covers.ALL or self is (Covers.AUTHORITIES if authority else Covers.LEAVES)


PointName = x509.GeneralName | x509.RelativeDistinguishedName


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RevocationList:
    """One list.

    `since` and `until` are thisUpdate and nextUpdate, `number` the CRL number or
    -1, `authority_key` the identifier of the key that is said to have signed it.
    `points` are the names of its issuing distribution point: with any, the list
    is one part of several, and holds the certificates that name this point.
    """

    crl: x509.CertificateRevocationList
    issuer: x509.Name
    since: dt.datetime
    until: dt.datetime
    number: int
    authority_key: bytes | None
    points: frozenset[PointName]
    covers: Covers

    def signed_by(self, authority: x509.Certificate) -> bool:
        """Whether the authority, which may sign lists, signed this one."""
        usage = extension(authority, x509.KeyUsage)
        if usage is not None and not usage.crl_sign:
            return False
        try:
            # A kind of key that no authority can have raises one of the errors below.
            return self.crl.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
        except (TypeError, ValueError, UnsupportedAlgorithm):
            return False

    def revokes(self, certificate: x509.Certificate) -> bool:
        """Whether the list holds the certificate's serial number."""
        serial = certificate.serial_number
        return self.crl.get_revoked_certificate_by_serial_number(serial) is not None

    def tells_of(self, certificate: x509.Certificate) -> bool:
        """Whether the list would hold this certificate of its authority if it were revoked.

        It speaks of its kind, and of its distribution point (RFC 5280 6.3.3 b).
        A certificate that names no point is told of by any list of its kind.
        """
        constraints = extension(certificate, x509.BasicConstraints)
        if not self.covers.includes(authority=constraints is not None and constraints.ca):
            return False
        named = _points_of(certificate)
        return not self.points or not named or not self.points.isdisjoint(named)


def _points_of(certificate: x509.Certificate) -> frozenset[PointName]:
    """Return the distribution points at which a certificate's own authority lists it.

    Points of another issuer, or for some reasons only, belong to lists that the
    hub does not take.
    """
    points = extension(certificate, x509.CRLDistributionPoints) or ()
    return frozenset(
        name
        for point in points
        if point.crl_issuer is None and point.reasons is None
        for name in _names(point.full_name, point.relative_name)
    )


def _names(
    full: list[x509.GeneralName] | None, relative: x509.RelativeDistinguishedName | None
) -> Iterator[PointName]:
    yield from full or ()
    if relative is not None:
        yield relative


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFile:
    """The lists of one file.

    `stamp` (inode, modification time in ns, size) changes when the file does.
    """

    path: Path
    stamp: tuple[int, int, int]
    lists: tuple[RevocationList, ...]

    @classmethod
    def read(cls, path: Path) -> "ListFile":
        """Read every list of a file, PEM or DER, or raise `TrustFileError`.

        Refused, each by name: a file that cannot be read, that holds no list, or
        a list that is cut off; a list without nextUpdate; a delta list, an
        indirect list and one for some reasons only, which say too little by
        themselves; a list with a critical extension that the hub does not know.
        """
        try:
            stamp, content = stamp_of(path), path.read_bytes()
        except OSError as error:
            message = f"{path}: {error.strerror}"
            raise TrustFileError(message) from None
        found = list(_encoded(path, content))
        if not found:
            _refuse(path, "not a revocation list in PEM or DER")
        lists = []
        for number, (encoded, pem) in enumerate(found, start=1):
            which = f"list {number} of {len(found)}: " if len(found) > 1 else ""
            try:
                lists.append(_parse(path, which, encoded, pem=pem))
            except UNREADABLE:
                _refuse(path, f"{which}not a revocation list in PEM or DER")
        return cls(path=path, stamp=stamp, lists=tuple(lists))


def stamp_of(path: Path) -> tuple[int, int, int]:
    """Return what changes when a file does; raises `OSError`."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


def _encoded(path: Path, content: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield each list of a file, with whether it is PEM.

    PEM may have text around the blocks; DER may be several lists after another.
    """
    if _PEM_BEGIN not in content:
        yield from ((each, False) for each in _sequences(path, content))
        return
    blocks = list(_BLOCK.finditer(content))
    if len(blocks) != content.count(_PEM_BEGIN):
        _refuse(path, "a PEM block is cut off")
    for block in blocks:
        if block[1] not in _BESIDE:
            _refuse(path, f"it holds {block[1].decode()}; write its lists as X509 CRL")
        if block[1] == _LIST:
            yield block[0], True


def _sequences(path: Path, content: bytes) -> Iterator[bytes]:
    """Yield the DER sequences that stand one after another."""
    at = 0
    while at < len(content):
        end = _end_of_sequence(content, at)
        if end is None or end > len(content):
            _refuse(path, "not a revocation list in PEM or DER")
        yield content[at:end]
        at = end


def _end_of_sequence(content: bytes, at: int) -> int | None:
    """Return where the DER sequence that begins at `at` ends, None if none begins there."""
    if len(content) < at + 2 or content[at] != _SEQUENCE:
        return None
    length, start = content[at + 1], at + 2
    if length < _SHORT_LENGTHS:
        return start + length
    count = length - _SHORT_LENGTHS
    return start + count + int.from_bytes(content[start : start + count], "big")


def _parse(path: Path, which: str, encoded: bytes, *, pem: bool) -> RevocationList:
    """Return the list; raises `UNREADABLE`, or `TrustFileError` for one that is not taken."""
    crl = x509.load_pem_x509_crl(encoded) if pem else x509.load_der_x509_crl(encoded)
    number, key, points, covers = -1, None, frozenset[PointName](), Covers.ALL
    for found in crl.extensions:
        match found.value:
            case x509.DeltaCRLIndicator():
                _refuse(path, f"{which}a delta list says too little by itself")
            case x509.IssuingDistributionPoint() as point:
                if point.indirect_crl or point.only_some_reasons:
                    _refuse(path, f"{which}an indirect or partial list says too little by itself")
                points = frozenset(_names(point.full_name, point.relative_name))
                covers = _covers(point)
            case x509.CRLNumber() as numbered:
                number = numbered.crl_number
            case x509.AuthorityKeyIdentifier() as identified:
                key = identified.key_identifier
            case x509.UnrecognizedExtension() as unknown if found.critical:
                oid = unknown.oid.dotted_string
                _refuse(
                    path, f"{which}it has a critical extension that the hub does not know, {oid}"
                )
    if crl.next_update_utc is None:
        _refuse(path, f"{which}the list has no nextUpdate")
    return RevocationList(
        crl=crl,
        issuer=crl.issuer,
        since=crl.last_update_utc,
        until=crl.next_update_utc,
        number=number,
        authority_key=key,
        points=points,
        covers=covers,
    )


def _covers(point: x509.IssuingDistributionPoint) -> Covers:
    if point.only_contains_user_certs:
        return Covers.LEAVES
    if point.only_contains_ca_certs:
        return Covers.AUTHORITIES
    return Covers.NONE if point.only_contains_attribute_certs else Covers.ALL


def _refuse(path: Path, problem: str) -> NoReturn:
    message = f"{path}: {problem}"
    raise TrustFileError(message)
