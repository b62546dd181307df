"""The commands about several mandates at once, and about one that has not begun."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from wissel.routing.values.identifiers import Brin, Organisation, ServiceCode, SystemId


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawMandate:
    """A mandate that is taken back before its first day."""

    mandate_id: UUID
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchSystem:
    """Another system for one or more services (codes or aliases) of one organisation.

    `start` is the first day of the other system, by default today, and `end` the last
    day of its mandates. With `provides_until` the system that makes way may provide
    until that day the dossiers that it has prepared.
    """

    organisation: Organisation
    services: tuple[ServiceCode, ...]
    from_system: SystemId
    to_system: SystemId
    start: dt.date | None = None
    end: dt.date | None = None
    provides_until: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoSwitch:
    """The mandates that a switch gave, and whose first day is still to come."""

    mandate_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyMandate:
    """A preview that a person confirms with its token.

    `targets` are the schools that the preview named, empty if it was of all others.
    `person` is who confirms: `alias:sub` of a login, or the caller's OIN and an account.
    """

    mandate_id: UUID
    targets: frozenset[Brin]
    token: str
    person: str
