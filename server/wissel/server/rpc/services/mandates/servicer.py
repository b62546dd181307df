"""MandateService."""

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1 import mandate_service_pb2_grpc as pb_grpc
from wissel.routing.facts import Mandate, System
from wissel.routing.facts.plain import etag_of
from wissel.routing.values.days import parse_day, parse_optional_day
from wissel.routing.values.identifiers import Oin, ServiceCode, Swv, SystemId, organisation
from wissel.server.registry import commands, mandates
from wissel.server.registry.finding import get_mandate, get_service
from wissel.server.registry.ports import Snapshot, Transaction, Where
from wissel.server.registry.rules.mandates import has_ended
from wissel.server.registry.scope import Scope
from wissel.server.rpc.calls.call import caller
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import mutate
from wissel.server.rpc.requests.paging import list_page, page_of
from wissel.server.rpc.requests.parsing import (
    day_text,
    moment,
    optional,
    optional_organisation,
    uuid,
)
from wissel.server.rpc.requests.scoping import scope_in
from wissel.server.rpc.services.mandates.validation import validate_mandate


class MandateServicer(pb_grpc.MandateServiceServicer):
    """Mandates: giving, changing, ending, listing and validating them."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def CreateMandate(
        self, request: pb.CreateMandateRequest, context: object
    ) -> pb.CreateMandateResponse:
        """Give a mandate."""
        command = commands.CreateMandate(
            organisation=organisation(request.brin, request.swv, ""),
            service=ServiceCode.parse(request.service, "service"),
            system_id=SystemId.parse(request.system_id, "system_id"),
            start=parse_optional_day(request.start_date, "start_date"),
            end=parse_optional_day(request.end_date, "end_date"),
            validate_only=request.validate_only,
        )

        async def owned(transaction: Transaction) -> None:
            scope = await scope_in(transaction)
            await mandates.own_organisation(transaction, command.organisation, scope)

        async def work(transaction: Transaction) -> pb.CreateMandateResponse:
            scope = await scope_in(transaction)
            given = await mandates.create_mandate(transaction, command, scope, self._backend.new_id)
            message = await _message(transaction, given.mandate, transaction.today)
            if command.validate_only:
                message.mandate_id = message.etag = ""
            return pb.CreateMandateResponse(mandate=message, note=given.note)

        return await mutate(
            self._backend,
            request,
            pb.CreateMandateResponse,
            work,
            owned=owned,
            dry_run=command.validate_only,
        )

    async def GetMandate(
        self, request: pb.GetMandateRequest, context: object
    ) -> pb.GetMandateResponse:
        """Return one mandate within the caller's scope."""
        mandate_id = uuid(request.mandate_id, "mandate_id")
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            mandate = await get_mandate(snapshot, mandate_id, await scope_in(snapshot))
            message = await _message(snapshot, mandate, self._backend.today())
        return pb.GetMandateResponse(mandate=message)

    async def ListMandates(
        self, request: pb.ListMandatesRequest, context: object
    ) -> pb.ListMandatesResponse:
        """List mandates in order of id: a vendor's or person's own, an operator's all."""
        page = page_of(request)
        giver = optional_organisation(request.brin, request.swv)
        code = optional(ServiceCode, request.service, "service")
        system_id = optional(SystemId, request.system_id, "system_id")
        await self._backend.at(request)
        today = self._backend.today()
        keep = None if request.include_ended else lambda mandate: not has_ended(mandate, today)
        async with self._backend.snapshot() as snapshot:
            scope = await scope_in(snapshot)
            where: dict[str, Where] = dict(scope.where(organisation=giver, system_id=system_id))
            if code:
                where["service"] = (await get_service(snapshot, code)).code
            found, token = await list_page(snapshot, Mandate, page, where, keep=keep)
            messages = await _messages(snapshot, found, today)
        return pb.ListMandatesResponse(mandates=messages, next_page_token=token)

    async def UpdateMandate(
        self, request: pb.UpdateMandateRequest, context: object
    ) -> pb.UpdateMandateResponse:
        """Change the end date, and the start date while it is still to come."""
        keep = commands.KEEP
        command = commands.UpdateMandate(
            mandate_id=uuid(request.mandate_id, "mandate_id"),
            start=parse_day(request.start_date, "start_date")
            if request.HasField("start_date")
            else keep,
            end=parse_optional_day(request.end_date, "end_date")
            if request.HasField("end_date")
            else keep,
            etag=request.etag,
        )

        async def work(transaction: Transaction) -> pb.UpdateMandateResponse:
            scope = await scope_in(transaction)
            mandate = await mandates.update_mandate(transaction, command, scope)
            return pb.UpdateMandateResponse(
                mandate=await _message(transaction, mandate, transaction.today)
            )

        owned = _owned(command.mandate_id)
        return await mutate(self._backend, request, pb.UpdateMandateResponse, work, owned=owned)

    async def EndMandate(
        self, request: pb.EndMandateRequest, context: object
    ) -> pb.EndMandateResponse:
        """End a mandate after a day, or immediately."""
        command = commands.EndMandate(
            mandate_id=uuid(request.mandate_id, "mandate_id"),
            end=moment(request),
            etag=request.etag,
        )

        async def work(transaction: Transaction) -> pb.EndMandateResponse:
            scope = await scope_in(transaction)
            mandate = await mandates.end_mandate(transaction, command, scope)
            return pb.EndMandateResponse(
                mandate=await _message(transaction, mandate, transaction.today)
            )

        owned = _owned(command.mandate_id)
        return await mutate(self._backend, request, pb.EndMandateResponse, work, owned=owned)

    async def ValidateMandate(
        self, request: pb.ValidateMandateRequest, context: object
    ) -> pb.ValidateMandateResponse:
        """Answer whether a vendor may act for a school, as OK or NOK.

        The answer is decided on the facts in memory. The database is asked for
        the mandate that goes along with an OK, which only the supplier itself
        and operators get; and for a revision that is not in memory yet.
        """
        call = await self._backend.at(request)
        who = caller()
        verdict = validate_mandate(call.table, request, who, self._backend.today())
        response = pb.ValidateMandateResponse(
            result="OK" if verdict.mandate_id else "NOK",
            reason=verdict.reason,
            services=verdict.services,
            registry_revision=call.table.revision,
        )
        if verdict.shown and verdict.mandate_id:
            async with self._backend.snapshot() as snapshot:
                mandate = await get_mandate(snapshot, verdict.mandate_id, Scope.everything())
                message = await _message(snapshot, mandate, self._backend.today())
            response.mandate.CopyFrom(message)
        return response


def _owned(mandate_id: UUID) -> Callable[[Transaction], Awaitable[object]]:
    """Return what raises unless a mandate is the caller's own, also when its answer is stored."""

    async def owned(transaction: Transaction) -> None:
        await get_mandate(transaction, mandate_id, await scope_in(transaction))

    return owned


async def _message(snapshot: Snapshot, mandate: Mandate, today: dt.date) -> pb.Mandate:
    return (await _messages(snapshot, [mandate], today))[0]


async def _messages(
    snapshot: Snapshot, found: Iterable[Mandate], today: dt.date
) -> list[pb.Mandate]:
    vendors: dict[SystemId, Oin | None] = {}
    messages = []
    for mandate in found:
        if mandate.system_id not in vendors:
            system = await snapshot.get(System, mandate.system_id)
            vendors[mandate.system_id] = system.party if system else None
        messages.append(mandate_message(mandate, vendors[mandate.system_id], today))
    return messages


def mandate_message(mandate: Mandate, vendor: Oin | None, today: dt.date) -> pb.Mandate:
    """Return a mandate as it is answered, with its status today."""
    giver = mandate.organisation
    message = pb.Mandate(
        mandate_id=str(mandate.mandate_id),
        service=mandate.service,
        system_id=mandate.system_id,
        party_oin=vendor or "",
        start_date=mandate.period.start.isoformat(),
        end_date=day_text(mandate.period.end),
        status=_status(mandate, today),
        processing=mandate.processing,
        etag=etag_of(mandate),
    )
    if isinstance(giver, Swv):
        message.swv = giver
    else:
        message.brin = giver
    message.created_time.FromDatetime(mandate.created)
    return message


def _status(mandate: Mandate, today: dt.date) -> str:
    if has_ended(mandate, today):
        return "ENDED"
    return "PLANNED" if today < mandate.period.start else "ACTIVE"
