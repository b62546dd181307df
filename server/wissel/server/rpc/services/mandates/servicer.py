"""MandateService."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.facts import Mandate, Processing
from wissel.routing.values.days import parse_day, parse_optional_day
from wissel.routing.values.identifiers import BoardNumber, ServiceCode, SystemId, organisation
from wissel.server.registry import commands
from wissel.server.registry.finding import get_mandate, get_service
from wissel.server.registry.mandates import changing
from wissel.server.registry.mandates.commands import WithdrawMandate
from wissel.server.registry.mandates.giving import create_mandate
from wissel.server.registry.mandates.selecting import of_board
from wissel.server.registry.ports import Transaction
from wissel.server.registry.rules.mandates import MandateStatus, has_ended, status_on
from wissel.server.registry.scope import Scope
from wissel.server.rpc.calls.call import caller
from wissel.server.rpc.requests.mutation import Mutation, mutate
from wissel.server.rpc.requests.paging import list_page, page_of
from wissel.server.rpc.requests.parsing import (
    moment,
    optional,
    optional_choice,
    optional_organisation,
    uuid,
)
from wissel.server.rpc.requests.past.known_at import known_at
from wissel.server.rpc.requests.scoping import current_scope, scope_in
from wissel.server.rpc.services.mandates.messages import message_in, messages_in
from wissel.server.rpc.services.mandates.pending import pending_mandates, processing_command
from wissel.server.rpc.services.mandates.several import new_mandate, owning, unname
from wissel.server.rpc.services.mandates.validation import validate_mandate
from wissel.server.rpc.services.mandates.watching.resuming import token_of
from wissel.server.rpc.services.mandates.watching.servicer import WatchedMandates

A = TypeVar(
    "A",
    pb.UpdateMandateResponse,
    pb.EndMandateResponse,
    pb.WithdrawMandateResponse,
    pb.ProcessMandateResponse,
)


class MandateServicer(WatchedMandates):
    """Mandates: giving, changing, ending, listing and validating them."""

    async def CreateMandate(
        self, request: pb.CreateMandateRequest, context: object
    ) -> pb.CreateMandateResponse:
        """Give a mandate."""
        command = new_mandate(organisation(request.brin, request.swv, ""), request)

        async def work(transaction: Transaction) -> pb.CreateMandateResponse:
            scope = await scope_in(transaction)
            given = await create_mandate(transaction, command, scope, self._backend.new_id)
            message = await message_in(transaction, given.mandate, transaction.today)
            if request.validate_only:
                unname([message])
            return pb.CreateMandateResponse(mandate=message, note=given.note)

        return await mutate(
            self._backend,
            request,
            pb.CreateMandateResponse,
            work,
            owned=owning(command.organisation),
        )

    async def GetMandate(
        self, request: pb.GetMandateRequest, context: object
    ) -> pb.GetMandateResponse:
        """Return one mandate within the caller's scope."""
        mandate_id = uuid(request.mandate_id, "mandate_id")
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            mandate = await get_mandate(snapshot, mandate_id, await scope_in(snapshot))
            message = await message_in(snapshot, mandate, self._backend.today())
        return pb.GetMandateResponse(mandate=message)

    async def ListMandates(
        self, request: pb.ListMandatesRequest, context: object
    ) -> pb.ListMandatesResponse:
        """List mandates in order of id, as they were when the first page was read.

        A vendor or person gets its own, the owner of services those for them, an
        operator all.
        """
        page = page_of(request)
        giver = optional_organisation(request.brin, request.swv)
        board = optional(BoardNumber, request.board_number, "board_number")
        code = optional(ServiceCode, request.service, "service")
        system_id = optional(SystemId, request.system_id, "system_id")
        status = optional_choice(MandateStatus, request.status, "status")
        processing = optional_choice(Processing, request.processing, "processing")
        asked = parse_optional_day(request.on_date, "on_date")
        await self._backend.at(request)
        day = asked or self._backend.today()

        def keep(mandate: Mandate) -> bool:
            if processing is not None and mandate.processing is not processing:
                return False
            if status is None:
                return request.include_ended or not has_ended(mandate, day)
            return status_on(mandate, day) is status

        every = request.include_ended and status is None and processing is None
        async with self._backend.snapshot() as snapshot:
            scope = await scope_in(snapshot)
            service = (await get_service(snapshot, code)).code if code else None
            where = scope.where(organisation=giver, service=service, system_id=system_id)
            if board:
                where = await of_board(snapshot, where, board)
            found, token = await list_page(
                snapshot, Mandate, page, where, keep=None if every else keep
            )
            messages = await messages_in(snapshot, found, day)
            revision = page.part(snapshot).pinned
            resume = "" if token else await token_of(snapshot, revision, scope)
        return pb.ListMandatesResponse(
            mandates=messages,
            next_page_token=token,
            registry_revision=revision,
            resume_token=resume,
        )

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

        async def change(transaction: Transaction, scope: Scope) -> Mandate:
            return await changing.update_mandate(transaction, command, scope)

        return await self._change(request, pb.UpdateMandateResponse, command.mandate_id, change)

    async def EndMandate(
        self, request: pb.EndMandateRequest, context: object
    ) -> pb.EndMandateResponse:
        """End a mandate after a day, or immediately."""
        command = commands.EndMandate(
            mandate_id=uuid(request.mandate_id, "mandate_id"),
            end=moment(request),
            etag=request.etag,
        )

        async def change(transaction: Transaction, scope: Scope) -> Mandate:
            return await changing.end_mandate(transaction, command, scope)

        return await self._change(request, pb.EndMandateResponse, command.mandate_id, change)

    async def WithdrawMandate(
        self, request: pb.WithdrawMandateRequest, context: object
    ) -> pb.WithdrawMandateResponse:
        """Take a mandate back before its first day."""
        command = WithdrawMandate(
            mandate_id=uuid(request.mandate_id, "mandate_id"), etag=request.etag
        )

        async def change(transaction: Transaction, scope: Scope) -> Mandate:
            return await changing.withdraw_mandate(transaction, command, scope)

        return await self._change(request, pb.WithdrawMandateResponse, command.mandate_id, change)

    async def ValidateMandate(
        self, request: pb.ValidateMandateRequest, context: object
    ) -> pb.ValidateMandateResponse:
        """Answer whether a vendor may act for a school, as OK or NOK.

        The answer is decided on the facts in memory. The database is asked for
        the mandate that goes along with an OK, which only the supplier itself
        and operators get; for a revision that is not in memory yet; and for what was
        known at an earlier moment.
        """
        call = await self._backend.at(request)
        named = (request.brin, request.swv, request.organisation_oin)
        known = await known_at(self._backend, call, request, named)
        today = self._backend.today() if known is None else known.day
        who = caller()
        verdict = validate_mandate(call.table, request, who, today)
        response = pb.ValidateMandateResponse(
            result="OK" if verdict.mandate_id else "NOK",
            reason=verdict.reason,
            services=verdict.services,
            registry_revision=call.table.revision,
        )
        if verdict.shown and verdict.mandate_id:
            async with self._backend.snapshot() as snapshot:
                mandate = (
                    await get_mandate(snapshot, verdict.mandate_id, Scope.everything())
                    if known is None
                    else known.mandates[verdict.mandate_id]
                )
                message = await message_in(snapshot, mandate, today)
            response.mandate.CopyFrom(message)
        return response

    async def ListPendingMandates(
        self, request: pb.ListPendingMandatesRequest, context: object
    ) -> pb.ListPendingMandatesResponse:
        """List what waits for the owner of its service, oldest first."""
        page = page_of(request)
        code = optional(ServiceCode, request.service, "service")
        await self._backend.at(request)
        scope, today = current_scope(), self._backend.today()
        async with self._backend.snapshot() as snapshot:
            found, token = await pending_mandates(
                snapshot, page, scope, today, service=code, overdue=request.overdue
            )
            messages = await messages_in(snapshot, found, today)
        return pb.ListPendingMandatesResponse(mandates=messages, next_page_token=token)

    async def ProcessMandate(
        self, request: pb.ProcessMandateRequest, context: object
    ) -> pb.ProcessMandateResponse:
        """Record that the owner of its service has processed a mandate, or rejects it."""
        command = processing_command(request)

        async def change(transaction: Transaction, scope: Scope) -> Mandate:
            return await changing.process_mandate(transaction, command, scope)

        return await self._change(request, pb.ProcessMandateResponse, command.mandate_id, change)

    async def _change(
        self,
        request: Mutation,
        answer: type[A],
        mandate_id: UUID,
        change: Callable[[Transaction, Scope], Awaitable[Mandate]],
    ) -> A:
        """Make a change to a mandate of the caller's own, and return the answer that holds it."""

        async def owned(transaction: Transaction) -> None:
            await get_mandate(transaction, mandate_id, await scope_in(transaction))

        async def work(transaction: Transaction) -> A:
            mandate = await change(transaction, await scope_in(transaction))
            return answer(mandate=await message_in(transaction, mandate, transaction.today))

        return await mutate(self._backend, request, answer, work, owned=owned)
