"""Puts the parts of forwarding together; `app` and tests give them."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from wissel.routing.signing.dsse import Signer
from wissel.server.courier.accept.admission import HubRules
from wissel.server.courier.accept.forward import Courier
from wissel.server.courier.bounds import Limits
from wissel.server.courier.deliver.delivery import Carrier
from wissel.server.courier.deliver.receipts import ReceiptIssuer
from wissel.server.courier.ports import Clock, Journal, OwnTls, PeerTrust, Renewed, Tables
from wissel.server.courier.receivers.dial import Dialer
from wissel.server.courier.receivers.probe import Prober
from wissel.server.courier.settle.receipt_query import QueryTracing, ReceiptQuery, untraced
from wissel.server.courier.settle.sweep import Sweeper, SweepSchedule, ignore_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierDependencies:
    """What forwarding is made from.

    With `tls` the hub calls receivers; `signer` signs stamps and receipts, and
    its OIN is the hub's. `owner` names this process in the journal. `private`
    lets endpoints be on private addresses.
    """

    tls: Renewed[OwnTls]
    signer: Renewed[Signer]
    trust: PeerTrust
    tables: Tables
    journal: Journal
    clock: Clock
    owner: str
    limits: Limits
    private: bool = False


def make_dialer(parts: CourierDependencies) -> Dialer:
    """Return the dialer of one process; close it after the courier has drained."""
    return Dialer(
        Prober(parts.limits.handshake),
        parts.tls,
        parts.trust,
        parts.clock,
        time.monotonic,
        private=parts.private,
    )


def make_courier(parts: CourierDependencies, dialer: Dialer) -> Courier:
    """Return the courier of one process."""
    limits, trust, tables = parts.limits, parts.trust, parts.tables
    receipts = ReceiptIssuer(parts.signer, trust, tables, parts.clock, parts.owner)
    carrier = Carrier(limits, trust, tables, parts.journal, dialer, receipts)
    rules = HubRules(hub_oin=parts.signer.current.oin, max_payload=limits.max_payload)
    return Courier(rules, limits, trust, tables, carrier, parts.clock)


def make_sweeper(
    parts: CourierDependencies,
    dialer: Dialer,
    schedule: SweepSchedule,
    asked: Callable[[str], None] = ignore_answer,
    asking: QueryTracing = untraced,
) -> Sweeper:
    """Return the sweeper of one process; end its `run` before the dialer is closed."""
    receipts = ReceiptIssuer(parts.signer, parts.trust, parts.tables, parts.clock, parts.owner)
    query = ReceiptQuery(dialer, parts.tables, receipts, schedule.question, asking)
    return Sweeper(schedule, parts.journal, parts.tables, query, parts.clock, asked)
