"""The rules of agreements as functions of values (R2)."""

import datetime as dt
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from operator import attrgetter
from typing import Final

from wissel.routing.facts import Agreement, AgreementKind, AgreementText, Role, Signatory
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import FOREVER, ONE_DAY
from wissel.routing.values.identifiers import Oin

BOARD_KINDS: Final = (
    AgreementKind.KENNISNET_OSR,
    AgreementKind.OSO,
    AgreementKind.VVA,
    AgreementKind.OSO_SWV_EXTENSION,
)
"""What a board, or a samenwerkingsverband for itself, can sign; what extends stands last."""
VENDOR_KINDS: Final = (AgreementKind.VENDOR_OSR, AgreementKind.VENDOR_OSO)
"""What a vendor can sign."""

PDF: Final = "application/pdf"
PLAIN: Final = "text/plain; charset=utf-8"
_PDF_BEGINS: Final = b"%PDF-"
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


def lacking_of(
    agreements: Iterable[Agreement], asked: Collection[AgreementKind], day: dt.date
) -> tuple[AgreementKind, ...]:
    """Return those of the kinds that a service asks which are not in force on a day, in order."""
    held = {each.kind for each in agreements if each.holds_on(day) and each.counts_for(asked)}
    return tuple(kind for kind in asked if kind not in held)


def require_kind(signatory: Signatory, role: Role | None, kind: AgreementKind) -> None:
    """Raise `Refused(FIELD_INVALID)` unless a signatory can sign this kind.

    `role` is that of a party.
    """
    allowed: tuple[AgreementKind, ...] = BOARD_KINDS
    if isinstance(signatory, Oin):
        allowed = VENDOR_KINDS if role is Role.VENDOR else ()
    if kind not in allowed:
        raise Refused(
            Reason.FIELD_INVALID,
            field="kind",
            problem=f"this signatory can sign {', '.join(allowed) or 'no agreement'}",
        )


def media_type_of(body: bytes, limit: int, field: str) -> str:
    """Return what a document is, `PDF` or `PLAIN`, or raise `Refused(DOCUMENT_INVALID)`.

    A PDF is known by how it begins. A text is UTF-8 with something in it, and without
    control characters other than those that part lines and columns.
    """
    if len(body) > limit:
        problem = f"it has {len(body)} bytes, and {limit} at most are taken"
        raise Refused(Reason.DOCUMENT_INVALID, field=field, problem=problem)
    if body.startswith(_PDF_BEGINS):
        return PDF
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if _CONTROLS.search(text):
        problem = "it is neither a PDF nor UTF-8 text"
        raise Refused(Reason.DOCUMENT_INVALID, field=field, problem=problem)
    if not text.strip():
        raise Refused(Reason.DOCUMENT_INVALID, field=field, problem="it is empty")
    return PLAIN


def latest(texts: Iterable[AgreementText]) -> AgreementText | None:
    """Return the text that can be accepted last: of two from one day, that registered last."""
    return max(texts, key=attrgetter("start", "registered"), default=None)


def acceptable(texts: Iterable[AgreementText], today: dt.date) -> set[str]:
    """Return the digests of the texts that can be accepted today, one for a kind and language."""
    begun: dict[tuple[AgreementKind, str], list[AgreementText]] = {}
    for text in texts:
        if text.start <= today:
            begun.setdefault((text.kind, text.language), []).append(text)
    return {last.digest for some in begun.values() if (last := latest(some)) is not None}


def refuse_replaced(text: AgreementText, of_kind: Iterable[AgreementText], today: dt.date) -> None:
    """Raise `Refused(AGREEMENT_TEXT_REPLACED)` if a later text of its language can be accepted.

    `of_kind` are the texts of its kind.
    """
    newer = latest(
        each for each in of_kind if each.language == text.language and each.start <= today
    )
    if newer is None or newer.digest == text.digest:
        return
    if (newer.start, newer.registered) > (text.start, text.registered):
        raise Refused(
            Reason.AGREEMENT_TEXT_REPLACED,
            kind=text.kind,
            version=newer.version,
            digest=newer.digest,
        )


def counted(
    new: Agreement, text: AgreementText | None, of_kind: Iterable[AgreementText]
) -> Agreement:
    """Return an agreement that was signed on a text as far as later texts let it count.

    A later text of another version may ask it anew from a day on; what is on no known
    text counts as earlier than all. AGREEMENT_TEXT_REPLACED if no day is left.
    """
    asking = [
        each
        for each in of_kind
        if each.renewal is not None
        and each.version != new.text_version
        and (text is None or each.registered > text.registered)
    ]
    first = min(asking, key=_renewal, default=None)
    if first is None:
        return new
    period = new.period.until(first.renewal)
    if period.empty:
        raise Refused(
            Reason.AGREEMENT_TEXT_REPLACED,
            kind=first.kind,
            version=first.version,
            digest=first.digest,
        )
    return replace(new, period=period)


def _renewal(text: AgreementText) -> dt.date:
    return text.renewal or FOREVER


def making_room(
    new: Agreement, signed: Iterable[Agreement], *, renews: bool
) -> tuple[Agreement, ...]:
    """Return what the signatory has of this kind, ended on the day before `new` begins.

    With `renews` the new one takes the place of those on another version; otherwise,
    and for the same version, no two share a day: ALREADY_REGISTERED. What is only
    provisional makes way for what is not.
    """
    others = [
        each
        for each in signed
        if each.kind is new.kind and each.concluded and each.period.overlaps(new.period)
    ]
    for other in others:
        if other.provisional and not new.provisional:
            continue
        if not renews or (other.text and other.text_version == new.text_version):
            key = str(other.agreement_id)
            raise Refused(Reason.ALREADY_REGISTERED, entity="agreement", key=key)
    last = new.period.start - ONE_DAY
    return tuple(replace(other, period=other.period.until(last)) for other in others)


def within_base(new: Agreement, signed: Iterable[Agreement]) -> Agreement:
    """Return an agreement as far as what it stands on lets it hold.

    That is in force on its first day (AGREEMENT_MISSING), and it ends with it.
    """
    base = new.stands_on
    if base is None:
        return new
    for each in signed:
        if each.kind is base and each.holds_on(new.period.start):
            return replace(new, period=new.period.until(each.period.end))
    raise Refused(
        Reason.AGREEMENT_MISSING,
        agreement=base,
        signatory=str(new.signatory),
        on=str(new.period.start),
    )
