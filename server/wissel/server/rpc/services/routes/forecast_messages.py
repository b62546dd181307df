"""A forecast as messages."""

from collections.abc import Mapping
from typing import Final

from wissel.routing.deciding.forecast.causes import Cause, Happening
from wissel.routing.deciding.forecast.certificates import Ending
from wissel.routing.deciding.forecast.forecast import Event
from wissel.routing.deciding.forecast.remedies import Remedy, remedies, renewal
from wissel.routing.refusals.catalogue import Language, describe
from wissel.routing.table import Table
from wissel.routing.values.days import ONE_DAY
from wissel.routing.values.identifiers import SystemId
from wissel.server.rpc.requests.impact_messages import counts_message, example_message
from wissel.server.rpc.requests.parsing import day_text
from wissel.traffic.v1 import forecast_pb2 as pb

CAUSES: Final = 20
"""The most causes of one event that are shown."""
CERTIFICATES: Final = 100
"""The most receivers that are shown whose certificates end."""


def event_message(event: Event, table: Table, language: str) -> pb.ForecastEvent:
    """Return an event with its words, and the desks that a table knows.

    `language` is `en` or `nl`.
    """
    message = pb.ForecastEvent(
        date=day_text(event.day),
        causes=[_cause(cause, event) for cause in event.causes[:CAUSES]],
        caused_by_others=event.others,
        routes=counts_message(event.tally.routes),
        senders=counts_message(event.tally.senders),
        examples=map(example_message, event.examples),
    )
    refusal = event.refusal
    if refusal is not None:
        known = () if event.others else event.causes
        words: Language = "nl" if language == "nl" else "en"
        message.reason = refusal.reason
        message.text = describe(refusal.reason, refusal.metadata, words, refusal.side).sentence
        message.fixes.extend(map(_fix, remedies(table, known, refusal, words)))
    return message


def certificate_messages(
    endings: Mapping[Ending, Mapping[SystemId, int]], table: Table, language: str
) -> list[pb.ForecastCertificate]:
    """Return the receivers whose certificates end, the first of them, in order of day."""
    words: Language = "nl" if language == "nl" else "en"
    return [
        pb.ForecastCertificate(
            date=day_text(ending.day),
            url=ending.url,
            receiver_oin=ending.oin,
            system_ids=sorted(routes),
            route_count=sum(routes.values()),
            fix=_fix(renewal(table, min(routes), words)),
        )
        for ending, routes in sorted(endings.items())[:CERTIFICATES]
    ]


def _cause(cause: Cause, event: Event) -> pb.ForecastCause:
    ends = cause.happening is Happening.ENDS
    return pb.ForecastCause(
        happening=cause.happening,
        entity=cause.entity,
        entity_id=cause.entity_id,
        date=day_text(event.day - ONE_DAY if ends else event.day),
        system_id=cause.system_id,
        signatory=cause.signatory,
        agreement=cause.agreement,
    )


def _fix(remedy: Remedy) -> pb.ForecastFix:
    return pb.ForecastFix(
        action=remedy.action,
        text=remedy.text,
        owner=remedy.owner,
        owner_text=remedy.owner_text,
        contact=remedy.contact,
    )
