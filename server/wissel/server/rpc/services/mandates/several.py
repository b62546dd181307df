"""The methods of MandateService that are about several mandates at once, all or none."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, TypeVar

from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1 import mandate_service_pb2_grpc as pb_grpc
from wissel.routing.facts import Processing
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import parse_optional_day
from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId, organisation
from wissel.server.registry.commands import CreateMandate
from wissel.server.registry.finding import get_mandate
from wissel.server.registry.mandates.checks import own_organisation
from wissel.server.registry.mandates.commands import SwitchSystem, UndoSwitch
from wissel.server.registry.mandates.giving import create_mandates
from wissel.server.registry.mandates.switching import Switched, switch_system, undo_switch
from wissel.server.registry.ports import Transaction
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import mutate
from wissel.server.rpc.requests.parsing import few, uuid
from wissel.server.rpc.requests.scoping import scope_in
from wissel.server.rpc.services.mandates.messages import messages_in

AT_MOST: Final = 20
"""How many mandates one request gives, or switches it makes or undoes."""

T = TypeVar("T")


class SeveralMandates(pb_grpc.MandateServiceServicer):
    """Giving mandates for several services, and switching systems."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def BatchCreateMandates(
        self, request: pb.BatchCreateMandatesRequest, context: object
    ) -> pb.BatchCreateMandatesResponse:
        """Give mandates for several services of one organisation, or none."""
        giver = organisation(request.brin, request.swv, "")
        some = _some(request.mandates, "mandates")
        asked = [new_mandate(giver, each, "mandates.") for each in some]

        async def work(transaction: Transaction) -> pb.BatchCreateMandatesResponse:
            scope = await scope_in(transaction)
            given = await create_mandates(transaction, asked, scope, self._backend.new_id)
            new = [each.mandate for each in given]
            messages = await messages_in(transaction, new, transaction.today)
            if request.validate_only:
                unname(messages)
            return pb.BatchCreateMandatesResponse(mandates=messages)

        return await mutate(
            self._backend,
            request,
            pb.BatchCreateMandatesResponse,
            work,
            owned=owning(giver),
        )

    async def SwitchSystem(
        self, request: pb.SwitchSystemRequest, context: object
    ) -> pb.SwitchSystemResponse:
        """Replace one system by another for services of one organisation, or for none."""
        command = SwitchSystem(
            organisation=organisation(request.brin, request.swv, ""),
            services=tuple(
                ServiceCode.parse(each, "services") for each in _some(request.services, "services")
            ),
            from_system=SystemId.parse(request.from_system_id, "from_system_id"),
            to_system=SystemId.parse(request.to_system_id, "to_system_id"),
            start=parse_optional_day(request.start_date, "start_date"),
            end=parse_optional_day(request.end_date, "end_date"),
            provides_until=parse_optional_day(request.provides_until_date, "provides_until_date"),
        )

        async def work(transaction: Transaction) -> pb.SwitchSystemResponse:
            scope = await scope_in(transaction)
            done = await switch_system(transaction, command, scope, self._backend.new_id)
            switches = await _switches(transaction, done)
            if request.validate_only:
                unname(each.new_mandate for each in switches)
                for each in switches:
                    each.old_mandate.switched_to_mandate_id = ""
            return pb.SwitchSystemResponse(switches=switches)

        return await mutate(
            self._backend,
            request,
            pb.SwitchSystemResponse,
            work,
            owned=owning(command.organisation),
        )

    async def UndoSwitch(
        self, request: pb.UndoSwitchRequest, context: object
    ) -> pb.UndoSwitchResponse:
        """Take back switches whose day is still to come, or none."""
        texts = _some(request.mandate_ids, "mandate_ids")
        command = UndoSwitch(mandate_ids=tuple(uuid(each, "mandate_ids") for each in texts))

        async def owned(transaction: Transaction) -> None:
            scope = await scope_in(transaction)
            for mandate_id in command.mandate_ids:
                await get_mandate(transaction, mandate_id, scope)

        async def work(transaction: Transaction) -> pb.UndoSwitchResponse:
            done = await undo_switch(transaction, command, await scope_in(transaction))
            return pb.UndoSwitchResponse(switches=await _switches(transaction, done))

        return await mutate(self._backend, request, pb.UndoSwitchResponse, work, owned=owned)


def new_mandate(
    giver: Organisation, asked: pb.CreateMandateRequest | pb.NewMandate, prefix: str = ""
) -> CreateMandate:
    """Return the command to give a mandate; `prefix` comes before the names of its fields."""
    return CreateMandate(
        organisation=giver,
        service=ServiceCode.parse(asked.service, f"{prefix}service"),
        system_id=SystemId.parse(asked.system_id, f"{prefix}system_id"),
        start=parse_optional_day(asked.start_date, f"{prefix}start_date"),
        end=parse_optional_day(asked.end_date, f"{prefix}end_date"),
    )


def _some(items: Sequence[T], field: str) -> Sequence[T]:
    """Return 1 to AT_MOST items; `Refused` with FIELD_REQUIRED or BATCH_TOO_LARGE."""
    if not items:
        raise Refused(Reason.FIELD_REQUIRED, field=field)
    return few(items, AT_MOST, field)


def owning(giver: Organisation) -> Callable[[Transaction], Awaitable[object]]:
    """Return what judges, for a repeat, whether the organisation is the caller's own."""

    async def owned(transaction: Transaction) -> None:
        await own_organisation(transaction, giver, await scope_in(transaction))

    return owned


async def _switches(transaction: Transaction, done: Sequence[Switched]) -> list[pb.SwitchedService]:
    """Return switches as they are answered."""
    both = [one for each in done for one in (each.old, each.new)]
    messages = await messages_in(transaction, both, transaction.today)
    return [
        pb.SwitchedService(old_mandate=old, new_mandate=new, awaiting_on_start=_awaits(new))
        for old, new in zip(messages[::2], messages[1::2], strict=True)
    ]


def _awaits(new: pb.Mandate) -> bool:
    """Whether a mandate usually still waits for the owner of its service when it begins."""
    due = new.processing_due_date  # days that are written so compare as they follow
    waits = new.processing == Processing.AWAITING and not new.ended_immediately
    return waits and (not due or due >= new.start_date)


def unname(messages: Iterable[pb.Mandate]) -> None:
    """Take from mandates that were only checked what no mandate will have."""
    for message in messages:
        message.mandate_id = message.etag = ""
