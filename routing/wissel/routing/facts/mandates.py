"""Facts about mandates (R3, R6)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from wissel.routing.values.days import Period, day_of
from wissel.routing.values.identifiers import BoardNumber, Organisation, ServiceCode, SystemId


class Processing(StrEnum):
    """What the owner of a service did with a mandate (R6)."""

    NOT_REQUIRED = "NOT_REQUIRED"
    AWAITING = "AWAITING"
    PROCESSED = "PROCESSED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A mandate makes way for one to another system, which can be taken back (R3).

    `to` is the mandate that takes its place, `former` the days that it had before, which
    it gets again. `provides_until` is the last day on which its system may still provide
    the dossiers that it has prepared, None if it may not.
    """

    to: UUID
    former: Period
    provides_until: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """An organisation lets a system act for it, for one service (R3).

    `stopped` means that it was ended with immediate effect: it is in force on no
    day, also not on an earlier one; `period.end` is the day on which it was
    stopped (ADR 6). `processed` is when the owner of the service processed or
    rejected it, `rejection` why it rejected it; they are None and empty otherwise.
    `board` is the board whose school it was when the mandate was given, or last
    changed by one who gives mandates; None of a samenwerkingsverband, and of a mandate
    that was last changed before this was kept.
    """

    mandate_id: UUID
    organisation: Organisation
    service: ServiceCode
    system_id: SystemId
    period: Period
    processing: Processing
    created: dt.datetime
    stopped: bool = False
    processed: dt.datetime | None = None
    rejection: str = ""
    board: BoardNumber | None = None
    switch: Switch | None = None

    @property
    def provides_until(self) -> dt.date | None:
        """The last day on which its system may still provide what it has prepared (R3).

        None if it did not make way for another that way, or is in force on no day.
        """
        return None if self.switch is None or self.stopped else self.switch.provides_until

    @property
    def waiting_since(self) -> dt.date | None:
        """The day in Amsterdam since which it waits for the owner of its service, if it does."""
        return day_of(self.created) if self.processing is Processing.AWAITING else None


def processing_due(since: dt.date, days: int) -> dt.date | None:
    """Return the day by which what waits since a day is usually processed (R6).

    `days` is what the service says; None for one that does not say, and nothing is
    overdue then.
    """
    return since + dt.timedelta(days=days) if days else None


def overdue_since(since: dt.date | None, days: int, on: dt.date) -> dt.date | None:
    """Return the day that has passed by which a mandate should have been processed, if one has.

    `since` is when it began to wait, None if it does not.
    """
    due = None if since is None else processing_due(since, days)
    return due if due is not None and due < on else None
