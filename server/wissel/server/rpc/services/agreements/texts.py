"""The methods of AgreementService that are about texts."""

from typing import Final

from wissel.agreement.v1 import agreement_service_pb2 as pb
from wissel.agreement.v1 import agreement_service_pb2_grpc as pb_grpc
from wissel.agreement.v1 import agreement_text_pb2 as text_pb
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.facts import AgreementKind, AgreementText
from wissel.routing.values.days import parse_optional_day
from wissel.server.registry.agreements import commands
from wissel.server.registry.agreements.rules import acceptable
from wissel.server.registry.agreements.texts import get_text, register_text, text_meant
from wissel.server.registry.finding import get_agreement
from wissel.server.registry.ports import Transaction
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import mutate
from wissel.server.rpc.requests.paging import list_page, page_of
from wissel.server.rpc.requests.parsing import choice, few, optional_choice, uuid
from wissel.server.rpc.requests.scoping import scope_in
from wissel.server.rpc.services.agreements.messages import (
    text_message,
    which_text,
)

MOST_CATEGORIES: Final = 50


class AgreementTexts(pb_grpc.AgreementServiceServicer):
    """Registering, reading and listing what can be agreed."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def RegisterAgreementText(
        self, request: text_pb.RegisterAgreementTextRequest, context: object
    ) -> text_pb.RegisterAgreementTextResponse:
        """Record a version of a text with its document."""
        command = commands.RegisterAgreementText(
            kind=choice(AgreementKind, request.kind, "kind"),
            version=request.version,
            language=request.language,
            counterparty=request.counterparty,
            document=request.document,
            notice=request.privacy_notice,
            categories=tuple(few(request.data_categories, MOST_CATEGORIES, "data_categories")),
            start=parse_optional_day(request.start_date, "start_date"),
            renewal=parse_optional_day(request.renewal_date, "renewal_date"),
        )

        async def work(transaction: Transaction) -> text_pb.RegisterAgreementTextResponse:
            done = await register_text(transaction, command)
            return text_pb.RegisterAgreementTextResponse(
                text=text_message(done.text), renewed_count=done.renewed
            )

        return await mutate(self._backend, request, text_pb.RegisterAgreementTextResponse, work)

    async def GetAgreementText(
        self, request: pb.GetAgreementTextRequest, context: object
    ) -> pb.GetAgreementTextResponse:
        """Return a text with its document, and what the hub signed when it was accepted."""
        of = uuid(request.agreement_id, "agreement_id") if request.agreement_id else None
        which = which_text(request) if of is None else commands.WhichText()
        async with self._backend.snapshot() as snapshot:
            acceptance = None
            if of is not None:
                agreement = await get_agreement(snapshot, of, await scope_in(snapshot))
                text = await get_text(snapshot, agreement.text)
                acceptance = await snapshot.acceptance(str(of))
            else:
                text = await text_meant(snapshot, which, self._backend.today())
            return pb.GetAgreementTextResponse(
                text=text_message(text),
                document=await snapshot.document(text.digest) or b"",
                privacy_notice=await snapshot.document(text.notice) or b"",
                acceptance=dossier_pb2.Signed.FromString(acceptance) if acceptance else None,
            )

    async def ListAgreementTexts(
        self, request: text_pb.ListAgreementTextsRequest, context: object
    ) -> text_pb.ListAgreementTextsResponse:
        """List what is told of texts, in order of their digests."""
        page = page_of(request)
        kind = optional_choice(AgreementKind, request.kind, "kind")
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            texts = await snapshot.find(AgreementText)
            wanted = {each.digest for each in texts}
            if request.acceptable_only:
                wanted = acceptable(texts, self._backend.today())

            def keep(text: AgreementText) -> bool:
                return (
                    text.digest in wanted
                    and kind in {None, text.kind}
                    and request.language in {"", text.language}
                )

            found, token = await list_page(snapshot, AgreementText, page, keep=keep)
        return text_pb.ListAgreementTextsResponse(
            texts=map(text_message, found), next_page_token=token
        )
