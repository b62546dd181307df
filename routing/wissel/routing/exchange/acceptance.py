"""What the hub signs when a text is accepted, and verifying that offline (R2).

Everyone who has the trust roots can verify it. As every holder of a trusted
certificate can sign something that looks like it, the verifier says whose signature
it expects.
"""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from wissel.routing.exchange.envelope import SKEW, parse_digest, parse_message_id
from wissel.routing.exchange.message_shapes import AcceptanceMessage
from wissel.routing.exchange.messages import Fields, instant_fields, instant_of, parse_strict
from wissel.routing.exchange.receipt_messages import refused_as
from wissel.routing.facts import AgreementKind, Signatory
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import AGREEMENT_ACCEPTANCE, Signed, verify
from wissel.routing.signing.trusted_path import PathFinder
from wissel.routing.values.days import parse_day
from wissel.routing.values.identifiers import BoardNumber, Oin, Swv


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Who accepted which text for whom, and when; `accepted` is the hub's own claim.

    Digests are 32 bytes; that of the privacybijsluiter is empty if the text has none. A
    person is named by the `issuer` of the login and its `subject` there, with the
    `level` of assurance; a vendor by the caller's certificate alone.
    """

    hub_oin: Oin
    agreement_id: UUID
    kind: AgreementKind
    text_version: str
    language: str
    counterparty: str
    document_sha256: bytes
    privacy_notice_sha256: bytes
    signatory: Signatory
    start: dt.date
    issuer: str
    subject: str = field(repr=False)
    level: str
    authenticated: dt.datetime | None
    caller_oin: Oin
    caller_certificate_sha256: bytes
    accepted: dt.datetime


def acceptance_fields(acceptance: Acceptance) -> Fields:
    """Return the fields of an AgreementAcceptance."""
    fields: Fields = {
        "hub_oin": acceptance.hub_oin,
        "agreement_id": str(acceptance.agreement_id),
        "kind": acceptance.kind.value,
        "text_version": acceptance.text_version,
        "language": acceptance.language,
        "counterparty": acceptance.counterparty,
        "document_sha256": acceptance.document_sha256,
        "privacy_notice_sha256": acceptance.privacy_notice_sha256,
        signatory_field(acceptance.signatory): acceptance.signatory,
        "start_date": acceptance.start.isoformat(),
        "issuer": acceptance.issuer,
        "subject": acceptance.subject,
        "level": acceptance.level,
        "caller_oin": acceptance.caller_oin,
        "caller_certificate_sha256": acceptance.caller_certificate_sha256,
        "accepted_time": instant_fields(acceptance.accepted),
    }
    if acceptance.authenticated is not None:
        fields["authenticated_time"] = instant_fields(acceptance.authenticated)
    return fields


def signatory_field(signatory: Signatory) -> str:
    """Return the name of the field that holds a signatory, in every message that has one."""
    match signatory:
        case BoardNumber():
            return "board_number"
        case Swv():
            return "swv"
        case Oin():
            return "party_oin"


def read_acceptance(data: bytes, message_type: type[AcceptanceMessage]) -> Acceptance:
    """Return the acceptance in verified bytes, or raise `Refused(ACCEPTANCE_INVALID)`."""
    with refused_as(Reason.ACCEPTANCE_INVALID):
        message = parse_strict(message_type, data, Reason.ACCEPTANCE_INVALID)
        notice = message.privacy_notice_sha256
        login = message.authenticated_time
        return Acceptance(
            hub_oin=Oin.parse(message.hub_oin, "hub_oin"),
            agreement_id=parse_message_id(message.agreement_id, "agreement_id"),
            kind=_kind_of(message.kind),
            text_version=message.text_version,
            language=message.language,
            counterparty=message.counterparty,
            document_sha256=parse_digest(message.document_sha256, "document_sha256"),
            privacy_notice_sha256=parse_digest(notice, "privacy_notice_sha256") if notice else b"",
            signatory=_signatory_of(message),
            start=parse_day(message.start_date, "start_date"),
            issuer=message.issuer,
            subject=message.subject,
            level=message.level,
            authenticated=instant_of(login, "authenticated_time") if login.seconds else None,
            caller_oin=Oin.parse(message.caller_oin, "caller_oin"),
            caller_certificate_sha256=parse_digest(
                message.caller_certificate_sha256, "caller_certificate_sha256"
            ),
            accepted=instant_of(message.accepted_time, "accepted_time"),
        )


def verify_acceptance(
    signed: Signed,
    message_type: type[AcceptanceMessage],
    paths: PathFinder,
    hub_oin: Oin,
    now: dt.datetime,
) -> Acceptance:
    """Return what a hub says about an acceptance, verified offline.

    The path is judged at the time of acceptance, so that it outlives certificates.

    1. It is signed as an acceptance, by a path that was trusted at the time that it
       states.
    2. The verified bytes are an acceptance, without unknown fields.
    3. Its signer is the hub that it names, and the one that is demanded.
    4. Its time is not after now, give or take five minutes, and no login is later.

    Every failure is `Refused(ACCEPTANCE_INVALID)` with its problem.
    """
    # 1.
    with refused_as(Reason.ACCEPTANCE_INVALID):
        # The time is taken from bytes not verified yet, to verify them at that very time.
        at = read_acceptance(signed.payload, message_type).accepted
        verified = verify(signed, AGREEMENT_ACCEPTANCE, paths, at)
    acceptance = read_acceptance(verified.payload, message_type)  # 2.
    # 3.
    if not verified.signer == acceptance.hub_oin == hub_oin:
        raise _invalid("signed by another than the hub")
    # 4.
    if acceptance.accepted > now + SKEW:
        raise _invalid("accepted in the future")
    login = acceptance.authenticated
    if login is not None and login > acceptance.accepted + SKEW:
        raise _invalid("accepted before the login")
    return acceptance


def _kind_of(text: str) -> AgreementKind:
    try:
        return AgreementKind(text)
    except ValueError:
        raise Refused(Reason.FIELD_INVALID, field="kind") from None


def _signatory_of(message: AcceptanceMessage) -> Signatory:
    if message.board_number:
        return BoardNumber.parse(message.board_number, "board_number")
    if message.swv:
        return Swv.parse(message.swv, "swv")
    return Oin.parse(message.party_oin, "party_oin")


def _invalid(problem: str) -> Refused:
    return Refused(Reason.ACCEPTANCE_INVALID, problem=problem)
