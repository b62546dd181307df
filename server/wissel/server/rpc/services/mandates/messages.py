"""Mandates as they are answered."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Final

from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.facts import Mandate, Service, System, overdue_since, processing_due
from wissel.routing.facts.plain import etag_of
from wissel.routing.values.identifiers import Oin, ServiceCode, Swv, SystemId
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.rules.mandates import status_on
from wissel.server.rpc.calls.call import current
from wissel.server.rpc.requests.parsing import day_text
from wissel.server.rpc.services.mandates.steps import add_outlook

_AT_ONCE: Final = 50  # mandates written out, between which other calls have their turn


async def message_in(snapshot: Snapshot, mandate: Mandate, day: dt.date) -> pb.Mandate:
    """Return a mandate as it is answered; see `messages_in`."""
    return (await messages_in(snapshot, [mandate], day))[0]


async def messages_in(
    snapshot: Snapshot, found: Sequence[Mandate], day: dt.date
) -> list[pb.Mandate]:
    """Return mandates as they are answered, with their status on a day.

    Their vendors, and how long their services take, are read from the snapshot. What
    they lack is judged on the facts in memory, but for the mandates themselves: these
    may be older, as in a list that is read page by page, or were only just written.
    """
    call = current()
    vendors: dict[SystemId, Oin | None] = {}
    days: dict[ServiceCode, int] = {}
    messages = []
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        table = call.table.supposing(some)
        for mandate in some:
            if mandate.system_id not in vendors:
                system = await snapshot.get(System, mandate.system_id)
                vendors[mandate.system_id] = system.party if system else None
            if mandate.waiting_since is not None and mandate.service not in days:
                service = await snapshot.get(Service, mandate.service)
                days[mandate.service] = service.processing_days if service else 0
            vendor, usual = vendors[mandate.system_id], days.get(mandate.service, 0)
            message = mandate_message(mandate, vendor, usual, day)
            add_outlook(message, mandate, table, day, call.language)
            messages.append(message)
        await asyncio.sleep(0)
    return messages


def mandate_message(mandate: Mandate, vendor: Oin | None, usual: int, day: dt.date) -> pb.Mandate:
    """Return a mandate as it is answered, with its status on a day.

    `usual` is in how many days the owner of its service usually processes it, 0 if
    that is not known.
    """
    giver, since = mandate.organisation, mandate.waiting_since
    message = pb.Mandate(
        mandate_id=str(mandate.mandate_id),
        service=mandate.service,
        system_id=mandate.system_id,
        party_oin=vendor or "",
        start_date=mandate.period.start.isoformat(),
        end_date=day_text(mandate.period.end),
        status=status_on(mandate, day),
        processing=mandate.processing,
        etag=etag_of(mandate),
        ended_immediately=mandate.stopped,
        rejection=mandate.rejection,
        processing_due_date=day_text(processing_due(since, usual) if since else None),
        overdue=overdue_since(since, usual, day) is not None,
        board_number=mandate.board or "",
    )
    if mandate.switch is not None:
        message.switched_to_mandate_id = str(mandate.switch.to)
        message.provides_until_date = day_text(mandate.provides_until)
    if isinstance(giver, Swv):
        message.swv = giver
    else:
        message.brin = giver
    message.created_time.FromDatetime(mandate.created)
    if mandate.processed is not None:
        message.processed_time.FromDatetime(mandate.processed)
    return message
