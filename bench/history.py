"""How long the history of one thing takes, in a log of a million events."""

import asyncio
import statistics
import time
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert, select, text, update

from bench.bare import channel
from bench.figures import Figure
from bench.hub import hub, seed
from bench.stage import Bench
from wissel.audit.v1.audit_service_pb2 import ListHistoryRequest
from wissel.audit.v1.audit_service_pb2_grpc import AuditServiceStub
from wissel.routing.facts import Mandate
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.register.codec import decode
from wissel.server.store.register.event_subjects import subjects_of
from wissel.server.store.register.tables import EVENT, FACT_TABLES, HEAD, SUBJECT
from wissel.traffic.v1.route_service_pb2 import ExplainRouteRequest, ResolveRouteRequest
from wissel.traffic.v1.route_service_pb2_grpc import RouteServiceStub

EVENTS: Final = 1_000_000
_MANDATES: Final = 10_000
_BATCH: Final = 20_000
_CALLS: Final = 40
Rows = list[dict[str, Any]]


def histories(bench: Bench, _wanted: Collection[str]) -> Iterator[Figure]:
    """Measure how long the history of one thing takes; the slower of two counts."""
    key, measured = "history_1m_ms", history_ms(bench.folder, bench.certificates)
    each = ", ".join(f"{name} {value:.1f}" for name, value in measured.items())
    slower = max(measured["mandate"], measured["school"])
    yield Figure(key=key, value=slower, row=f"{key:<24} {slower:8.2f}  ms for a call: {each}")


def history_ms(folder: Path, certificates: Path) -> Mapping[str, float]:
    """Return how long a call takes, the median of several, about a mandate, a school and the past.

    A mandate has about a hundred events, a school sixteen times as many of which a page
    has a hundred.
    """
    url = f"sqlite:///{folder / 'registry.db'}"
    asyncio.run(seed(url, _MANDATES, "https://127.0.0.1:1"))
    organisations = lengthen(url)
    with hub(folder, certificates, folder / "hub.log") as service:
        return asyncio.run(_measured(service.address, certificates, organisations))


def lengthen(url: str) -> Mapping[str, str]:
    """Change the mandates in turn until the log has a million events.

    Returns the organisation of each mandate that was changed.
    """
    with BlockingDatabase.open(url) as database:
        with database.writing() as connection:
            organisations = _append(connection)
        with database.writing() as connection:
            connection.execute(text("ANALYZE"))
    return organisations


def _append(connection: Connection) -> Mapping[str, str]:
    mandates = FACT_TABLES["mandate"]
    bodies = connection.execute(select(mandates.c.key, mandates.c.body)).all()
    first = connection.execute(select(EVENT).limit(1)).mappings().one()
    subjects = {key: sorted(subjects_of(decode(Mandate, body))) for key, body in bodies}
    events, touched = Rows(), Rows()
    for number in range(EVENTS):
        key, body = bodies[number % len(bodies)]
        revision = number + 2
        events.append(
            {
                **first,
                "revision": revision,
                "seq": 1,
                "method": "UpdateMandate",
                "entity": "mandate",
                "entity_id": key,
                "before": body,
                "after": body,
            }
        )
        touched += [{"subject": each, "revision": revision, "seq": 1} for each in subjects[key]]
        if len(events) == _BATCH or number == EVENTS - 1:
            connection.execute(insert(EVENT), events)
            connection.execute(insert(SUBJECT), touched)
            events, touched = [], []
    connection.execute(update(HEAD).values(revision=EVENTS + 1))
    return {key: str(decode(Mandate, body).organisation) for key, body in bodies}


async def _measured(
    address: str, certificates: Path, organisations: Mapping[str, str]
) -> Mapping[str, float]:
    line = channel(address, certificates, "operator")
    audit: Any = AuditServiceStub(line)
    routes: Any = RouteServiceStub(line)
    asked = list(organisations)[:: len(organisations) // _CALLS]
    schools = [organisations[each] for each in asked]
    pairs = pairwise(schools)
    return {
        "mandate": await _median(
            audit.ListHistory, (ListHistoryRequest(mandate_id=each) for each in asked)
        ),
        "school": await _median(
            audit.ListHistory, (ListHistoryRequest(brin=each) for each in schools)
        ),
        "known at": await _median(routes.ExplainRoute, (_explain(*each) for each in pairs)),
    }


def _explain(sender: str, receiver: str) -> ExplainRouteRequest:
    query = ResolveRouteRequest(sender_brin=sender, receiver_brin=receiver, service="OSO_OV")
    return ExplainRouteRequest(query=query, as_known_at_revision=EVENTS // 2)


async def _median(method: Any, requests: Iterator[Any]) -> float:
    taken = []
    for request in requests:
        started = time.perf_counter()
        await method(request)
        taken.append(time.perf_counter() - started)
    return 1000 * statistics.median(taken)
