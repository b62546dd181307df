"""Identifies the caller by the certificate of its TLS connection (design.md#identity)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.bounded_cache import BoundedCache
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import chain_from_pem
from wissel.routing.signing.trusted_path import Revoked, TrustedPath
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.ports import Clock
from wissel.server.identity.trust import HubTrust

AuthContext = Mapping[str, Iterable[bytes]]
"""What gRPC's `ServicerContext.auth_context()` returns."""

_LEAF: Final = "x509_pem_cert"
_OTHERS: Final = "x509_pem_cert_chain"
_REMEMBERED: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A party at the other end of a connection, identified by its certificate.

    `leaf_sha256` is the digest of the DER certificate in lower-case hex,
    `not_after` the earliest in the path to the root.
    """

    oin: Oin
    leaf_sha256: str
    not_after: dt.datetime
    path: TrustedPath


class Peers:
    """Identifies peers by their certificates.

    The path from a certificate is built once and remembered; whether it is still
    trusted is judged on every call.
    """

    def __init__(self, trust: HubTrust, clock: Clock) -> None:
        self._trust = trust
        self._clock = clock
        self._known: BoundedCache[bytes, Peer] = BoundedCache(_REMEMBERED)

    def identify(self, auth_context: AuthContext, revoked: Revoked) -> Peer:
        """Return the party that calls (design.md#identity).

        1. The connection shows exactly one certificate (CERTIFICATE_MISSING). The
           others that the peer sent are only candidates for its path.
        2. A trusted path leads from it, it suits a TLS client and holds one OIN
           (see `Trust.path`). The path is remembered for this certificate.
        3. The path is trusted now: its validity, the roots, the revocation lists
           and `revoked`, of the register (see `HubTrust.problem`).

        A remembered path that is no longer trusted is built again, because the
        peer may have another intermediate now. Raises `Refused` with the reason
        of the first rule that fails.
        """
        # 1.
        shown = list(auth_context.get(_LEAF, ()))
        if len(shown) != 1:
            raise Refused(Reason.CERTIFICATE_MISSING)
        pem = shown[0]
        known = self._known.get(pem)
        # 3., of a path built earlier
        if known is not None and self._trust.problem(known.path, revoked, self._clock()) is None:
            return known
        # 2.
        peer = self._build(pem, auth_context.get(_OTHERS, ()))
        # 3.
        self.still_valid(peer, revoked)
        self._known.put(pem, peer)
        return peer

    def still_valid(self, peer: Peer, revoked: Revoked) -> None:
        """Raise `Refused` if a peer that was identified earlier is not trusted now (rule 3)."""
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
            # The path may not need it. If it does, building the path fails.
            continue
