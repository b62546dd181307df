"""What the hub trusts: its roots, the revocation lists, and the register's revocations."""

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
    CachedPathFinder,
    PathFinder,
    Revoked,
    TrustedPath,
    certificate_sha256,
    revocation_problem,
    validity_problem,
)
from wissel.server.courier.ports import PeerTrust
from wissel.server.identity.crls import RevocationLists
from wissel.server.identity.reloading import Reloaded
from wissel.server.identity.revocation_list import TrustFileError


class _Rooted:
    """The roots at one moment, and the paths to them that were built before.

    `names` are the names of the roots, as in `TrustedPath.names`: a path with
    none of these names no longer ends in a root that is trusted.
    """

    def __init__(self, trust: Trust) -> None:
        self.paths = CachedPathFinder(trust)
        self.names = frozenset(
            (RevocationTarget.CERTIFICATE_SHA256, certificate_sha256(each)) for each in trust.roots
        )


class HubTrust(PeerTrust):
    """What one process trusts; a `PathFinder` that also asks the revocation lists."""

    def __init__(self, roots: Reloaded[Trust], lists: RevocationLists) -> None:
        self.lists = lists
        self._roots = roots
        self._rooted = _Rooted(roots.current)

    @classmethod
    def read(cls, roots: Path, crls: Sequence[Path] = ()) -> Self:
        """Read roots (PEM) and lists (PEM or DER), or raise `TrustFileError` with the file."""
        try:
            reloaded = Reloaded("roots", (roots,), lambda _: Trust.from_pem(roots.read_bytes()))
        except OSError as error:
            message = f"{roots}: {error.strerror}"
            raise TrustFileError(message) from None
        except ValueError:
            message = f"{roots}: no certificate in PEM"
            raise TrustFileError(message) from None
        return cls(reloaded, RevocationLists(crls))

    def refresh(self, at: dt.datetime) -> None:
        """Read roots and lists again if their files changed; keep what cannot be read as it was.

        Paths to a root that was removed are refused from then on. Any thread may
        call this.
        """
        self.lists.refresh(at)
        if self._roots.refresh():
            self._rooted = _Rooted(self._roots.current)

    def path(self, chain: Sequence[bytes], purpose: Purpose, at: dt.datetime) -> TrustedPath:
        """As in `PathFinder`; the path is not on a revocation list at `at` either."""
        path = self._rooted.paths.path(chain, purpose, at)
        self.lists.check(path, at)
        return path

    def problem(self, path: TrustedPath, revoked: Revoked, at: dt.datetime) -> Refused | None:
        """Return why a path that was built earlier is not trusted at `at`, or None.

        1. Every certificate is valid (CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID).
        2. Its root is still one of ours (CERTIFICATE_UNTRUSTED).
        3. No revocation list names a certificate of it, and the lists that must
           be asked can be relied on (CERTIFICATE_REVOKED, REVOCATION_UNKNOWN).
        4. `revoked`, of the register, names none (CERTIFICATE_REVOKED).

        See design.md#revocation.
        """
        # 1.
        if (problem := validity_problem(path, at)) is not None:
            return problem
        # 2.
        if path.names.isdisjoint(self._rooted.names):
            return Refused(Reason.CERTIFICATE_UNTRUSTED)
        # 3.
        if (problem := self.lists.problem(path, at)) is not None:
            return problem
        # 4.
        return revocation_problem(path, revoked)

    def check(self, path: TrustedPath, revoked: Revoked, at: dt.datetime) -> None:
        """Raise the `problem` of a path that was built earlier, if it has one."""
        if (problem := self.problem(path, revoked, at)) is not None:
            raise problem

    def checking(self, revoked: Revoked) -> PathFinder:
        """Return the `PathFinder` that also asks the register, for verifying signatures."""
        return CheckingTrust(self, revoked)

    def stale(self, at: dt.datetime) -> bool:
        """Whether a revocation list is past its nextUpdate at `at`; a receipt tells so."""
        return self.lists.stale(at)


class CheckingTrust(PathFinder):
    """The hub's trust together with the revocations of one revision of the register."""

    def __init__(self, trust: HubTrust, revoked: Revoked) -> None:
        self._trust = trust
        self._revoked = revoked

    def path(self, chain: Sequence[bytes], purpose: Purpose, at: dt.datetime) -> TrustedPath:
        """As in `PathFinder`; neither the lists nor the register revoke a certificate of it."""
        path = self._trust.path(chain, purpose, at)
        if (problem := revocation_problem(path, self._revoked)) is not None:
            raise problem
        return path
