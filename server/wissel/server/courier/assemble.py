"""Puts the parts of forwarding together; `app` and tests give them."""

import time
from dataclasses import dataclass
from pathlib import Path

from wissel.routing.dsse import Signer
from wissel.server.courier.bounds import Limits
from wissel.server.courier.carry import Carrier
from wissel.server.courier.dial import Credentials, Dialer
from wissel.server.courier.forward import Courier
from wissel.server.courier.judging import House
from wissel.server.courier.papers import Papers
from wissel.server.courier.ports import Clock, Journal, PeerTrust, Tables
from wissel.server.courier.probe import Prober


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """The hub's TLS identity, with which it also calls receivers; PEM files."""

    certificate: Path
    key: Path
    roots: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierParts:
    """What forwarding is made from.

    `signer` signs stamps and receipts; its OIN is the hub's. `owner` names this
    process in the journal. `private` lets endpoints be on private addresses.
    """

    tls: TlsFiles
    signer: Signer
    trust: PeerTrust
    tables: Tables
    journal: Journal
    clock: Clock
    owner: str
    limits: Limits
    private: bool = False


def make_dialer(parts: CourierParts) -> Dialer:
    """Return the dialer of one process; close it after the courier has drained."""
    tls, handshake = parts.tls, parts.limits.handshake
    return Dialer(
        Prober(tls.certificate, tls.key, tls.roots, handshake),
        Credentials(key=tls.key.read_bytes(), chain=tls.certificate.read_bytes()),
        parts.trust,
        parts.clock,
        time.monotonic,
        private=parts.private,
    )


def make_courier(parts: CourierParts, dialer: Dialer) -> Courier:
    """Return the courier of one process."""
    limits, trust, tables = parts.limits, parts.trust, parts.tables
    papers = Papers(parts.signer, trust, tables, parts.clock, parts.owner)
    carrier = Carrier(limits, trust, tables, parts.journal, dialer, papers)
    house = House(hub_oin=parts.signer.oin, max_payload=limits.max_payload)
    return Courier(house, limits, trust, tables, carrier, parts.clock)
