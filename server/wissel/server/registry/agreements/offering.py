"""Offers: a text that a signatory may accept or decline (R2)."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from wissel.routing.facts import Agreement, AgreementStatus, Role, Signatory
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import BoardNumber, Oin, Swv
from wissel.server.registry.agreements.commands import DeclineAgreement, OfferAgreement
from wissel.server.registry.agreements.rules import making_room, refuse_replaced, require_kind
from wissel.server.registry.agreements.texts import text_meant, texts_of
from wissel.server.registry.finding import (
    check_etag,
    get_agreement,
    get_board,
    get_party,
    get_swv,
)
from wissel.server.registry.ports import Snapshot, Transaction
from wissel.server.registry.scope import Scope


async def offer_agreement(
    transaction: Transaction, command: OfferAgreement, scope: Scope, new_id: Callable[[], UUID]
) -> Agreement:
    """Offer a text to a signatory, who may be the caller itself; return the offer.

    1. The signatory is the caller's own, or the caller an operator, and it exists:
       ORGANISATION_NOT_YOURS, FIELD_REQUIRED, BOARD_NOT_FOUND, SWV_NOT_FOUND,
       PARTY_NOT_FOUND.
    2. The text exists, the signatory can sign it, and no later one can be accepted:
       AGREEMENT_TEXT_NOT_FOUND, FIELD_INVALID, AGREEMENT_TEXT_REPLACED.
    3. The signatory has no agreement on this version that would share a day with it:
       ALREADY_REGISTERED.
    4. There is one open offer for a signatory and kind: the same text changes nothing,
       another one takes its place.
    """
    # 1.
    signatory = signatory_of(command.signatory, scope)
    role = await require_signatory(transaction, signatory)
    # 2.
    text = await text_meant(transaction, command.which, transaction.today)
    require_kind(signatory, role, text.kind)
    refuse_replaced(text, await texts_of(transaction, text.kind), transaction.today)
    # 3.
    signed = await transaction.find(Agreement, signatory=str(signatory))
    offer = Agreement(
        agreement_id=new_id(),
        signatory=signatory,
        kind=text.kind,
        period=Period(max(transaction.today, text.start)),
        status=AgreementStatus.OFFERED,
        text=text.digest,
        text_version=text.version,
        language=text.language,
        requested=not scope.operator,
    )
    making_room(offer, signed, renews=True)
    # 4.
    for known in signed:
        if known.kind is text.kind and known.status is AgreementStatus.OFFERED:
            if known.text == text.digest:
                return known
            offer = replace(offer, agreement_id=known.agreement_id)
    await transaction.put(offer)
    return offer


async def decline_agreement(
    transaction: Transaction, command: DeclineAgreement, scope: Scope
) -> Agreement:
    """Turn an offer down, or as an operator take it back; return it.

    AGREEMENT_NOT_FOUND, ETAG_MISMATCH, AGREEMENT_NOT_OFFERED.
    """
    offer = await get_offer(transaction, command.agreement_id, command.etag, scope)
    declined = replace(offer, status=AgreementStatus.DECLINED)
    await transaction.put(declined)
    return declined


async def get_offer(
    transaction: Transaction, agreement_id: UUID, etag: str, scope: Scope
) -> Agreement:
    """Return an offer of the caller's own that is open, as the caller last read it.

    AGREEMENT_NOT_FOUND, ETAG_MISMATCH, AGREEMENT_NOT_OFFERED.
    """
    offer = await get_agreement(transaction, agreement_id, scope)
    check_etag(offer, etag)
    if offer.status is not AgreementStatus.OFFERED:
        raise Refused(
            Reason.AGREEMENT_NOT_OFFERED, agreement_id=str(agreement_id), status=offer.status
        )
    return offer


def signatory_of(asked: Signatory | None, scope: Scope) -> Signatory:
    """Return who is meant: who is asked for, or the only one that the caller signs for.

    ORGANISATION_NOT_YOURS for another's, FIELD_REQUIRED if that does not tell.
    """
    if asked is None:
        if len(scope.signatories) == 1:
            return next(iter(scope.signatories))
        raise Refused(Reason.FIELD_REQUIRED, field="board_number")
    if not scope.operator and asked not in scope.signatories:
        raise Refused(Reason.ORGANISATION_NOT_YOURS, organisation=asked)
    return asked


async def require_signatory(snapshot: Snapshot, signatory: Signatory) -> Role | None:
    """Return the role of a party that signs, None for a board or samenwerkingsverband.

    BOARD_NOT_FOUND, SWV_NOT_FOUND, PARTY_NOT_FOUND.
    """
    match signatory:
        case BoardNumber():
            await get_board(snapshot, signatory)
        case Swv():
            await get_swv(snapshot, signatory)
        case Oin():
            return (await get_party(snapshot, signatory)).role
    return None
