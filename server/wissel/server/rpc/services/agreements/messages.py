"""Agreements and texts as they are asked for and answered."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from wissel.agreement.v1 import agreement_service_pb2 as pb
from wissel.agreement.v1 import agreement_text_pb2 as text_pb
from wissel.routing.exchange.acceptance import signatory_field
from wissel.routing.facts import Agreement, AgreementKind, AgreementText, Signatory
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Oin, Swv
from wissel.server.registry.agreements.checking import RequiredAgreement
from wissel.server.registry.agreements.commands import WhichText
from wissel.server.registry.ports import Snapshot
from wissel.server.rpc.requests.parsing import choice, day_text, required

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_ON_PAPER: Final = re.compile(r"paper:[^:]*:")


class Named(Protocol):
    """A request that may name a signatory."""

    board_number: str
    swv: str
    party_oin: str


def asked_signatory(request: Named) -> Signatory | None:
    """Return the signatory that a request names, None if it names none."""
    return signatory_in(request.board_number, request.swv, request.party_oin)


def signatory_in(board_number: str, swv: str, party_oin: str) -> Signatory | None:
    """Return the signatory of the first text that is not empty, None if all are."""
    if board_number:
        return BoardNumber.parse(board_number, "board_number")
    if swv:
        return Swv.parse(swv, "swv")
    return Oin.parse(party_oin, "party_oin") if party_oin else None


def written_signatory(text: str, field: str) -> Signatory | None:
    """Return the board, samenwerkingsverband or OIN that a text names; None for an empty one."""
    if not text:
        return None
    for kind in (BoardNumber, Swv):
        if kind.pattern.fullmatch(text):
            return kind(text)
    return Oin.parse(text, field)


def which_text(request: pb.OfferAgreementRequest | pb.GetAgreementTextRequest) -> WhichText:
    """Return the text that a request asks for by its digest or kind."""
    if request.kind:
        version = request.version if isinstance(request, pb.GetAgreementTextRequest) else ""
        kind = choice(AgreementKind, request.kind, "kind")
        return WhichText(kind=kind, language=request.language, version=version)
    return WhichText(digest=digest(required(request.document_sha256, "kind"), "document_sha256"))


def digest(text: str, field: str) -> str:
    """Return a SHA-256 as 64 lower-case hex digits, or raise `Refused(FIELD_INVALID)`."""
    if not _SHA256.fullmatch(text.lower()):
        expected = "a SHA-256, 64 hex digits"
        raise Refused(Reason.FIELD_INVALID, field=field, expected=expected)
    return text.lower()


def optional_digest(text: str, field: str) -> str:
    """Return a SHA-256, empty for an empty text."""
    return digest(text, field) if text else ""


async def agreement_messages(
    snapshot: Snapshot, agreements: Iterable[Agreement]
) -> list[pb.Agreement]:
    """Return agreements as they are answered, with who signed them as far as that is known."""
    listed = list(agreements)
    signers = await snapshot.subjects({each.signer for each in listed if each.signer})
    return [agreement_message(each, signers) for each in listed]


def agreement_message(agreement: Agreement, signers: Mapping[str, str]) -> pb.Agreement:
    """Return an agreement as it is answered; `signers` are subjects by the id of a person."""
    message = pb.Agreement(
        agreement_id=str(agreement.agreement_id),
        kind=agreement.kind,
        start_date=agreement.period.start.isoformat(),
        end_date=day_text(agreement.period.end),
        etag=etag_of(agreement),
        status=agreement.status,
        document_sha256=agreement.text,
        text_version=agreement.text_version,
        language=agreement.language,
        requested=agreement.requested,
        signer_id=agreement.signer,
        signer=_ON_PAPER.sub("", signers.get(agreement.signer, ""), count=1),
        signed_date=day_text(agreement.signed),
        paper_sha256=agreement.paper,
        acceptance_sha256=agreement.acceptance,
        predecessor=agreement.predecessor or "",
        only_with_kind=agreement.only_with or "",
    )
    setattr(message, signatory_field(agreement.signatory), agreement.signatory)
    if agreement.accepted is not None:
        message.accepted_time.FromDatetime(agreement.accepted)
    return message


def text_message(text: AgreementText) -> text_pb.AgreementText:
    """Return a text as it is answered."""
    return text_pb.AgreementText(
        document_sha256=text.digest,
        kind=text.kind,
        version=text.version,
        language=text.language,
        counterparty=text.counterparty,
        media_type=text.media_type,
        size=text.size,
        privacy_notice_sha256=text.notice,
        privacy_notice_media_type=text.notice_type,
        data_categories=text.categories,
        start_date=text.start.isoformat(),
        renewal_date=day_text(text.renewal),
    )


async def required_messages(
    snapshot: Snapshot, asked: Iterable[RequiredAgreement]
) -> list[pb.RequiredAgreement]:
    """Return what a service asks as it is answered."""
    listed = list(asked)
    there = [each.agreement for each in listed if each.agreement is not None]
    by_id = {each.agreement_id: each for each in await agreement_messages(snapshot, there)}
    return [
        pb.RequiredAgreement(
            kind=each.kind,
            agreed=each.since is not None,
            since_date=day_text(each.since),
            agreement=by_id[str(each.agreement.agreement_id)] if each.agreement else None,
        )
        for each in listed
    ]
