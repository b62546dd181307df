"""The envelope that a sender signs: who sends what to whom, and the payload's size and digest.

Values are parsed once and strictly (design.md#envelopes), so they are well formed
wherever they are used. None holds a BSN, an onderwijsnummer or a name.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import (
    UUID_EXAMPLE,
    Aanleverpunt,
    Brin,
    Namespace,
    Oin,
    Organisation,
    RoutingKey,
    ServiceCode,
    Vestiging,
    uuid_in,
)

SKEW: Final = dt.timedelta(minutes=5)
"""How far two clocks may differ."""

LIFETIME: Final = dt.timedelta(days=30)
"""The longest time between the creation and the expiry of an envelope."""

MAX_HEADER_BYTES: Final = 16 * 1024
"""The largest signed header on the wire, its signature and certificates included."""

MIN_CHUNK_BYTES: Final = 64 * 1024
"""The smallest chunk; the last one may be smaller."""

MAX_CHUNK_BYTES: Final = 1024 * 1024
"""The largest chunk."""

CONTENT_TYPES: Final = ("application/xml", "application/zip", "application/octet-stream")
NO_ENCODING: Final = "NONE"
TOESTEMMING: Final = ("", "Ja", "Nee", "Onbekend")
"""The values of codelijst 37; empty if the sender does not say."""

_INITIATOR: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_INITIATOR_FORM: Final = "8 to 64 of A-Za-z0-9_-, without nine digits that stand by themselves"
_NINE_DIGITS: Final = re.compile(r"(?<![A-Za-z0-9])[0-9](?:[_-]*[0-9]){8}(?![A-Za-z0-9])")
_DIGEST_BYTES: Final = 32


class Kind(StrEnum):
    """Overdrachtsoort: the kind of dossier (codelijst 29); or what answers a swv-dossier."""

    OVERSTAP = "overstapdossier"
    WITHIN_BRIN = "overdrachtbinnenbrin"
    SWV = "swv-dossier"
    FEEDBACK = "terugkoppeling"


KINDS: Final = tuple(kind.value for kind in Kind)
DOSSIERS: Final = tuple(kind.value for kind in Kind if kind is not Kind.FEEDBACK)
"""The values of codelijst 29: the kinds of which there are dossiers, to be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One end of an exchange; only a receiver has an aanleverpunt."""

    organisation: Organisation
    vestiging: Vestiging | None = None
    routing_key: RoutingKey | None = None
    aanleverpunt: Aanleverpunt | None = None

    @property
    def place(self) -> str:
        """The vestiging if there is one, else the organisation: such as `99XA02` or `PO9901`."""
        return self.vestiging or self.organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What the sending school declares about the parents' rights.

    `inzage`: the parents have seen the dossier, on `inzage_date`. `toestemming`:
    whether they agree, one of `TOESTEMMING`.
    """

    inzage: bool = False
    inzage_date: dt.date | None = None
    toestemming: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeContext:
    """What is sent, from whom to whom; instants are aware and in UTC.

    Only an envelope that is fetched has the `session_id` in which it is, and the
    `receiver_oin` that fetches it, and only a terugkoppeling the `link_key` that it
    is about.
    """

    message_id: UUID
    created: dt.datetime
    expires: dt.datetime
    hub_oin: Oin
    sender_oin: Oin
    sender: Address
    receiver: Address
    service: ServiceCode
    kind: Kind
    content_type: str
    initiator: str
    version: Namespace | None = None
    content_encoding: str = NO_ENCODING
    correlation_id: UUID | None = None
    attestation: Attestation = Attestation()
    session_id: UUID | None = None
    receiver_oin: Oin | None = None
    link_key: UUID | None = field(default=None, repr=False)

    @property
    def fetched(self) -> bool:
        """Whether it was made to be fetched, and not to be forwarded."""
        return self.session_id is not None or self.receiver_oin is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeHeader:
    """A context with the size in bytes and the SHA-256 (32 bytes) of the payload on the wire."""

    context: EnvelopeContext
    payload_size: int
    payload_sha256: bytes


def freshness(context: EnvelopeContext, now: dt.datetime) -> None:
    """Return if the envelope is valid at `now`, give or take five minutes.

    Raises `Refused(ENVELOPE_FROM_FUTURE)` with the instant of its creation, or
    `Refused(ENVELOPE_EXPIRED)` with that of its expiry (ISO 8601, UTC).
    """
    if context.created > now + SKEW:
        raise Refused(Reason.ENVELOPE_FROM_FUTURE, created_time=context.created.isoformat())
    if context.expires <= now - SKEW:
        raise Refused(Reason.ENVELOPE_EXPIRED, expire_time=context.expires.isoformat())


def parse_message_id(text: str, field: str) -> UUID:
    """Return the UUID written with hyphens, its letters in either case.

    Raises `Refused(FIELD_REQUIRED)` for an empty text and
    `Refused(IDENTIFIER_MALFORMED)` for any other.
    """
    if not text:
        raise Refused(Reason.FIELD_REQUIRED, field=field)
    parsed = uuid_in(text)
    if parsed is None:
        raise Refused(
            Reason.IDENTIFIER_MALFORMED,
            field=field,
            kind="UUID",
            value="(not shown)",
            example=UUID_EXAMPLE,
        )
    return parsed


def parse_initiator(text: str, field: str) -> str:
    """Return the pseudonym of the account that ordered the exchange.

    It has 8 to 64 characters of `A-Za-z0-9_-`. Nine digits that stand by
    themselves, grouped with `-` or `_` or not, are refused: they could be a
    person's number. Digits within a longer word, such as a digest, are allowed.
    Raises `Refused(FIELD_REQUIRED)` or `Refused(FIELD_INVALID)`.
    """
    if not text:
        raise Refused(Reason.FIELD_REQUIRED, field=field)
    if not _INITIATOR.fullmatch(text) or _NINE_DIGITS.search(text):
        raise Refused(Reason.FIELD_INVALID, field=field, expected=_INITIATOR_FORM)
    return text


def parse_lifetime(created: dt.datetime, expires: dt.datetime, field: str) -> dt.datetime:
    """Return `expires`, or raise `Refused(FIELD_INVALID)`.

    It must lie after `created`, by `LIFETIME` at most.
    """
    if not dt.timedelta() < expires - created <= LIFETIME:
        raise Refused(Reason.FIELD_INVALID, field=field)
    return expires


def parse_choice(text: str, choices: tuple[str, ...], field: str) -> str:
    """Return `text`, or raise `Refused` if it is none of the choices.

    The reason is FIELD_REQUIRED for an empty text, else FIELD_INVALID.
    """
    if text in choices:
        return text
    reason = Reason.FIELD_INVALID if text else Reason.FIELD_REQUIRED
    raise Refused(reason, field=field, allowed=", ".join(filter(None, choices)))


def parse_digest(value: bytes, field: str) -> bytes:
    """Return the 32 bytes of a SHA-256 digest, or raise `Refused(FIELD_INVALID)`."""
    if len(value) != _DIGEST_BYTES:
        raise Refused(Reason.FIELD_INVALID, field=field)
    return value


def parse_attestation(inzage: bool, date: dt.date | None, toestemming: str) -> Attestation:
    """Return the attestation.

    Raises `Refused(FIELD_INVALID)` for a date without inzage, and what
    `parse_choice` raises for `toestemming`.
    """
    if date is not None and not inzage:
        raise Refused(Reason.FIELD_INVALID, field="attestation.inzage_date")
    parse_choice(toestemming, TOESTEMMING, "attestation.toestemming")
    return Attestation(inzage=inzage, inzage_date=date, toestemming=toestemming)


def parse_vestiging(organisation: Organisation, text: str, field: str) -> Vestiging | None:
    """Return the vestiging written as `02` or `99XA02`, None for an empty text.

    Raises `Refused(IDENTIFIER_MALFORMED)`, also for a vestiging of another
    school, and `Refused(FIELD_INVALID)` for one of a samenwerkingsverband.
    """
    if not text:
        return None
    if not isinstance(organisation, Brin):
        raise Refused(Reason.FIELD_INVALID, field=field)
    return Vestiging.within(organisation, text, field)
