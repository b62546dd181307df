"""ListSystems: which systems there are, and from when each can act for an organisation."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from wissel.party.v1 import party_service_pb2 as pb
from wissel.routing.deciding.availability import availability
from wissel.routing.facts import Sector, System
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.table.reference import IndexedService
from wissel.routing.table.views import OrganisationView
from wissel.routing.values.days import parse_optional_day
from wissel.routing.values.identifiers import Brin, ServiceCode, SystemId
from wissel.server.rpc.requests.parsing import day_text, optional_choice, optional_organisation

Sees = Callable[[SystemId], bool]
"""Whether the caller may know how far a system may act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemFilter:
    """Which systems are listed, and for whom their availability is shown.

    Without `chooser` none is shown, and `service` is a filter.
    """

    table: Table
    sees: Sees
    on: dt.date
    name_contains: str = ""
    service: IndexedService | None = None
    sector: Sector | None = None
    chooser: OrganisationView | None = None

    def fits(self, system: System) -> bool:
        """Whether a system is to be listed."""
        if self.name_contains not in system.name.casefold():
            return False
        service = None if self.chooser else self.service
        if service is None and self.sector is None:
            return True
        return self.sees(system.system_id) and any(
            (service is None or service is each)
            and (self.sector is None or self.sector in each.sectors)
            for each in self._recorded(system.system_id)
        )

    def add_availability(self, message: pb.System) -> None:
        """Tell in a message from when its system can act, if that is asked and may be told."""
        system_id = SystemId(message.system_id)
        if self.chooser is None or self.service is None or not self.sees(system_id):
            return
        found = availability(self.table, self.chooser, self.service, system_id, self.on)
        message.availability.service = self.service.code
        message.availability.from_date = day_text(found.first)
        message.availability.lacking.extend(found.lacking)

    def _recorded(self, system_id: SystemId) -> list[IndexedService]:
        """Return the services for which something is recorded of a system."""
        reference = self.table.reference
        services = {each.code: each for each in reference.services.values()}
        return [
            service
            for code, service in services.items()
            if (system_id, code) in reference.qualifications
        ]


def filter_of(
    request: pb.ListSystemsRequest, table: Table, sees: Sees, today: dt.date
) -> SystemFilter:
    """Return what a request asks for; the organisation and the service are known (R7).

    Raises `Refused` with SERVICE_NOT_FOUND, SCHOOL_NOT_FOUND, SWV_NOT_FOUND, and with
    FIELD_REQUIRED for an organisation without a service.
    """
    organisation = optional_organisation(request.brin, request.swv)
    chooser = None if organisation is None else table.organisation(organisation)
    if organisation is not None and chooser is None:
        if isinstance(organisation, Brin):
            raise Refused(Reason.SCHOOL_NOT_FOUND, field="brin", brin=organisation)
        raise Refused(Reason.SWV_NOT_FOUND, field="swv", swv=organisation)
    if chooser is not None and not request.service:
        raise Refused(Reason.FIELD_REQUIRED, field="service")
    return SystemFilter(
        table=table,
        sees=sees,
        on=parse_optional_day(request.on_date, "on_date") or today,
        name_contains=request.name_contains.casefold(),
        service=_service(table, request.service) if request.service else None,
        sector=optional_choice(Sector, request.sector, "sector"),
        chooser=chooser,
    )


def _service(table: Table, text: str) -> IndexedService:
    code = ServiceCode.parse(text, "service")
    service = table.reference.services.get(code)
    if service is None:
        raise Refused(Reason.SERVICE_NOT_FOUND, field="service", service=code)
    return service
