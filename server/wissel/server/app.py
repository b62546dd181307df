"""Composition root: the only module that imports every room, and puts their parts together."""

import asyncio
import datetime as dt
import os
import platform
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any, Final

from prometheus_client import CollectorRegistry

from wissel.routing.table import Table
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.bounds import Limits
from wissel.server.courier.factory import (
    CourierDependencies,
    make_courier,
    make_dialer,
    make_notifier,
    make_reachability,
    make_sweeper,
)
from wissel.server.courier.forward import Courier
from wissel.server.courier.notify.forgetting import NotificationForgetting
from wissel.server.courier.notify.notifier import NotifySchedule
from wissel.server.courier.reachability.rounds import usual_pings
from wissel.server.courier.settle.receipt_query import untraced
from wissel.server.courier.settle.reduction import DeliveryReduction, TransferForgetting
from wissel.server.courier.settle.sweep import Sweeper, usual_schedule
from wissel.server.courier.timeline import Timeline
from wissel.server.identity.files import HubFiles
from wissel.server.identity.peer import Peers
from wissel.server.identity.persons.verifier import Verifier, require_roots
from wissel.server.logs.lines import Lines, configure
from wissel.server.memory import freeze_facts, give_back, use_huge_pages
from wissel.server.observing.health import report_health
from wissel.server.observing.mandates import MandateMetrics
from wissel.server.observing.metrics import (
    BreakerMetrics,
    FetchMetrics,
    ForwardMetrics,
    JournalMetrics,
    ProcessMetrics,
    RegisterMetrics,
    RetentionMetrics,
    SweeperMetrics,
)
from wissel.server.observing.metrics_server import serving_metrics
from wissel.server.observing.notifications import NotificationMetrics
from wissel.server.observing.receivers import ReceiverMetrics
from wissel.server.observing.tracing import traces_for
from wissel.server.observing.worker_state import OwnState
from wissel.server.port import require_free
from wissel.server.registry.shipped_school import test_las_of
from wissel.server.retention import Retention, RetentionSchedule, Step
from wissel.server.rpc.connections.connection import ConnectionBounds
from wissel.server.rpc.credentials import ServerCertificate
from wissel.server.rpc.requests.watches import WATCH_BOUNDS, WatchBounds
from wissel.server.rpc.server import Bounds, RpcServer, ServerParts, build
from wissel.server.rpc.services.traffic.outcomes import Outcomes
from wissel.server.rpc.services.traffic.servicer import TrafficServicer
from wissel.server.settings import AUDIENCE, WHOLE, CutShortError, ListenError, Settings, Share
from wissel.server.store.journal.journal import SqlJournal
from wissel.server.store.observations import SqlObservations
from wissel.server.store.opening import open_journal, open_register, require_database
from wissel.server.store.register.follower import Follower
from wissel.server.store.register.register import SqlRegister

_FILES_SECONDS: Final = 2.0


@asynccontextmanager
async def serving(settings: Settings, share: Share = WHOLE) -> AsyncIterator[str]:
    """Run a hub while the block lasts; yields the address that it serves on, `host:port`.

    When the block ends, what was begun is finished: the calls, within the grace
    of the settings, then the deliveries, then the last write of the journal.
    Raises `CutShortError` if that did not do, and at the start `StartError`,
    `UnreachableError`, `ListenError`, `KeyFileError`, `TrustFileError` or
    `Refused(DATABASE_UNAVAILABLE)`.
    """
    lines, metrics, own_state = configure(settings.log_level), CollectorRegistry(), OwnState()
    async with AsyncExitStack() as stack:
        traces = traces_for(settings.trace_share)
        if traces is not None:
            stack.push_async_callback(asyncio.to_thread, traces.close)

        # Identity: the certificates and keys of the hub, and what it trusts.
        files = HubFiles.read(settings, _now)
        peers = Peers(files.trust, _now)
        hub_oin = files.signer.current.oin
        persons = _verifier(settings, hub_oin)

        # Storage: the register with the facts in memory, and the journal.
        url = settings.database
        storage = await asyncio.to_thread(require_database, url)
        waited = RegisterMetrics(metrics).waited
        test_las = test_las_of(settings.test_las_oin, settings.test_las_url)
        opening = open_register(url, hub_oin, _now, waited, test_las)
        register = await stack.enter_async_context(opening)
        follower = Follower(register, Table.load, clock=time.monotonic)
        await follower.start()
        stack.push_async_callback(follower.stop)
        _keep(stack, storage.listen(follower.learn))
        freeze_facts()
        use_huge_pages()
        committed = JournalMetrics(metrics).committed
        journal = await stack.enter_async_context(open_journal(url, _now, committed))

        # Forwarding.
        deps = _courier_dependencies(settings, files, follower, journal, BreakerMetrics(metrics))
        dialer = make_dialer(deps)
        stack.push_async_callback(dialer.close)
        courier = make_courier(deps, dialer)
        stack.push_async_callback(_drain, courier, settings.grace_seconds)
        telling, told = NotifySchedule(every=settings.sweep_seconds), NotificationMetrics(metrics)
        notifier = make_notifier(deps, dialer, telling, told, traces.notify if traces else None)
        new_timeline = traces.timeline if traces else partial(Timeline, time.perf_counter)
        forwards = ForwardMetrics(metrics, new_timeline)

        # Whether receivers answer, which changes no route.
        pings = usual_pings(settings.ping_seconds, settings.pings_at_once)
        observations, observer = SqlObservations(register.database), ReceiverMetrics(metrics)
        reachability, pinging = make_reachability(deps, dialer, pings, observations, observer)

        # The server.
        outcomes = Outcomes(journal, files.trust, follower, hub_oin, _now)
        server = await build(
            ServerParts(
                register=register,
                follower=follower,
                peers=peers,
                traffic=TrafficServicer(courier, journal, peers, follower, forwards, outcomes),
                persons=persons,
                hub_oin=hub_oin,
                signer=files.signer,
                trust=files.trust,
                operators=frozenset(settings.operators),
                bounds=_bounds(settings, share),
                clock=_now,
                monotonic=time.monotonic,
                lines=lines,
                metrics=metrics,
                reachability=reachability,
                deliveries=journal,
                transfers=journal,
                fetches=courier,
                fetch_observer=FetchMetrics(metrics, new_timeline),
                notifications=journal.notifications,
                tell_soon=notifier.tell_soon,
                around=(traces.interceptor,) if traces else (),
            )
        )
        if share.whole:
            stack.enter_context(serving_metrics(settings.metrics_listen, metrics, own_state.states))
        address = await _listen(server, settings, files)
        stack.push_async_callback(server.stop, settings.grace_seconds)
        await server.set_serving(serving=True)

        # What runs beside it.
        sweeps = usual_schedule(settings.sweep_seconds)
        tracing = traces.receipt_query if traces else untraced
        sweeper = make_sweeper(deps, dialer, sweeps, SweeperMetrics(metrics).answered, tracing)
        for work in (
            sweeper.run(),
            notifier.run(),
            _retention(settings, register, journal, metrics).run(),
            MandateMetrics(metrics, register, lambda: day_of(_now())).run(),
            *(each() for each in pinging),
            report_health(server, follower, own_state.tell if share.whole else share.tell),
            _process_metrics(metrics, follower, courier, sweeper, lines).keep_updated(),
            give_back(lambda: courier.under_way),
            files.keep_fresh(_now, metrics, _FILES_SECONDS),
            persons.keep_fresh(),
        ):
            _keep(stack, work)
        yield address


async def _drain(courier: Courier, grace: float) -> None:
    """Wait for the deliveries under way; raises `CutShortError` if some did not end."""
    await courier.drain(grace)
    if courier.under_way:
        raise CutShortError(courier.under_way)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _verifier(settings: Settings, hub_oin: Oin) -> Verifier:
    require_roots(settings.issuers)
    audience = settings.token_audience or f"{AUDIENCE}{hub_oin}"
    return Verifier(settings.issuers, audience, clock=_now, monotonic=time.monotonic)


def _retention(
    settings: Settings, register: SqlRegister, journal: SqlJournal, metrics: CollectorRegistry
) -> Retention:
    deliveries = dt.timedelta(days=settings.keep_deliveries_days)
    persons = dt.timedelta(days=settings.keep_persons_days)
    chores: Mapping[str, Step] = {
        "answers": register.forget_answers,
        "deliveries": DeliveryReduction(journal, _now, deliveries).step,
        "notifications": NotificationForgetting(journal.notifications, _now, deliveries).step,
        "transfers": TransferForgetting(journal, _now, deliveries).step,
        "persons": partial(register.forget_persons, persons),
    }
    return Retention(RetentionSchedule(), chores, RetentionMetrics(metrics, chores))


def _bounds(settings: Settings, share: Share) -> Bounds:
    return Bounds(
        resolve_per_minute=share.part_of(settings.resolve_quota_per_minute),
        lookup_per_minute=share.part_of(settings.lookup_quota_per_minute),
        tokens_per_minute=share.part_of(settings.token_quota_per_minute),
        watches=WatchBounds(
            of_oin=share.part_of(WATCH_BOUNDS.of_oin),
            per_minute=share.part_of(WATCH_BOUNDS.per_minute),
        ),
        max_closed_share=settings.max_closed_share,
        connections=ConnectionBounds(
            most=settings.max_connections,
            of_party=settings.max_connections_per_oin,
            of_address=settings.max_connections_per_address,
            exempt=settings.proxy_addresses,
        ),
        reuse_port=not share.whole,
    )


def _courier_dependencies(
    settings: Settings,
    files: HubFiles,
    follower: Follower[Table],
    journal: SqlJournal,
    breakers: BreakerMetrics,
) -> CourierDependencies:
    return CourierDependencies(
        tls=files.tls,
        signer=files.signer,
        trust=files.trust,
        tables=follower,
        journal=journal,
        notifications=journal.notifications,
        clock=_now,
        owner=f"{platform.node()}/{os.getpid()}",
        limits=Limits(
            max_payload=settings.max_payload_bytes,
            transfers=settings.max_transfers,
            transfers_per_oin=settings.max_transfers_per_oin,
        ),
        private=settings.private_addresses,
        name_servers=settings.name_servers,
        breaker_changed=breakers,
    )


def _process_metrics(
    metrics: CollectorRegistry,
    follower: Follower[Table],
    courier: Courier,
    sweeper: Sweeper,
    lines: Lines,
) -> ProcessMetrics:
    return ProcessMetrics(
        metrics,
        staleness=follower.staleness,
        revision=lambda: follower.table.revision,
        transfers=courier,
        uncertain=lambda: sweeper.uncertain,
        lines_dropped=lines.dropped,
    )


async def _listen(server: RpcServer, settings: Settings, files: HubFiles) -> str:
    credentials = ServerCertificate(files.tls).credentials()
    if settings.workers == 1:  # several share the port, which their parent keeps
        require_free(settings.listen)
    try:
        port = await server.listen(settings.listen, credentials)
    except RuntimeError:
        message = f"WISSEL_LISTEN {settings.listen} cannot be served on: it was taken just now"
        raise ListenError(message) from None
    return f"{settings.listen.rpartition(':')[0]}:{port}"


def _keep(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine as a task that is cancelled when the stack closes."""
    stack.push_async_callback(_end, asyncio.create_task(work))


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
