"""Registering a school that DUO's files lack, by an operator (R1)."""

import re
from dataclasses import dataclass, replace
from typing import Final

from wissel.routing.facts import OPERATOR_SOURCE, Board, Location, School, Sector
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Brin, Vestiging
from wissel.routing.values.points import Point
from wissel.routing.values.texts import NAME_LIMIT, free_line, named_line
from wissel.server.registry.ports import Snapshot, Transaction
from wissel.server.registry.schools.duo.formats import MUNICIPALITY, POSTCODE

_LOCATIONS: Final = "school.locations"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLocation:
    """A location of a school that an operator registers; only its name is needed.

    `postcode` and `municipality` (a gemeentenummer) are as DUO's files write them,
    `sector` and `point` are None if they are not known.
    """

    vestiging: Vestiging
    name: str
    postcode: str = ""
    city: str = ""
    municipality: str = ""
    sector: Sector | None = None
    point: Point | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSchool:
    """A school that DUO's files lack.

    `board_name` names a board that is new or has no name yet; otherwise it is
    empty, or the name that is known.
    """

    brin: Brin
    board: BoardNumber
    locations: tuple[NewLocation, ...]
    board_name: str = ""


async def register_school(transaction: Transaction, command: RegisterSchool) -> School:
    """Record a school that no file reports, with its board if that is new.

    1. It has at least one location, each of its own BRIN and named once:
       FIELD_REQUIRED, FIELD_INVALID.
    2. The register does not have it yet: ALREADY_REGISTERED.
    3. Its board is not known by another name: FIELD_INVALID.
    4. Each location has a name, and its texts are as `texts.free_line` and DUO's
       files have them: FIELD_REQUIRED, FIELD_INVALID, PERSON_NUMBER_IN_TEXT.
    """
    _check_locations(command)  # 1.
    # 2.
    if await transaction.get(School, command.brin) is not None:
        raise Refused(
            Reason.ALREADY_REGISTERED, field="school.brin", entity="school", key=command.brin
        )
    board = await board_of(transaction, command.board, command.board_name)  # 3.
    school = School(
        brin=command.brin,
        board=command.board,
        source=OPERATOR_SOURCE,
        locations=tuple(  # 4.
            _location(each) for each in sorted(command.locations, key=lambda each: each.vestiging)
        ),
    )
    await transaction.put(board, school)
    return school


def _check_locations(command: RegisterSchool) -> None:
    if not command.locations:
        raise Refused(Reason.FIELD_REQUIRED, field=_LOCATIONS)
    seen: set[Vestiging] = set()
    for each in command.locations:
        if each.vestiging.brin != command.brin:
            raise _location_invalid(each.vestiging, f"it is not of BRIN {command.brin}")
        if each.vestiging in seen:
            raise _location_invalid(each.vestiging, "it is there twice")
        seen.add(each.vestiging)


def _location(new: NewLocation) -> Location:
    return Location(
        vestiging=new.vestiging,
        name=named_line(new.name, f"{_LOCATIONS}.name", NAME_LIMIT),
        source=OPERATOR_SOURCE,
        postcode=_matching(POSTCODE, new.postcode, "postcode").replace(" ", ""),
        city=free_line(new.city, f"{_LOCATIONS}.city", NAME_LIMIT),
        municipality=_four_digits(_matching(MUNICIPALITY, new.municipality, "municipality_code")),
        sector=new.sector,
        point=new.point,
    )


def _matching(pattern: re.Pattern[str], text: str, name: str) -> str:
    """Return a text that is empty or matches; a refusal does not repeat a wrong one."""
    if text and not pattern.fullmatch(text):
        expected = "1234 AB" if pattern is POSTCODE else "one to four digits"
        raise Refused(Reason.FIELD_INVALID, field=f"{_LOCATIONS}.{name}", expected=expected)
    return text


def _four_digits(municipality: str) -> str:
    return municipality.zfill(4) if municipality else ""


def _location_invalid(vestiging: Vestiging, problem: str) -> Refused:
    return Refused(
        Reason.FIELD_INVALID,
        field=f"{_LOCATIONS}.vestiging",
        value=vestiging,
        problem=problem,
    )


async def board_of(snapshot: Snapshot, number: BoardNumber, board_name: str) -> Board:
    """Return a board as it is known, with a name that it lacked, or new.

    Raises `Refused(FIELD_INVALID)` if it is known by another name.
    """
    board = await snapshot.get(Board, number) or Board(number=number)
    name = free_line(board_name, "board_name", NAME_LIMIT)
    if not name or name == board.name:
        return board
    if board.name:
        raise Refused(
            Reason.FIELD_INVALID,
            field="board_name",
            problem="this board is known by another name",
        )
    return replace(board, name=name)
