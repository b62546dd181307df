"""Whom the hub trusts: its roots, the revocation lists, and the register's revocations."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from wissel.routing.facts import RevocationTarget
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.trusted_path import (
    RememberedPaths,
    Revoked,
    TrustedPath,
    certificate_sha256,
    check_clock,
    check_revoked,
)
from wissel.server.identity.crls import RevocationLists, TrustFileError
from wissel.server.identity.reloading import Watched


class _Rooted:
    """The roots at one moment, with the paths that were found to them.

    A path ends in one of them or is not trusted any more; `names` are theirs,
    as in `TrustedPath.names`, so that this costs a call next to nothing.
    """

    def __init__(self, trust: Trust) -> None:
        self.paths = RememberedPaths(trust)
        self.names = frozenset(
            (RevocationTarget.CERTIFICATE_SHA256, certificate_sha256(each)) for each in trust.roots
        )


class HubTrust:
    """The trust of one process. It is a `PathFinder` that also asks the revocation lists."""

    def __init__(self, roots: Watched[Trust], lists: RevocationLists) -> None:
        self.lists = lists
        self._roots = roots
        self._rooted = _Rooted(roots.current)

    @classmethod
    def read(cls, roots: Path, crls: Sequence[Path] = ()) -> Self:
        """Read WISSEL_TRUST_ROOTS and WISSEL_CRLS, or raise `TrustFileError`."""
        try:
            watched = Watched("roots", (roots,), lambda _: Trust.from_pem(roots.read_bytes()))
        except OSError as error:
            message = f"{roots}: {error.strerror}"
            raise TrustFileError(message) from None
        except ValueError:
            message = f"{roots}: no certificate in PEM"
            raise TrustFileError(message) from None
        return cls(watched, RevocationLists(crls))

    def refresh(self, at: dt.datetime) -> None:
        """Read roots and lists again if their files changed; what is broken stays as it was.

        A path to a root that has gone is trusted no longer, however recently it
        was found. For any thread.
        """
        self.lists.refresh(at)
        if self._roots.refresh():
            self._rooted = _Rooted(self._roots.current)

    def path(self, chain: Sequence[bytes], purpose: Purpose, at: dt.datetime) -> TrustedPath:
        """As in `PathFinder`; the revocation lists have been asked."""
        path = self._rooted.paths.path(chain, purpose, at)
        self.lists.check(path, at)
        return path

    def holds(self, path: TrustedPath, revoked: Revoked, at: dt.datetime) -> bool:
        """Whether `check` would let an earlier path pass; it is asked on every call."""
        return (
            path.not_before <= at < path.ends
            and path.names.isdisjoint(revoked)
            and not path.names.isdisjoint(self._rooted.names)
            and self.lists.passes(path, at)
        )

    def check(self, path: TrustedPath, revoked: Revoked, at: dt.datetime) -> None:
        """Judge an earlier path again: clock, roots, revocation lists, register.

        Raises `Refused` with CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID,
        CERTIFICATE_UNTRUSTED, CERTIFICATE_REVOKED or REVOCATION_UNKNOWN.
        """
        check_clock(path, at)
        if path.names.isdisjoint(self._rooted.names):
            raise Refused(Reason.CERTIFICATE_UNTRUSTED)
        self.lists.check(path, at)
        check_revoked(path, revoked)

    def checking(self, revoked: Revoked) -> "CheckingTrust":
        """Return the `PathFinder` that also asks the register, for verifying signatures."""
        return CheckingTrust(self, revoked)

    def stale(self, at: dt.datetime) -> bool:
        """Whether a revocation list is past its nextUpdate; receipts say so."""
        return self.lists.stale(at)


class CheckingTrust:
    """The hub's trust together with the revocations of one revision of the register."""

    def __init__(self, trust: HubTrust, revoked: Revoked) -> None:
        self._trust = trust
        self._revoked = revoked

    def path(self, chain: Sequence[bytes], purpose: Purpose, at: dt.datetime) -> TrustedPath:
        """As in `PathFinder`; the lists and the register have been asked."""
        path = self._trust.path(chain, purpose, at)
        check_revoked(path, self._revoked)
        return path
