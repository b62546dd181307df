"""Texts: what can be agreed, version by version (R2)."""

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, replace
from typing import Final

from wissel.routing.facts import Agreement, AgreementKind, AgreementText
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.texts import NAME_LIMIT, named_line
from wissel.server.registry.agreements.commands import RegisterAgreementText, WhichText
from wissel.server.registry.agreements.rules import latest, media_type_of
from wissel.server.registry.ports import Snapshot, Transaction

MAX_DOCUMENT: Final = 1024 * 1024
"""The most bytes of a document."""
MAX_NOTICE: Final = 512 * 1024
"""The most bytes of a privacybijsluiter."""
LANGUAGE: Final = "nl"
"""The language of a text where none is said."""
_VERSION: Final = re.compile(r"[0-9A-Za-z._-]{1,20}")
_LANGUAGE: Final = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredText:
    """A new text, and how many agreements on earlier versions it asks anew."""

    text: AgreementText
    renewed: int


async def register_text(transaction: Transaction, command: RegisterAgreementText) -> RegisteredText:
    """Record a text with its documents, and let what it asks anew end.

    1. Version, language, counterparty and categories are as they are written:
       FIELD_INVALID, FIELD_REQUIRED, PERSON_NUMBER_IN_TEXT.
    2. The documents are PDF or UTF-8 text, and not too large: DOCUMENT_INVALID.
    3. A renewal is not in the past (DATE_IN_PAST), nor before the text can be accepted
       (PERIOD_INVALID).
    4. No text has the same document, nor the same kind, version and language:
       ALREADY_REGISTERED.
    5. With a renewal, agreements on other versions of this kind get that day as their
       last, if they would last longer.
    """
    text = _text_of(command, transaction.today, transaction.now)  # 1. and 2.
    # 3.
    if text.renewal is not None:
        day, today = text.renewal, transaction.today
        if day < today:
            raise Refused(
                Reason.DATE_IN_PAST, field="renewal_date", date=str(day), today=str(today)
            )
        Period.parse(text.start, day)
    # 4.
    for other in await transaction.find(AgreementText):
        same = (other.kind, other.version, other.language)
        if other.digest == text.digest or same == (text.kind, text.version, text.language):
            raise Refused(Reason.ALREADY_REGISTERED, entity="agreement_text", key=other.digest)
    renewed = await _renewed(transaction, text)  # 5.
    await transaction.put(text, *renewed)
    await transaction.keep_document(text.digest, command.document)
    if text.notice:
        await transaction.keep_document(text.notice, command.notice)
    return RegisteredText(text=text, renewed=len(renewed))


async def get_text(snapshot: Snapshot, digest: str) -> AgreementText:
    """Return the text with this document, or raise `Refused(AGREEMENT_TEXT_NOT_FOUND)`."""
    text = await snapshot.get(AgreementText, digest)
    if text is None:
        raise Refused(Reason.AGREEMENT_TEXT_NOT_FOUND, field="document_sha256", digest=digest)
    return text


async def text_meant(snapshot: Snapshot, which: WhichText, today: dt.date) -> AgreementText:
    """Return the text that is asked for, or raise `Refused(AGREEMENT_TEXT_NOT_FOUND)`."""
    if which.kind is None:
        return await get_text(snapshot, which.digest)
    language = which.language or LANGUAGE
    texts = await texts_of(snapshot, which.kind)
    found = latest(
        each
        for each in texts
        if each.language == language
        and (each.version == which.version if which.version else each.start <= today)
    )
    if found is None:
        raise Refused(
            Reason.AGREEMENT_TEXT_NOT_FOUND,
            field="kind",
            kind=which.kind,
            language=language,
            version=which.version,
        )
    return found


async def texts_of(snapshot: Snapshot, kind: AgreementKind) -> list[AgreementText]:
    """Return all texts of a kind."""
    return [each for each in await snapshot.find(AgreementText) if each.kind is kind]


def _text_of(command: RegisterAgreementText, today: dt.date, now: dt.datetime) -> AgreementText:
    if not _VERSION.fullmatch(command.version):
        expected = "1 to 20 letters, digits, ., _ and -"
        raise Refused(Reason.FIELD_INVALID, field="version", expected=expected)
    if not _LANGUAGE.fullmatch(command.language):
        raise Refused(Reason.FIELD_INVALID, field="language", expected="two letters, such as nl")
    notice = command.notice
    return AgreementText(
        digest=_sha256(command.document),
        kind=command.kind,
        version=command.version,
        language=command.language,
        counterparty=named_line(command.counterparty, "counterparty", NAME_LIMIT),
        media_type=media_type_of(command.document, MAX_DOCUMENT, "document"),
        size=len(command.document),
        notice=_sha256(notice) if notice else "",
        notice_type=media_type_of(notice, MAX_NOTICE, "privacy_notice") if notice else "",
        categories=tuple(
            named_line(each, "data_categories", NAME_LIMIT) for each in command.categories
        ),
        start=command.start or today,
        registered=now,
        renewal=command.renewal,
    )


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


async def _renewed(transaction: Transaction, text: AgreementText) -> list[Agreement]:
    if text.renewal is None:
        return []
    return [
        replace(each, period=each.period.until(text.renewal))
        for each in await transaction.find(Agreement)
        if each.kind == text.kind
        and each.concluded
        and each.text_version != text.version
        and each.last_day > text.renewal
    ]
