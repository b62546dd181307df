"""AgreementService."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from wissel.agreement.v1 import agreement_service_pb2 as pb
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.facts import Agreement, AgreementKind
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import parse_optional_day
from wissel.routing.values.identifiers import ServiceCode
from wissel.server.registry.agreements import commands
from wissel.server.registry.agreements.accepting import accept_agreement
from wissel.server.registry.agreements.checking import required_of
from wissel.server.registry.agreements.ending import terminate_agreement
from wissel.server.registry.agreements.offering import (
    decline_agreement,
    offer_agreement,
    signatory_of,
)
from wissel.server.registry.agreements.recording import record_agreement
from wissel.server.registry.finding import get_agreement, get_service
from wissel.server.registry.ports import Transaction, Where
from wissel.server.registry.scope import Scope
from wissel.server.rpc.calls.call import caller, current
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import mutate
from wissel.server.rpc.requests.paging import list_page, page_of
from wissel.server.rpc.requests.parsing import optional_choice, uuid
from wissel.server.rpc.requests.scoping import scope_in
from wissel.server.rpc.services.agreements.issuing import HubAcceptances
from wissel.server.rpc.services.agreements.messages import (
    agreement_messages,
    asked_signatory,
    digest,
    optional_digest,
    required_messages,
    signatory_in,
    which_text,
    written_signatory,
)
from wissel.server.rpc.services.agreements.texts import AgreementTexts


class AgreementServicer(AgreementTexts):
    """What is agreed, and who agreed to it; vendors and boards see their own only."""

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend)
        self._acceptances = HubAcceptances(backend.signer)

    async def OfferAgreement(
        self, request: pb.OfferAgreementRequest, context: object
    ) -> pb.OfferAgreementResponse:
        """Offer a text to a signatory, or let one ask for it by itself."""
        command = commands.OfferAgreement(
            which=which_text(request), signatory=asked_signatory(request)
        )

        async def work(transaction: Transaction) -> pb.OfferAgreementResponse:
            scope = await scope_in(transaction)
            offer = await offer_agreement(transaction, command, scope, self._backend.new_id)
            (message,) = await agreement_messages(transaction, [offer])
            return pb.OfferAgreementResponse(agreement=message)

        async def owned(transaction: Transaction) -> None:
            signatory_of(command.signatory, await scope_in(transaction))

        return await mutate(self._backend, request, pb.OfferAgreementResponse, work, owned=owned)

    async def AcceptAgreement(
        self, request: pb.AcceptAgreementRequest, context: object
    ) -> pb.AcceptAgreementResponse:
        """Accept what is offered, for the person or vendor that calls."""
        command = commands.AcceptAgreement(
            agreement_id=uuid(request.agreement_id, "agreement_id"),
            digest=digest(request.document_sha256, "document_sha256"),
            start=parse_optional_day(request.start_date, "start_date"),
            etag=request.etag,
        )
        acceptor = _acceptor()

        async def work(transaction: Transaction) -> pb.AcceptAgreementResponse:
            scope = await scope_in(transaction)
            done = await accept_agreement(transaction, command, scope, acceptor, self._acceptances)
            (message,) = await agreement_messages(transaction, [done.agreement])
            return pb.AcceptAgreementResponse(
                agreement=message,
                acceptance=dossier_pb2.Signed.FromString(done.acceptance.signed),
            )

        owned = _owned(command.agreement_id)
        return await mutate(self._backend, request, pb.AcceptAgreementResponse, work, owned=owned)

    async def DeclineAgreement(
        self, request: pb.DeclineAgreementRequest, context: object
    ) -> pb.DeclineAgreementResponse:
        """Turn an offer down, or as an operator take it back."""
        command = commands.DeclineAgreement(
            agreement_id=uuid(request.agreement_id, "agreement_id"), etag=request.etag
        )

        async def work(transaction: Transaction) -> pb.DeclineAgreementResponse:
            scope = await scope_in(transaction)
            declined = await decline_agreement(transaction, command, scope)
            (message,) = await agreement_messages(transaction, [declined])
            return pb.DeclineAgreementResponse(agreement=message)

        owned = _owned(command.agreement_id)
        return await mutate(self._backend, request, pb.DeclineAgreementResponse, work, owned=owned)

    async def RecordAgreement(
        self, request: pb.RecordAgreementRequest, context: object
    ) -> pb.RecordAgreementResponse:
        """Record what was signed on paper, or passes by law."""
        signatory = asked_signatory(request)
        if signatory is None:
            raise Refused(Reason.FIELD_REQUIRED, field="board_number")
        command = commands.RecordAgreement(
            signatory=signatory,
            kind=optional_choice(AgreementKind, request.kind, "kind"),
            start=parse_optional_day(request.start_date, "start_date"),
            signer=request.signer,
            signed=parse_optional_day(request.signed_date, "signed_date"),
            paper=optional_digest(request.paper_sha256, "paper_sha256"),
            text=optional_digest(request.document_sha256, "document_sha256"),
            predecessor=written_signatory(request.predecessor, "predecessor"),
        )

        async def work(transaction: Transaction) -> pb.RecordAgreementResponse:
            recorded = await record_agreement(transaction, command, self._backend.new_id)
            messages = await agreement_messages(transaction, recorded)
            passed = messages if command.predecessor else ()
            return pb.RecordAgreementResponse(agreement=messages[0], agreements=passed)

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
            ended = await terminate_agreement(transaction, command, scope)
            messages = await agreement_messages(transaction, ended)
            return pb.TerminateAgreementResponse(agreements=messages)

        owned = _owned(command.agreement_id)
        return await mutate(
            self._backend, request, pb.TerminateAgreementResponse, work, owned=owned
        )

    async def ListAgreements(
        self, request: pb.ListAgreementsRequest, context: object
    ) -> pb.ListAgreementsResponse:
        """List agreements in order of id."""
        page = page_of(request)
        asked = {
            str(one)
            for one in (
                signatory_in(request.board_number, "", ""),
                signatory_in("", request.swv, ""),
                signatory_in("", "", request.party_oin),
            )
            if one is not None
        }
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            where = _signed_by(asked, await scope_in(snapshot))
            found, token = await list_page(snapshot, Agreement, page, where)
            messages = await agreement_messages(snapshot, found)
        return pb.ListAgreementsResponse(agreements=messages, next_page_token=token)

    async def CheckAgreements(
        self, request: pb.CheckAgreementsRequest, context: object
    ) -> pb.CheckAgreementsResponse:
        """Say whether a signatory has agreed to all that a service asks."""
        asked = asked_signatory(request)
        code = ServiceCode.parse(request.service, "service")
        day = parse_optional_day(request.on_date, "on_date") or self._backend.today()
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            signatory = signatory_of(asked, await scope_in(snapshot))
            service = await get_service(snapshot, code)
            own = await snapshot.find(Agreement, signatory=str(signatory))
            required = required_of(signatory, service, own, day)
            messages = await required_messages(snapshot, required)
        return pb.CheckAgreementsResponse(
            agreed=all(each.agreed for each in messages),
            required=messages,
            on_date=day.isoformat(),
        )


def _owned(agreement_id: UUID) -> Callable[[Transaction], Awaitable[None]]:
    """Return what refuses the repeat of a request about an agreement of another's."""

    async def owned(transaction: Transaction) -> None:
        await get_agreement(transaction, agreement_id, await scope_in(transaction))

    return owned


def _acceptor() -> commands.Acceptor:
    call = current()
    return commands.Acceptor(
        caller=caller().oin,
        certificate=bytes.fromhex(caller().peer.leaf_sha256),
        person=call.person,
    )


def _signed_by(asked: set[str], scope: Scope) -> dict[str, Where]:
    """Return the condition for a list of agreements: signed by whom is asked for, and one's own.

    All filters must hold, so with two signatories nothing is found.
    """
    own = None if scope.operator else {str(each) for each in scope.signatories}
    if not asked:
        return {} if own is None else {"signatory": tuple(sorted(own))}
    found = asked if own is None else asked & own
    return {"signatory": tuple(found) if len(asked) == 1 else ()}
