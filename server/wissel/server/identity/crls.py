"""The revocation lists of the settings: which of them count, and what they say of a path.

The rule is the table in rules.md#revocation-lists: of each partition of an
authority the newest list counts; what any list that counts holds is revoked; a
certificate of an authority with lists, of which none tells of it, is refused. A
list that is past its nextUpdate is stale, which receipts tell, and still counts
for `GRACE`.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from cryptography import x509

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.bounded_cache import BoundedCache
from wissel.routing.signing.trusted_path import TrustedPath, certificate_sha256
from wissel.server.identity.revocation_list import (
    Covers,
    ListFile,
    RevocationList,
    TrustFileError,
    stamp_of,
)

GRACE: Final = dt.timedelta(hours=24)
"""How long a list counts after its nextUpdate (design.md#revocation)."""
_REMEMBERED: Final = 4096
_AUTHORITIES: Final = 256
_FOREVER: Final = dt.datetime.max.replace(tzinfo=dt.UTC)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the lists say of one path: the reason to refuse it, or until when it may pass."""

    reason: Reason | None
    until: dt.datetime = _FOREVER


class _Snapshot:
    """The lists at one moment, and their verdicts on the paths asked about last."""

    def __init__(self, files: Iterable[ListFile]) -> None:
        self.files = tuple(files)
        self.lists = tuple(each for file in self.files for each in file.lists)
        current = set(map(id, _newest(self.lists, _partition)))
        self._current = [
            (file.path, each.until)
            for file in self.files
            for each in file.lists
            if id(each) in current
        ]
        self._verdicts: BoundedCache[str, _Verdict] = BoundedCache(_REMEMBERED)
        self._counting: BoundedCache[str, tuple[RevocationList, ...] | None] = BoundedCache(
            _AUTHORITIES
        )

    def verdict(self, path: TrustedPath) -> _Verdict:
        known = self._verdicts.get(path.sha256)
        if known is None:
            known = self._judge(path)
            self._verdicts.put(path.sha256, known)
        return known

    def _judge(self, path: TrustedPath) -> _Verdict:
        """Judge every certificate but the root; a revocation outweighs what is unknown."""
        unknown, until = False, _FOREVER
        for certificate, authority in zip(path.chain, path.chain[1:], strict=False):
            lists = self._lists_of(authority)
            if lists is None:
                continue
            if any(each.revokes(certificate) for each in lists):
                return _Verdict(Reason.CERTIFICATE_REVOKED)
            telling = [each.until for each in lists if each.tells_of(certificate)]
            unknown = unknown or not telling
            until = min(until, min(max(telling, default=_FOREVER), _FOREVER - GRACE) + GRACE)
        return _Verdict(Reason.REVOCATION_UNKNOWN) if unknown else _Verdict(None, until)

    def _lists_of(self, authority: x509.Certificate) -> tuple[RevocationList, ...] | None:
        """Return the lists that count for an authority; None if no list names it as its issuer.

        Remembered, as a signature is verified over the whole of a list.
        """
        digest = certificate_sha256(authority)
        if digest not in self._counting:
            named = [each for each in self.lists if each.issuer == authority.subject]
            genuine = [each for each in named if each.signed_by(authority)]
            self._counting.put(digest, tuple(_newest(genuine, _part)) if named else None)
        return self._counting[digest]

    def stale(self, at: dt.datetime) -> frozenset[Path]:
        """Return the files with a list past its nextUpdate; one that a newer replaces is none."""
        return frozenset(path for path, until in self._current if at > until)

    def incomplete(self) -> Iterator[tuple[str, Covers]]:
        """Yield each authority (RFC 4514) whose lists cover some kinds of certificates only."""
        covered: dict[tuple[str, bytes | None], set[Covers]] = defaultdict(set)
        for each in self.lists:
            covered[each.issuer.rfc4514_string(), each.authority_key].add(each.covers)
        for (issuer, _), kinds in sorted(covered.items(), key=lambda item: item[0][0]):
            told = kinds - {Covers.NONE} or kinds
            if Covers.ALL not in told and len(told) == 1:
                yield issuer, next(iter(told))


def _part(each: RevocationList) -> Hashable:
    """Return which part of its authority's certificates a list tells of."""
    return each.points, each.covers


def _partition(each: RevocationList) -> Hashable:
    """Return the authority that a list names, by name and key, and its part."""
    return each.issuer, each.authority_key, each.points, each.covers


def _newest(
    lists: Iterable[RevocationList], part: Callable[[RevocationList], Hashable]
) -> Iterator[RevocationList]:
    """Yield the newest list of each part: by thisUpdate, then by number; all that are equal."""
    parts: dict[Hashable, list[RevocationList]] = defaultdict(list)
    for each in lists:
        parts[part(each)].append(each)
    for same in parts.values():
        newest = max((each.since, each.number) for each in same)
        yield from (each for each in same if (each.since, each.number) == newest)


class RevocationLists:
    """The revocation lists of the settings, and their verdict on a path."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Read every file; raises `TrustFileError` for the first that cannot be used.

        Logs `revocation_lists_incomplete` for each authority whose lists cover
        only CAs or only leaves.
        """
        self._snapshot = _Snapshot(map(ListFile.read, paths))
        self._stale: frozenset[Path] = frozenset()
        self._warn_of_gaps()

    def problem(self, path: TrustedPath, at: dt.datetime) -> Refused | None:
        """Return why the lists do not let the path pass at `at`, or None (design.md#revocation).

        CERTIFICATE_REVOKED if a list that counts holds one of its certificates;
        REVOCATION_UNKNOWN if an authority has lists, but none tells of its
        certificate, or all that do are past their nextUpdate by more than `GRACE`.
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
        return bool(self._snapshot.stale(at))

    def refresh(self, at: dt.datetime) -> None:
        """Read the files that changed; a file that cannot be used keeps its last good lists.

        Logs `revocation_list_read`, `revocation_list_unreadable`, and
        `revocation_list_stale` once for each file with a list that became stale
        before `at`.
        """
        before = self._snapshot.files
        after = [_renewed(each) for each in before]
        if any(new is not old for new, old in zip(after, before, strict=True)):
            self._snapshot = _Snapshot(after)
            self._warn_of_gaps()
        stale = self._snapshot.stale(at)
        for path in stale - self._stale:
            _log.warning("revocation_list_stale", file=str(path))
        self._stale = stale

    def _warn_of_gaps(self) -> None:
        for authority, covers in self._snapshot.incomplete():
            _log.warning("revocation_lists_incomplete", authority=authority, cover=covers.value)


def _renewed(old: ListFile) -> ListFile:
    try:
        if stamp_of(old.path) == old.stamp:
            return old
        new = ListFile.read(old.path)
    except OSError as error:
        _log.warning("revocation_list_unreadable", file=str(old.path), problem=error.strerror)
        return old
    except TrustFileError as error:
        _log.warning("revocation_list_unreadable", file=str(old.path), problem=str(error))
        return old
    until = min(each.until for each in new.lists)
    _log.info("revocation_list_read", file=str(new.path), until=until.isoformat())
    return new
