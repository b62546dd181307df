"""Facts about agreements and their texts (R2)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from wissel.routing.values.days import FOREVER, Period
from wissel.routing.values.identifiers import BoardNumber, Oin, Swv


class AgreementKind(StrEnum):
    """What can be signed (R2)."""

    KENNISNET_OSR = "KENNISNET_OSR"
    OSO = "OSO"
    OSO_SWV_EXTENSION = "OSO_SWV_EXTENSION"
    VVA = "VVA"
    VENDOR_OSR = "VENDOR_OSR"
    VENDOR_OSO = "VENDOR_OSO"


class AgreementStatus(StrEnum):
    """How an agreement stands, and how it was concluded (R2)."""

    OFFERED = "OFFERED"
    DECLINED = "DECLINED"
    ACCEPTED = "ACCEPTED"
    RECORDED = "RECORDED"
    SUCCESSION = "SUCCESSION"
    MIGRATED = "MIGRATED"

    @property
    def concluded(self) -> bool:
        """Whether it is an agreement, and not what may become one."""
        return self not in {AgreementStatus.OFFERED, AgreementStatus.DECLINED}


Signatory = BoardNumber | Swv | Oin


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementText:
    """One version of what is agreed, in one language; it never changes (R2).

    `digest` is the SHA-256 of its document and `notice` that of its privacybijsluiter,
    lower-case hex; both have their media types beside them, and `size` is that of the
    document in bytes. It can be accepted from `start` on. `renewal` is the last day on
    which agreements on earlier versions count; None leaves them as they are.
    """

    digest: str
    kind: AgreementKind
    version: str
    language: str
    counterparty: str
    media_type: str
    size: int
    start: dt.date
    registered: dt.datetime
    notice: str = ""
    notice_type: str = ""
    categories: tuple[str, ...] = ()
    renewal: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """An agreement, or what is offered or was declined (R2).

    Only one that was concluded has days on which it holds; the period of another
    begins on the day on which it was offered. `text` is the digest of its text,
    `signer` the id of the person who signed, `paper` the digest of the document that
    was signed or that tells of a succession, `acceptance` that of the hub's
    `AgreementAcceptance`; all are empty where there is none. `predecessor` is from
    whom it passed. `only_with` limits it to the services that ask for that kind as well.
    """

    agreement_id: UUID
    signatory: Signatory
    kind: AgreementKind
    period: Period
    status: AgreementStatus = AgreementStatus.RECORDED
    text: str = ""
    text_version: str = ""
    language: str = ""
    requested: bool = False
    signer: str = ""
    signed: dt.date | None = None
    paper: str = ""
    acceptance: str = ""
    accepted: dt.datetime | None = None
    predecessor: Signatory | None = None
    only_with: AgreementKind | None = None

    @property
    def concluded(self) -> bool:
        """Whether it holds on the days of its period."""
        return self.status.concluded

    @property
    def stands_on(self) -> AgreementKind | None:
        """The kind of agreement without which it cannot be, and with which it ends."""
        if self.kind is AgreementKind.OSO_SWV_EXTENSION:
            return AgreementKind.OSO
        return self.only_with

    @property
    def provisional(self) -> bool:
        """Whether nobody signed it here: it makes way for one that its signatory signs."""
        return self.status is AgreementStatus.MIGRATED or self.only_with is not None

    @property
    def last_day(self) -> dt.date:
        """The last day of its period, FOREVER if it has none."""
        return self.period.end or FOREVER

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is in force on a day."""
        return self.concluded and self.period.contains(day)

    def counts_for(self, asked: Collection[AgreementKind]) -> bool:
        """Whether it counts for a service that asks for these kinds."""
        return self.only_with is None or self.only_with in asked
