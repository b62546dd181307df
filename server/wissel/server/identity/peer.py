"""Who calls, by the certificate of the TLS connection (design.md#identity)."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.bounded_cache import Recent
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import chain_from_pem
from wissel.routing.signing.trusted_path import Revoked, TrustedPath
from wissel.routing.values.identifiers import Oin
from wissel.server.identity.trust import HubTrust

AuthContext = Mapping[str, Iterable[bytes]]
"""What gRPC's `ServicerContext.auth_context()` returns."""

_LEAF: Final = "x509_pem_cert"
_OTHERS: Final = "x509_pem_cert_chain"
_REMEMBERED: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who is at the other side, by a path that was found good.

    `leaf_sha256` is in lower-case hex, `not_after` the earliest in the path.
    """

    oin: Oin
    leaf_sha256: str
    not_after: dt.datetime
    path: TrustedPath


class Peers:
    """Identities from certificates. What was found good is remembered, not that it still is."""

    def __init__(self, trust: HubTrust, clock: Callable[[], dt.datetime]) -> None:
        self._trust = trust
        self._clock = clock
        self._known: Recent[bytes, Peer] = Recent(_REMEMBERED)

    def identify(self, auth_context: AuthContext, revoked: Revoked) -> Peer:
        """Return who calls, judged now.

        1. The connection shows exactly one certificate (CERTIFICATE_MISSING). What
           else the peer sent are candidates for its path and nothing more.
        2. A trusted path leads from it, it suits a TLS client and holds one OIN
           (see `Trust.path`). This is remembered for these very bytes.
        3. Clock, revocation lists and the register's revocations hold nothing
           against the path, on this call (see `HubTrust.check`).

        A remembered path that has gone bad is built anew: the peer may have got
        another intermediate.
        """
        shown = list(auth_context.get(_LEAF, ()))
        if len(shown) != 1:
            raise Refused(Reason.CERTIFICATE_MISSING)
        pem = shown[0]
        known = self._known.get(pem)
        if known is not None and self._trust.holds(known.path, revoked, self._clock()):
            return known
        peer = self._build(pem, auth_context.get(_OTHERS, ()))
        self.still_valid(peer, revoked)
        self._known.put(pem, peer)
        return peer

    def still_valid(self, peer: Peer, revoked: Revoked) -> None:
        """Judge an earlier answer of `identify` again now; raises `Refused` as step 3 does."""
        self._trust.check(peer.path, revoked, self._clock())

    def _build(self, pem: bytes, others: Iterable[bytes]) -> Peer:
        chain = [*chain_from_pem(pem), *_candidates(others)]
        path = self._trust.path(chain, Purpose.CLIENT, self._clock())
        return Peer(oin=path.oin, leaf_sha256=path.leaf_sha256, not_after=path.not_after, path=path)


def _candidates(others: Iterable[bytes]) -> Iterable[bytes]:
    for pem in others:
        try:
            yield from chain_from_pem(pem)
        except Refused:
            # No candidates, then: the path may do without.
            continue
