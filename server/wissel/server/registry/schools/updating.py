"""What an operator corrects of a school by hand (R1)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from wissel.routing.facts import OPERATOR_SOURCE, Location, School, Successor
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Brin, Vestiging
from wissel.routing.values.texts import NAME_LIMIT, named_line
from wissel.server.registry.commands import KEEP, Keep
from wissel.server.registry.finding import check_etag, get_school
from wissel.server.registry.ports import Snapshot, Transaction
from wissel.server.registry.schools.registration import board_of

_LOCATIONS = "locations"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateLocation:
    """What to correct of a location; None for a day or a successor takes it away."""

    vestiging: Vestiging
    name: str | Literal[Keep.KEEP] = KEEP
    closed: dt.date | Literal[Keep.KEEP] | None = KEEP
    successor: Successor | Literal[Keep.KEEP] | None = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSchool:
    """What to correct of a school; `board_name` names a board that is new."""

    brin: Brin
    board: BoardNumber | Literal[Keep.KEEP] = KEEP
    board_name: str = ""
    locations: tuple[UpdateLocation, ...] = ()
    etag: str = ""


async def update_school(transaction: Transaction, command: UpdateSchool) -> School:
    """Correct what is known of a school, and return it.

    1. It is known, and as the caller read it: SCHOOL_NOT_FOUND, ETAG_MISMATCH.
    2. Its board, and the name and the closing of a location, are corrected where an
       operator registered them alone: KEPT_BY_RIO.
    3. Each location is one of its own, and named once: VESTIGING_NOT_FOUND, FIELD_INVALID.
    4. A name is one line: FIELD_REQUIRED, FIELD_INVALID, PERSON_NUMBER_IN_TEXT. A last
       day is not to come: FIELD_INVALID.
    5. Only a closed location has a successor, which is another one and known:
       FIELD_INVALID, SCHOOL_NOT_FOUND, VESTIGING_NOT_FOUND. One that is opened again
       loses it.
    6. A board is not known by another name: FIELD_INVALID.
    """
    # 1.
    school = await get_school(transaction, command.brin)
    check_etag(school, command.etag)
    wanted = _by_vestiging(school, command.locations)  # 3.
    locations = []
    for location in school.locations:
        update = wanted.get(location.vestiging)
        changed = location if update is None else _changed(location, update, transaction.today)
        if changed.successor not in {None, location.successor}:
            await _check_successor(transaction, changed)
        locations.append(changed)
    school = replace(school, locations=tuple(locations))
    if command.board is KEEP or command.board == school.board:
        await transaction.put(school)
        return school
    _require_own(school.source, "board_number", school.brin)  # 2.
    board = await board_of(transaction, command.board, command.board_name)  # 6.
    school = replace(school, board=board.number)
    await transaction.put(board, school)
    return school


def _by_vestiging(
    school: School, updates: Iterable[UpdateLocation]
) -> Mapping[Vestiging, UpdateLocation]:
    known = {each.vestiging for each in school.locations}
    found: dict[Vestiging, UpdateLocation] = {}
    for update in updates:
        if update.vestiging not in known:
            raise _not_found(update.vestiging)
        if update.vestiging in found:
            raise _invalid("vestiging", update.vestiging, "it is there twice")
        found[update.vestiging] = update
    return found


def _changed(location: Location, update: UpdateLocation, today: dt.date) -> Location:
    """Return a location as it is to be."""
    # 2.
    for field in _own_fields(location, update):
        _require_own(location.source, f"{_LOCATIONS}.{field}", location.vestiging)
    # 4.
    name, closed, successor = location.name, location.closed, location.successor
    if update.name is not KEEP:
        name = named_line(update.name, f"{_LOCATIONS}.name", NAME_LIMIT)
    if update.closed is not KEEP:
        closed = update.closed
    if closed is not None and closed > today:
        raise _invalid("closed_date", str(closed), "a location closes once its last day has come")
    # 5.
    if update.successor is not KEEP:
        successor = update.successor
        if successor is not None and closed is None:
            raise _invalid("successor", successor, f"{location.vestiging} has not closed")
    if closed is None:
        successor = None
    return replace(location, name=name, closed=closed, successor=successor)


def _own_fields(location: Location, update: UpdateLocation) -> Iterator[str]:
    """Yield the fields that an update changes, and that are RIO's to tell of its schools."""
    if update.name is not KEEP and update.name != location.name:
        yield "name"
    if update.closed is not KEEP and update.closed != location.closed:
        yield "closed_date"


async def _check_successor(snapshot: Snapshot, location: Location) -> None:
    successor = location.successor
    if successor is None:
        return
    if successor in {location.vestiging, location.vestiging.brin}:
        raise _invalid("successor", successor, "a location does not succeed itself")
    brin = successor if isinstance(successor, Brin) else successor.brin
    school = await snapshot.get(School, brin)
    if school is None:
        raise Refused(Reason.SCHOOL_NOT_FOUND, field=f"{_LOCATIONS}.successor", brin=brin)
    if successor not in {brin, *(each.vestiging for each in school.locations)}:
        raise _not_found(successor, "successor")


def _require_own(source: str, field: str, subject: str) -> None:
    if source != OPERATOR_SOURCE:
        raise Refused(Reason.KEPT_BY_RIO, field=field, subject=subject, source=source)


def _invalid(field: str, value: str, problem: str) -> Refused:
    return Refused(
        Reason.FIELD_INVALID, field=f"{_LOCATIONS}.{field}", value=value, problem=problem
    )


def _not_found(vestiging: str, field: str = "vestiging") -> Refused:
    return Refused(Reason.VESTIGING_NOT_FOUND, field=f"{_LOCATIONS}.{field}", vestiging=vestiging)
