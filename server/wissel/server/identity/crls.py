"""Certificate revocation lists: read from files, and read again when they change.

A list speaks for the authority whose name it bears and whose key signed it. An
authority without a list in the settings is not judged. A list that is past its
nextUpdate still counts for `GRACE`, and is called stale meanwhile: receipts say
so. After that, what it would have to judge is refused, rather than let pass.
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
from wissel.routing.signing.bounded_cache import Recent
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
    """One list as it was read; `stamp` changes when its file does."""

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
        """Whether this authority, which may sign lists, signed this one."""
        usage = extension(authority, x509.KeyUsage)
        if usage is not None and not usage.crl_sign:
            return False
        try:
            # The call takes the key kinds of an authority, and says so about others.
            return self.crl.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
        except (TypeError, ValueError, UnsupportedAlgorithm):
            return False

    def revokes(self, certificate: x509.Certificate) -> bool:
        """Whether it lists the certificate's serial number."""
        serial = certificate.serial_number
        return self.crl.get_revoked_certificate_by_serial_number(serial) is not None


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the lists say about one path: a refusal, or good until an instant."""

    refusal: Reason | None
    until: dt.datetime = _FOREVER


class _Snapshot:
    """The lists at one moment, with what has been worked out from them."""

    def __init__(self, lists: Iterable[RevocationList]) -> None:
        self.lists = tuple(lists)
        self._standings: Recent[str, _Standing] = Recent(_REMEMBERED)

    def standing(self, path: TrustedPath) -> _Standing:
        known = self._standings.get(path.sha256)
        if known is None:
            known = self._judge(path)
            self._standings.put(path.sha256, known)
        return known

    def _judge(self, path: TrustedPath) -> _Standing:
        until = _FOREVER
        for certificate, authority in zip(path.chain, path.chain[1:], strict=False):
            named = [each for each in self.lists if each.issuer == authority.subject]
            if not named:
                continue
            genuine = [each for each in named if each.signed_by(authority)]
            if not genuine:
                return _Standing(Reason.REVOCATION_UNKNOWN)
            newest = max(genuine, key=lambda each: each.since)
            if newest.revokes(certificate):
                return _Standing(Reason.CERTIFICATE_REVOKED)
            until = min(until, min(newest.until, _FOREVER - GRACE) + GRACE)
        return _Standing(None, until)


class RevocationLists:
    """The lists of the settings, and what they say about a path."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Read every file; raises `TrustFileError` for the first that cannot be used."""
        self._snapshot = _Snapshot(map(RevocationList.read, paths))
        self._stale: frozenset[Path] = frozenset()

    def check(self, path: TrustedPath, at: dt.datetime) -> None:
        """Return if no list that counts at `at` revokes an element of the path.

        Raises `Refused(CERTIFICATE_REVOKED)`, or `Refused(REVOCATION_UNKNOWN)` if a
        list that must be asked is too old or not signed by its authority.
        """
        if not self._snapshot.lists:
            return
        standing = self._snapshot.standing(path)
        if standing.refusal is not None:
            raise Refused(standing.refusal)
        if at > standing.until:
            raise Refused(Reason.REVOCATION_UNKNOWN)

    def passes(self, path: TrustedPath, at: dt.datetime) -> bool:
        """Whether `check` would let the path pass."""
        if not self._snapshot.lists:
            return True
        standing = self._snapshot.standing(path)
        return standing.refusal is None and at <= standing.until

    def stale(self, at: dt.datetime) -> bool:
        """Whether some list is past its nextUpdate; a receipt signed then says so."""
        return any(at > each.until for each in self._snapshot.lists)

    def refresh(self, at: dt.datetime) -> None:
        """Read the files that changed. One that cannot be read keeps its last good list."""
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
    """Return the list, which says all by itself; raises `UNREADABLE`, `TrustFileError`."""
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
