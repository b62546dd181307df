"""The commands of agreements, with every value parsed; see `wissel.server.registry.commands`."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from wissel.routing.facts import AgreementKind, Signatory
from wissel.routing.values.identifiers import Oin
from wissel.server.registry.persons import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAgreementText:
    """A new version of a text; without `start` it can be accepted from today on.

    `notice` is its privacybijsluiter, empty if it has none. Without `renewal` the
    agreements on earlier versions stay as they are.
    """

    kind: AgreementKind
    version: str
    language: str
    counterparty: str
    document: bytes = field(repr=False)
    notice: bytes = field(default=b"", repr=False)
    categories: tuple[str, ...] = ()
    start: dt.date | None = None
    renewal: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichText:
    """A text: the one with a digest, or else the one of a kind that can be accepted.

    Without `version` that is the latest in this language.
    """

    digest: str = ""
    kind: AgreementKind | None = None
    language: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAgreement:
    """A text for a signatory, by default the only one that the caller signs for."""

    which: WhichText
    signatory: Signatory | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptAgreement:
    """Accepts an offer; `digest` is that of the document that was read.

    Without `start` it holds from today on, or from the first day of its text if that
    is later.
    """

    agreement_id: UUID
    digest: str
    start: dt.date | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptor:
    """Who accepts: a party by its certificate, or a portal for a person.

    `certificate` is the SHA-256 of the leaf, 32 bytes.
    """

    caller: Oin
    certificate: bytes
    person: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineAgreement:
    """Turns an offer down."""

    agreement_id: UUID
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAgreement:
    """An agreement that was concluded elsewhere; without `start` its first day is today.

    `signer` is the name on the paper, `signed` its day and `paper` its digest, `text`
    the digest of the text that was signed. With a `predecessor` it passes by law:
    then `kind` may be None, for all that passes and the signatory has not.
    """

    signatory: Signatory
    kind: AgreementKind | None = None
    start: dt.date | None = None
    signer: str = field(default="", repr=False)
    signed: dt.date | None = None
    paper: str = ""
    text: str = ""
    predecessor: Signatory | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateAgreement:
    """The last day of an agreement; without `end` that is yesterday."""

    agreement_id: UUID
    end: dt.date | None = None
    etag: str = ""
