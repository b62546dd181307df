"""PreviewCopy and CopyMandate: a mandate for other schools, as a person confirms it (R5)."""

from collections.abc import Iterable

from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.facts import Mandate
from wissel.routing.values.identifiers import Brin, Organisation
from wissel.routing.values.texts import free_line
from wissel.server.registry.finding import get_mandate
from wissel.server.registry.mandates.commands import CopyMandate
from wissel.server.registry.mandates.copying import TARGETS, copy_mandate, plan_copy
from wissel.server.registry.mandates.giving import processing_by
from wissel.server.registry.ports import Transaction
from wissel.server.registry.rules.copying import TOKEN_LIFETIME, CopyPlan, token_for
from wissel.server.rpc.calls.call import USER_METADATA, current
from wissel.server.rpc.requests.mutation import ACCOUNT_LIMIT, mutate, subject_of
from wissel.server.rpc.requests.parsing import day_text, few, required, uuid
from wissel.server.rpc.requests.scoping import scope_in
from wissel.server.rpc.services.mandates.several import SeveralMandates


class CopiedMandates(SeveralMandates):
    """Copying a mandate to other schools."""

    async def PreviewCopy(
        self, request: pb.PreviewCopyRequest, context: object
    ) -> pb.PreviewCopyResponse:
        """Show to which schools a mandate can be copied."""
        mandate_id, targets = uuid(request.mandate_id, "mandate_id"), _targets(request.brins)
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            scope = await scope_in(snapshot)
            plan = await plan_copy(snapshot, mandate_id, targets, scope, self._backend.today())
            revision = snapshot.revision
        now = self._backend.clock()
        response = pb.PreviewCopyResponse(
            service=plan.source.service,
            system_id=plan.source.system_id,
            start_date=day_text(plan.period.start),
            end_date=day_text(plan.period.end),
            processing=processing_by(plan.service),
            rows=_rows(plan),
            copy_count=len(plan.copied),
            token=token_for(plan, _person(), now),
            registry_revision=revision,
        )
        response.expire_time.FromDatetime(now + TOKEN_LIFETIME)
        return response

    async def CopyMandate(
        self, request: pb.CopyMandateRequest, context: object
    ) -> pb.CopyMandateResponse:
        """Copy a mandate to the schools of a preview, or to none."""
        command = CopyMandate(
            mandate_id=uuid(request.mandate_id, "mandate_id"),
            targets=_targets(request.brins),
            token=required(request.token, "token"),
            person=_person(),
        )

        async def owned(transaction: Transaction) -> None:
            await get_mandate(transaction, command.mandate_id, await scope_in(transaction))

        async def work(transaction: Transaction) -> pb.CopyMandateResponse:
            scope = await scope_in(transaction)
            done = await copy_mandate(transaction, command, scope, self._backend.new_id)
            copies = [] if request.validate_only else done.mandates
            return pb.CopyMandateResponse(
                rows=_rows(done.plan, copies), copy_count=len(done.mandates)
            )

        return await mutate(self._backend, request, pb.CopyMandateResponse, work, owned=owned)


def _targets(brins: Iterable[str]) -> frozenset[Brin]:
    return frozenset(Brin.parse(each, "brins") for each in few(list(brins), TARGETS, "brins"))


def _person() -> str:
    """Return who asks for a preview, or confirms one; see `CopyMandate.person`."""
    call = current()
    account = "" if call.person else free_line(call.account, USER_METADATA, ACCOUNT_LIMIT)
    return subject_of(call, call.admitted, account) or call.admitted.oin


def _rows(plan: CopyPlan, copies: Iterable[Mandate] = ()) -> list[pb.CopyRow]:
    ids: dict[Organisation, str] = {each.organisation: str(each.mandate_id) for each in copies}
    return [
        pb.CopyRow(
            brin=row.brin,
            name=row.school.name if row.school else "",
            state=row.state,
            other_system_ids=row.systems,
            mandate_id=ids.get(row.brin, ""),
        )
        for row in plan.rows
    ]
