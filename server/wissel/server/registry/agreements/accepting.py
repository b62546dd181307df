"""Accepting what is offered, with the hub's word for it (R2)."""

from dataclasses import dataclass, field, replace
from typing import Protocol

from wissel.routing.exchange.acceptance import Acceptance
from wissel.routing.facts import Agreement, AgreementStatus, AgreementText
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Oin
from wissel.server.registry.agreements.commands import AcceptAgreement, Acceptor
from wissel.server.registry.agreements.offering import get_offer
from wissel.server.registry.agreements.rules import making_room, refuse_replaced, within_base
from wissel.server.registry.agreements.texts import get_text, texts_of
from wissel.server.registry.ports import Transaction
from wissel.server.registry.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedAcceptance:
    """What the hub signed: the SHA-256 of its payload (hex), and all of it as it is kept."""

    digest: str
    signed: bytes = field(repr=False)


class AcceptanceIssuer(Protocol):
    """Signs acceptances for the hub."""

    @property
    def hub_oin(self) -> Oin:
        """The OIN under which it signs."""
        ...

    def issue(self, acceptance: Acceptance) -> IssuedAcceptance:
        """Return the acceptance, signed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An agreement, and the hub's word for it."""

    agreement: Agreement
    acceptance: IssuedAcceptance


async def accept_agreement(
    transaction: Transaction,
    command: AcceptAgreement,
    scope: Scope,
    acceptor: Acceptor,
    issuer: AcceptanceIssuer,
) -> Accepted:
    """Accept an offer for its signatory, and return what the hub signs about it.

    1. The offer is the caller's own, as the caller last read it, and open:
       AGREEMENT_NOT_FOUND, ETAG_MISMATCH, AGREEMENT_NOT_OFFERED.
    2. The digest that is named is that of the text which is offered:
       AGREEMENT_TEXT_MISMATCH. No later text of its language can be accepted today:
       AGREEMENT_TEXT_REPLACED.
    3. The first day is today or later (DATE_IN_PAST), and not before the text's
       (PERIOD_INVALID).
    4. An agreement of this kind on an earlier version ends the day before; one on the
       same version shares no day with it: ALREADY_REGISTERED.
    5. What it extends is in force on its first day, and bounds it: AGREEMENT_MISSING.
    6. The hub signs who accepted what for whom. The log keeps the digest of that alone.
    """
    offer = await get_offer(transaction, command.agreement_id, command.etag, scope)  # 1.
    # 2.
    if command.digest != offer.text:
        raise Refused(
            Reason.AGREEMENT_TEXT_MISMATCH,
            field="document_sha256",
            agreement_id=str(offer.agreement_id),
            digest=offer.text,
        )
    text = await get_text(transaction, offer.text)
    refuse_replaced(text, await texts_of(transaction, text.kind), transaction.today)
    # 3.
    today = transaction.today
    start = max(today, text.start) if command.start is None else command.start
    if start < today:
        raise Refused(Reason.DATE_IN_PAST, field="start_date", date=str(start), today=str(today))
    Period.parse(text.start, start)
    agreed = replace(
        offer,
        period=Period(start),
        status=AgreementStatus.ACCEPTED,
        signer=transaction.person,
        signed=today,
        accepted=transaction.now,
    )
    # 4.
    signed = await transaction.find(Agreement, signatory=str(offer.signatory))
    ended = making_room(agreed, signed, renews=True)
    agreed = within_base(agreed, signed)  # 5.
    # 6.
    issued = issuer.issue(_acceptance(agreed, text, acceptor, issuer.hub_oin))
    agreed = replace(agreed, acceptance=issued.digest)
    await transaction.put(*ended, agreed)
    await transaction.keep_acceptance(str(agreed.agreement_id), issued.signed)
    return Accepted(agreement=agreed, acceptance=issued)


def _acceptance(
    agreed: Agreement, text: AgreementText, acceptor: Acceptor, hub_oin: Oin
) -> Acceptance:
    assert agreed.accepted is not None, "what is accepted says when"  # noqa: S101
    person = acceptor.person
    return Acceptance(
        hub_oin=hub_oin,
        agreement_id=agreed.agreement_id,
        kind=agreed.kind,
        text_version=text.version,
        language=text.language,
        counterparty=text.counterparty,
        document_sha256=bytes.fromhex(text.digest),
        privacy_notice_sha256=bytes.fromhex(text.notice),
        signatory=agreed.signatory,
        start=agreed.period.start,
        issuer=person.issuer_url if person else "",
        subject=person.subject.removeprefix(f"{person.issuer}:") if person else "",
        level=person.level if person else "",
        authenticated=person.authenticated if person else None,
        caller_oin=acceptor.caller,
        caller_certificate_sha256=acceptor.certificate,
        accepted=agreed.accepted,
    )
