"""Certificate revocation lists: read from files, and read again when they change.

A list counts for the authority that it names as its issuer, if that authority
signed it. Certificates of an authority without a list are not judged. A list
that is past its nextUpdate is stale, which receipts tell, and still counts for
`GRACE`; after that the certificates of its authority are refused
(design.md#revocation).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import structlog
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.bounded_cache import BoundedCache
from wissel.routing.signing.certificate_profile import UNREADABLE, extension
from wissel.routing.signing.trusted_path import TrustedPath

GRACE: Final = dt.timedelta(hours=24)
"""How long a list counts after its nextUpdate (design.md#revocation)."""
_REMEMBERED: Final = 4096
_FOREVER: Final = dt.datetime.max.replace(tzinfo=dt.UTC)

_log = structlog.get_logger(__name__)


class TrustFileError(Exception):
    """A file with roots or a revocation list cannot be used; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationList:
    """One list as it was read from `path`.

    `stamp` (inode, modification time in ns, size) changes when the file does;
    `since` and `until` are thisUpdate and nextUpdate (RFC 5280).
    """

    path: Path
    stamp: tuple[int, int, int]
    crl: x509.CertificateRevocationList
    issuer: x509.Name
    since: dt.datetime
    until: dt.datetime

    @classmethod
    def read(cls, path: Path) -> "RevocationList":
        """Read a PEM or DER file, or raise `TrustFileError`."""
        try:
            stamp, content = _stamp(path), path.read_bytes()
        except OSError as error:
            message = f"{path}: {error.strerror}"
            raise TrustFileError(message) from None
        try:
            crl = _parse(path, content)
            since, until, issuer = crl.last_update_utc, crl.next_update_utc, crl.issuer
        except UNREADABLE:
            _refuse(path, "not a revocation list in PEM or DER")
        if until is None:
            _refuse(path, "the list has no nextUpdate")
        return cls(path=path, stamp=stamp, crl=crl, issuer=issuer, since=since, until=until)

    def signed_by(self, authority: x509.Certificate) -> bool:
        """Whether this authority signed the list, and is allowed to sign lists."""
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


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the lists say of one path: the reason to refuse it, or until when it may pass."""

    reason: Reason | None
    until: dt.datetime = _FOREVER


class _Snapshot:
    """The lists at one moment, and their verdicts on the paths asked about last."""

    def __init__(self, lists: Iterable[RevocationList]) -> None:
        self.lists = tuple(lists)
        self._verdicts: BoundedCache[str, _Verdict] = BoundedCache(_REMEMBERED)

    def verdict(self, path: TrustedPath) -> _Verdict:
        known = self._verdicts.get(path.sha256)
        if known is None:
            known = self._judge(path)
            self._verdicts.put(path.sha256, known)
        return known

    def _judge(self, path: TrustedPath) -> _Verdict:
        until = _FOREVER
        for certificate, authority in zip(path.chain, path.chain[1:], strict=False):
            named = [each for each in self.lists if each.issuer == authority.subject]
            if not named:
                continue
            genuine = [each for each in named if each.signed_by(authority)]
            if not genuine:
                return _Verdict(Reason.REVOCATION_UNKNOWN)
            newest = max(genuine, key=lambda each: each.since)
            if newest.revokes(certificate):
                return _Verdict(Reason.CERTIFICATE_REVOKED)
            until = min(until, min(newest.until, _FOREVER - GRACE) + GRACE)
        return _Verdict(None, until)


class RevocationLists:
    """The revocation lists of the settings, and their verdict on a path."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Read every file; raises `TrustFileError` for the first that cannot be used."""
        self._snapshot = _Snapshot(map(RevocationList.read, paths))
        self._stale: frozenset[Path] = frozenset()

    def problem(self, path: TrustedPath, at: dt.datetime) -> Refused | None:
        """Return why the lists do not let the path pass at `at`, or None (design.md#revocation).

        CERTIFICATE_REVOKED if a list names one of its certificates;
        REVOCATION_UNKNOWN if a list that must be asked is not signed by its
        authority, or is past its nextUpdate by more than `GRACE`.
        """
        if not self._snapshot.lists:
            return None
        verdict = self._snapshot.verdict(path)
        if verdict.reason is not None:
            return Refused(verdict.reason)
        return Refused(Reason.REVOCATION_UNKNOWN) if at > verdict.until else None

    def check(self, path: TrustedPath, at: dt.datetime) -> None:
        """Raise the `problem` of the path, if it has one."""
        if (problem := self.problem(path, at)) is not None:
            raise problem

    def stale(self, at: dt.datetime) -> bool:
        """Whether a list is past its nextUpdate at `at`; a receipt signed then tells so."""
        return any(at > each.until for each in self._snapshot.lists)

    def refresh(self, at: dt.datetime) -> None:
        """Read the files that changed; a file that cannot be read keeps its last good list.

        Logs `revocation_list_read`, `revocation_list_unreadable`, and
        `revocation_list_stale` once for each list that became stale before `at`.
        """
        before = self._snapshot.lists
        after = [_renewed(each) for each in before]
        if any(new is not old for new, old in zip(after, before, strict=True)):
            self._snapshot = _Snapshot(after)
        stale = frozenset(each.path for each in after if at > each.until)
        for path in stale - self._stale:
            _log.warning("revocation_list_stale", file=str(path))
        self._stale = stale


def _renewed(old: RevocationList) -> RevocationList:
    try:
        if _stamp(old.path) == old.stamp:
            return old
        new = RevocationList.read(old.path)
    except (OSError, TrustFileError):
        _log.warning("revocation_list_unreadable", file=str(old.path))
        return old
    _log.info("revocation_list_read", file=str(new.path), until=new.until.isoformat())
    return new


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


def _parse(path: Path, content: bytes) -> x509.CertificateRevocationList:
    """Return the list in PEM or DER.

    Raises `UNREADABLE`, or `TrustFileError` for a list that does not hold every
    revocation of its authority.
    """
    pem = content.lstrip().startswith(b"-----BEGIN")
    crl = x509.load_pem_x509_crl(content) if pem else x509.load_der_x509_crl(content)
    for each in [found.value for found in crl.extensions]:
        match each:
            case x509.DeltaCRLIndicator():
                _refuse(path, "a delta list says too little by itself")
            case x509.IssuingDistributionPoint() if each.indirect_crl or each.only_some_reasons:
                _refuse(path, "an indirect or partial list says too little by itself")
    return crl


def _refuse(path: Path, problem: str) -> NoReturn:
    message = f"{path}: {problem}"
    raise TrustFileError(message)
