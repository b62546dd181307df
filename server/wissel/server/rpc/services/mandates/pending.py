"""What the owner of a service asks: which mandates wait for it, and that it processed one (R6)."""

import datetime as dt
from collections.abc import Mapping

from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.facts import Mandate, Processing, Service, overdue_since
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import ServiceCode
from wissel.routing.values.texts import free_line
from wissel.server.registry.commands import ProcessMandate
from wissel.server.registry.finding import get_service
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.rules.mandates import waits
from wissel.server.registry.scope import Scope
from wissel.server.rpc.requests.mutation import REASON_LIMIT
from wissel.server.rpc.requests.paging import Page, list_page
from wissel.server.rpc.requests.parsing import choice, uuid


async def pending_mandates(
    snapshot: Snapshot,
    page: Page,
    scope: Scope,
    today: dt.date,
    *,
    service: ServiceCode | None,
    overdue: bool,
) -> tuple[list[Mandate], str]:
    """Return a page of the mandates that wait, oldest first, and the token of the next.

    One that has ended waits no longer. With `service`, a code or alias, only those
    for it; with `overdue` only those that wait for longer than their service says.
    Raises `Refused(SERVICE_NOT_FOUND)`.
    """
    code = (await get_service(snapshot, service)).code if service else None
    usual: Mapping[ServiceCode, int] = {
        each.code: each.processing_days for each in await snapshot.find(Service)
    }

    def keep(mandate: Mandate) -> bool:
        if not waits(mandate, today):
            return False
        days = usual.get(mandate.service, 0)
        return not overdue or overdue_since(mandate.waiting_since, days, today) is not None

    waiting = {**scope.where(service=code), "processing": Processing.AWAITING.value}
    return await list_page(snapshot, Mandate, page, waiting, keep=keep, oldest_first=True)


def processing_command(request: pb.ProcessMandateRequest) -> ProcessMandate:
    """Return what a request says of a mandate.

    `Refused(FIELD_INVALID)` for anything but PROCESSED and REJECTED.
    """
    said = choice(Processing, request.processing, "processing")
    if said is not Processing.PROCESSED and said is not Processing.REJECTED:
        expected = f"{Processing.PROCESSED} or {Processing.REJECTED}"
        raise Refused(Reason.FIELD_INVALID, field="processing", value=said, expected=expected)
    return ProcessMandate(
        mandate_id=uuid(request.mandate_id, "mandate_id"),
        processing=said,
        rejection=free_line(request.reason, "reason", REASON_LIMIT),
        etag=request.etag,
    )
