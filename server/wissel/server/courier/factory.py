"""Makes the courier, its dialer and its sweeper from what `app` or a test gives."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from wissel.routing.signing.dsse import Signer
from wissel.server.courier.accept.acceptance import Acceptance
from wissel.server.courier.accept.admission import Admission, HubRules
from wissel.server.courier.bounds import Limits
from wissel.server.courier.deliver.claim import Claims
from wissel.server.courier.deliver.connect import Connector
from wissel.server.courier.deliver.delivery import Deliverer
from wissel.server.courier.deliver.receipts import ReceiptIssuer
from wissel.server.courier.deliver.record import Recorder
from wissel.server.courier.deliver.revalidate import Revalidation
from wissel.server.courier.fetch.fetcher import Fetcher
from wissel.server.courier.fetch.signing_off import SignOff
from wissel.server.courier.fetch.source import Sources
from wissel.server.courier.forward import Courier
from wissel.server.courier.notify.call import NotifyCall
from wissel.server.courier.notify.notifier import Notifier, NotifySchedule
from wissel.server.courier.notify.observer import NotifyObserver, NotifyTracing
from wissel.server.courier.notify.ports import Notifications
from wissel.server.courier.ports import Clock, Journal, OwnTls, PeerTrust, Renewed, Tables
from wissel.server.courier.reachability.observation import ReachState
from wissel.server.courier.reachability.ping import Pinger
from wissel.server.courier.reachability.ports import Observations
from wissel.server.courier.reachability.rounds import PingObserver, PingSchedule, Rounds
from wissel.server.courier.reachability.view import NothingKnown, Reachability, ReachabilityView
from wissel.server.courier.receivers.dial import Dialer
from wissel.server.courier.receivers.dns import DnsResolver
from wissel.server.courier.receivers.line import LineOpener
from wissel.server.courier.receivers.names import HostNames
from wissel.server.courier.receivers.probe import Prober
from wissel.server.courier.settle.receipt_query import QueryTracing, ReceiptQuery, untraced
from wissel.server.courier.settle.sweep import Sweeper, SweepSchedule, ignore_answer
from wissel.server.courier.sharing.breaker import BreakerRules
from wissel.server.courier.sharing.breakers import BreakerObserver, Breakers, ignore_breaker
from wissel.server.courier.sharing.gate import ReceiverGate
from wissel.server.courier.sharing.slots import Slots
from wissel.server.courier.stored_answers import StoredAnswers


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierDependencies:
    """What a courier is made from.

    With `tls` the hub calls receivers; `signer` signs stamps and receipts, and
    its OIN is the hub's. `owner` names this process in the journal. `private`
    lets endpoints be on private addresses; their names are looked up at
    `name_servers`, by default those of the machine. `breaker` says when a receiver is left
    alone, and `breaker_changed` is told.
    """

    tls: Renewed[OwnTls]
    signer: Renewed[Signer]
    trust: PeerTrust
    tables: Tables
    journal: Journal
    notifications: Notifications
    clock: Clock
    owner: str
    limits: Limits
    private: bool = False
    name_servers: Sequence[str] = ()
    breaker: BreakerRules = field(default_factory=BreakerRules)
    breaker_changed: BreakerObserver = ignore_breaker


def make_dialer(deps: CourierDependencies) -> Dialer:
    """Return the dialer of one process; close it after the courier has drained."""
    prober = Prober(deps.limits.handshake)
    opener = LineOpener(prober, deps.tls, deps.trust, deps.clock, time.monotonic)
    names = HostNames(DnsResolver(deps.name_servers), deps.limits.lookup, time.monotonic)
    return Dialer(opener, names, deps.limits.dial, private=deps.private)


def make_pinger(deps: CourierDependencies, dialer: Dialer) -> Pinger:
    """Return what pings receivers for one process; end its rounds before the dialer is closed."""
    return Pinger(dialer, lambda: deps.tables.table.revoked, deps.limits.handshake)


class ReceiverObserver(PingObserver, Protocol):
    """Is told of pings and warnings, and how many receivers stand how."""

    def counted(self, receivers: Mapping[ReachState, int]) -> None:
        """Take how many receivers stand how."""
        ...


def make_reachability(
    deps: CourierDependencies,
    dialer: Dialer,
    schedule: PingSchedule,
    observations: Observations,
    observer: ReceiverObserver,
) -> tuple[Reachability, Sequence[Callable[[], Coroutine[Any, Any, NoReturn]]]]:
    """Return what tells whether receivers answer, and what is to run for that.

    Nothing runs and nothing is known where the schedule is never.
    """
    if not schedule.every:
        return NothingKnown(), ()
    view = ReachabilityView(observations, observer.counted)
    rounds = Rounds(schedule, observations, make_pinger(deps, dialer), deps, observer)
    return view, (rounds.run, view.keep_fresh)


def make_courier(deps: CourierDependencies, dialer: Dialer) -> Courier:
    """Return the courier of one process, in its event loop."""
    now = asyncio.get_running_loop().time
    limits, trust, tables, clock = (
        deps.limits,
        deps.trust,
        deps.tables,
        deps.clock,
    )
    rules = HubRules(hub_oin=deps.signer.current.oin, max_payload=limits.max_payload)
    admission = Admission(rules, tables, clock)
    answers = StoredAnswers(deps.journal, clock)
    recorder = Recorder(deps.journal, clock)
    revalidation = Revalidation(trust, tables, clock, admission.route)
    slots = Slots(limits, now)
    breakers = Breakers(deps.breaker, limits.unanswered, now, deps.breaker_changed)
    gate = ReceiverGate(slots, breakers)
    receipts = ReceiptIssuer(deps.signer, trust, tables, clock)
    deliverer = Deliverer(
        limits,
        Claims(deps.journal, recorder, revalidation, clock, deps.owner),
        Connector(dialer, gate, tables, revalidation),
        receipts,
        recorder,
        answers,
    )
    acceptance = Acceptance(
        trust=trust,
        tables=tables,
        admission=admission,
        gate=gate,
        answers=answers,
        links=deps.notifications,
        clock=clock,
    )
    fetcher = Fetcher(
        limits=limits,
        rules=rules,
        trust=trust,
        tables=tables,
        journal=deps.journal,
        clock=clock,
        owner=deps.owner,
        sources=Sources(dialer, tables, deps.signer),
        gate=gate,
        receipts=receipts,
        recorder=recorder,
    )
    sign_off = SignOff(deps.journal, receipts, clock)
    return Courier(
        limits, slots, breakers, acceptance, deliverer, fetcher=fetcher, sign_off=sign_off
    )


def make_sweeper(
    deps: CourierDependencies,
    dialer: Dialer,
    schedule: SweepSchedule,
    answered: Callable[[str], None] = ignore_answer,
    tracing: QueryTracing = untraced,
) -> Sweeper:
    """Return the sweeper of one process; end its `run` before the dialer is closed."""
    receipts = ReceiptIssuer(deps.signer, deps.trust, deps.tables, deps.clock)
    query = ReceiptQuery(dialer, deps.tables, receipts, schedule.question, tracing)
    return Sweeper(schedule, deps.journal, deps.tables, query, deps.clock, answered)


def make_notifier(
    deps: CourierDependencies,
    dialer: Dialer,
    schedule: NotifySchedule,
    observer: NotifyObserver | None = None,
    tracing: NotifyTracing | None = None,
) -> Notifier:
    """Return the notifier of one process; end its `run` before the dialer is closed."""
    call = NotifyCall(dialer, deps.tables, schedule.call, tracing)
    return Notifier(schedule, deps, call, observer)
