"""AgreementService."""

from wissel.agreement.v1 import agreement_service_pb2 as pb
from wissel.agreement.v1 import agreement_service_pb2_grpc as pb_grpc
from wissel.routing.facts import Agreement, AgreementKind, Signatory
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import parse_optional_day
from wissel.routing.values.identifiers import BoardNumber, Oin, Swv
from wissel.server.registry import agreements, commands
from wissel.server.registry.finding import get_agreement
from wissel.server.registry.ports import Transaction, Where
from wissel.server.registry.scope import Scope
from wissel.server.rpc.calls.call import caller, current
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import mutate
from wissel.server.rpc.requests.paging import list_page, page_of
from wissel.server.rpc.requests.parsing import choice, day_text, uuid
from wissel.server.rpc.requests.scoping import scope_in


class AgreementServicer(pb_grpc.AgreementServiceServicer):
    """Recording and listing agreements; vendors and boards see their own only."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def RecordAgreement(
        self, request: pb.RecordAgreementRequest, context: object
    ) -> pb.RecordAgreementResponse:
        """Record a signed agreement."""
        signatory = signatory_of(request.board_number, request.swv, request.party_oin)
        if signatory is None:
            raise Refused(Reason.FIELD_REQUIRED, field="board_number")
        command = commands.RecordAgreement(
            signatory=signatory,
            kind=choice(AgreementKind, request.kind, "kind"),
            start=parse_optional_day(request.start_date, "start_date"),
        )

        async def work(transaction: Transaction) -> pb.RecordAgreementResponse:
            agreement = await agreements.record_agreement(
                transaction, command, self._backend.new_id
            )
            return pb.RecordAgreementResponse(agreement=agreement_message(agreement))

        return await mutate(self._backend, request, pb.RecordAgreementResponse, work)

    async def TerminateAgreement(
        self, request: pb.TerminateAgreementRequest, context: object
    ) -> pb.TerminateAgreementResponse:
        """End an agreement, and with OSO its extension."""
        command = commands.TerminateAgreement(
            agreement_id=uuid(request.agreement_id, "agreement_id"),
            end=parse_optional_day(request.end_date, "end_date"),
            etag=request.etag,
        )

        async def work(transaction: Transaction) -> pb.TerminateAgreementResponse:
            scope = await scope_in(transaction)
            ended = await agreements.terminate_agreement(transaction, command, scope)
            return pb.TerminateAgreementResponse(agreements=map(agreement_message, ended))

        async def owned(transaction: Transaction) -> None:
            await get_agreement(transaction, command.agreement_id, await scope_in(transaction))

        return await mutate(
            self._backend, request, pb.TerminateAgreementResponse, work, owned=owned
        )

    async def ListAgreements(
        self, request: pb.ListAgreementsRequest, context: object
    ) -> pb.ListAgreementsResponse:
        """List agreements in order of id."""
        page = page_of(request)
        asked = [
            signatory_of(request.board_number, "", ""),
            signatory_of("", request.swv, ""),
            signatory_of("", "", request.party_oin),
        ]
        await self._backend.at(request)
        signatories = {str(one) for one in asked if one is not None}
        async with self._backend.snapshot() as snapshot:
            where = _signed_by(signatories, _own(await scope_in(snapshot)))
            found, token = await list_page(snapshot, Agreement, page, where)
        return pb.ListAgreementsResponse(
            agreements=map(agreement_message, found), next_page_token=token
        )


def _own(scope: Scope) -> frozenset[str] | None:
    """Return whose agreements the caller sees: a person its board's, a vendor its own.

    None stands for everybody's.
    """
    if scope.operator:
        return None
    return frozenset(scope.signatories) if current().person else frozenset({caller().party})


def _signed_by(asked: set[str], own: frozenset[str] | None) -> dict[str, Where]:
    """Return the condition for a list of agreements: signed by whom is asked for, and one's own.

    All filters must hold, so with two signatories nothing is found.
    """
    if not asked:
        return {} if own is None else {"signatory": tuple(sorted(own))}
    found = asked if own is None else asked & own
    return {"signatory": tuple(found) if len(asked) == 1 else ()}


def signatory_of(board_number: str, swv: str, party_oin: str) -> Signatory | None:
    """Return the signatory of the first text that is not empty, None if all are."""
    if board_number:
        return BoardNumber.parse(board_number, "board_number")
    if swv:
        return Swv.parse(swv, "swv")
    return Oin.parse(party_oin, "party_oin") if party_oin else None


def agreement_message(agreement: Agreement) -> pb.Agreement:
    """Return an agreement as it is answered."""
    message = pb.Agreement(
        agreement_id=str(agreement.agreement_id),
        kind=agreement.kind,
        start_date=agreement.period.start.isoformat(),
        end_date=day_text(agreement.period.end),
        etag=etag_of(agreement),
    )
    match agreement.signatory:
        case BoardNumber() as number:
            message.board_number = number
        case Swv() as swv:
            message.swv = swv
        case Oin() as oin:
            message.party_oin = oin
    return message
