"""Schools, boards and samenwerkingsverbanden as they are answered."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from wissel.routing.deciding.lacking import agreements_lacking
from wissel.routing.facts import (
    OPERATOR_SOURCE,
    Board,
    Location,
    PostcodeArea,
    Samenwerkingsverband,
    School,
)
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.catalogue.contacts import contact_text
from wissel.routing.refusals.catalogue.entry import Contact
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Postcode4
from wissel.school.v1 import school_pb2, school_service_pb2
from wissel.server.registry.schools.areas import Areas, digits_of
from wissel.server.registry.schools.differences import BoardMove
from wissel.server.registry.schools.file_import import ImportReport
from wissel.server.registry.schools.locating import Located
from wissel.server.rpc.requests.parsing import day_text

MAX_CHANGES: Final = 20_000
"""Most changes that the answer to an import lists; its counts are of all changes."""


MAX_MOVES: Final = 1000
"""Most pairs of boards between which the answer to an import tells that schools move."""
MAX_MOVED: Final = 100
"""Most schools that it names of each; it counts all."""
NO_AREAS: Final[Areas] = {}
_NOWHERE: Final = PostcodeArea(postcode=Postcode4(""))


def school_message(school: School, areas: Areas = NO_AREAS) -> school_pb2.School:
    """Return a school with its locations in order, each in its region."""
    return school_pb2.School(
        brin=school.brin,
        name=school.name,
        oin=school.brin.oin,
        board_number=school.board,
        locations=[_location_message(each, areas) for each in school.locations],
        closed_date=day_text(school.closed),
        source=school.source,
        etag=etag_of(school),
        sectors=sorted(school.sectors),
        successor=school.successor or "",
    )


def _location_message(location: Location, areas: Areas) -> school_pb2.Location:
    digits = digits_of(location)
    area = (None if digits is None else areas.get(digits)) or _NOWHERE
    latitude, longitude = location.point.degrees if location.point else (None, None)
    return school_pb2.Location(
        vestiging=location.vestiging,
        name=location.name,
        postcode=location.postcode,
        city=location.city,
        municipality_code=location.municipality,
        closed_date=day_text(location.closed),
        sector=location.sector or "",
        latitude=latitude,
        longitude=longitude,
        holiday_region=location.holiday_region or "",
        successor=location.successor or "",
        swv_po=area.swv_po or "",
        swv_vo=area.swv_vo or "",
    )


def corrected_at(school: School, language: str) -> str:
    """Return where what is wrong of a school is corrected, in English or Dutch."""
    kept_here = school.source == OPERATOR_SOURCE
    desk = contact_text(Contact.OPERATOR if kept_here else Contact.RIO)
    return desk["nl" if language == "nl" else "en"]


def board_message(board: Board, school_count: int) -> school_pb2.Board:
    """Return a board with the number of its open schools."""
    return school_pb2.Board(
        board_number=board.number,
        name=board.name,
        kvk_number=board.kvk,
        school_count=school_count,
        etag=etag_of(board),
    )


def swv_message(swv: Samenwerkingsverband) -> school_pb2.Samenwerkingsverband:
    """Return a samenwerkingsverband."""
    return school_pb2.Samenwerkingsverband(
        swv=swv.code, name=swv.name, oin=swv.oin, etag=etag_of(swv), kvk_number=swv.kvk
    )


def move_messages(
    moves: Sequence[BoardMove], table: Table, today: dt.date
) -> list[school_service_pb2.BoardMove]:
    """Return the largest moves of schools, each with the agreements that its new board lacks."""
    return [
        school_service_pb2.BoardMove(
            old_board_number=move.old,
            new_board_number=move.new,
            school_count=len(move.schools),
            brins=move.schools[:MAX_MOVED],
            lacking_agreements=agreements_lacking(table, move.schools, move.new, today),
        )
        for move in moves[:MAX_MOVES]
    ]


def import_message(
    report: ImportReport, moves: Iterable[school_service_pb2.BoardMove]
) -> school_service_pb2.ImportSchoolsResponse:
    """Return what a file changed: at most `MAX_CHANGES` changes, and the counts of all."""
    return school_service_pb2.ImportSchoolsResponse(
        source=report.source,
        as_of_date=report.as_of.isoformat(),
        line_count=report.line_count,
        change_counts={str(kind): count for kind, count in report.counts.items()},
        changes=[
            school_service_pb2.SchoolChange(
                kind=change.kind,
                subject=change.subject,
                before=change.before,
                after=change.after,
            )
            for change in report.changes[:MAX_CHANGES]
        ],
        moves=moves,
    )


def located_message(found: Located) -> school_service_pb2.LocateSchoolsResponse:
    """Return what points changed, and the locations that they did not tell of."""
    return school_service_pb2.LocateSchoolsResponse(
        located_count=found.changed,
        unknown_vestigingen=found.unknown,
        doubled_vestigingen=found.doubled,
        unlocated_vestigingen=found.unlocated,
    )
