"""What requests about schools ask for, as commands of the register."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from wissel.routing.facts import PostcodeArea, Sector, Successor
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import parse_optional_day
from wissel.routing.values.identifiers import (
    BoardNumber,
    Brin,
    KvkNumber,
    Oin,
    Postcode4,
    Swv,
    Vestiging,
)
from wissel.routing.values.points import Point
from wissel.school.v1 import school_pb2
from wissel.school.v1 import school_service_pb2 as pb
from wissel.server.registry.commands import KEEP, Keep
from wissel.server.registry.schools import registration
from wissel.server.registry.schools.swv import RegisterSwv
from wissel.server.registry.schools.updating import UpdateLocation, UpdateSchool
from wissel.server.rpc.requests.parsing import few, optional, optional_choice, required

MAX_LOCATIONS: Final = 100
"""Most locations of a school: a vestiging has two digits."""
MAX_POINTS: Final = 15_000
"""Most points of one request: the Netherlands has some 10,000 locations of schools."""
MAX_SWVS: Final = 1000
"""Most samenwerkingsverbanden of one request: there are some 150."""
MAX_POSTCODES: Final = 10_000
"""Most postcodes of one request: there are 9,000 of four digits."""


def kvk_asked_for(
    request: pb.UpdateBoardRequest | pb.UpdateSamenwerkingsverbandRequest,
) -> KvkNumber | str | None:
    """Return the number that is asked for: None leaves it, an empty text takes it away."""
    if not request.HasField("kvk_number"):
        return None
    return optional(KvkNumber, request.kvk_number, "kvk_number") or ""


def registration_in(request: pb.RegisterSchoolRequest) -> registration.RegisterSchool:
    """Return the school to register; raises `Refused` for what is malformed."""
    school = request.school
    brin = Brin.parse(school.brin, "school.brin")
    if len(school.locations) > MAX_LOCATIONS:
        raise Refused(
            Reason.FIELD_INVALID,
            field="school.locations",
            expected=f"at most {MAX_LOCATIONS} locations",
        )
    return registration.RegisterSchool(
        brin=brin,
        board=BoardNumber.parse(school.board_number, "school.board_number"),
        board_name=request.board_name,
        locations=tuple(
            registration.NewLocation(
                vestiging=Vestiging.within(
                    brin,
                    required(each.vestiging, "school.locations.vestiging"),
                    "school.locations.vestiging",
                ),
                name=each.name,
                postcode=each.postcode,
                city=each.city,
                municipality=each.municipality_code,
                sector=optional_choice(Sector, each.sector, "school.locations.sector"),
                point=_point(each),
            )
            for each in school.locations
        ),
    )


def _point(location: school_pb2.Location) -> Point | None:
    if not location.HasField("latitude") and not location.HasField("longitude"):
        return None
    return Point.parse(location.latitude, location.longitude, "school.locations.latitude")


def update_in(request: pb.UpdateSchoolRequest) -> UpdateSchool:
    """Return what to correct of a school; raises `Refused` for what is malformed."""
    brin = Brin.parse(request.brin, "brin")
    locations = few(request.locations, MAX_LOCATIONS, "locations")
    board: BoardNumber | Literal[Keep.KEEP] = KEEP
    if request.HasField("board_number"):
        board = BoardNumber.parse(request.board_number, "board_number")
    return UpdateSchool(
        brin=brin,
        board=board,
        board_name=request.board_name,
        locations=tuple(_location_update(brin, each) for each in locations),
        etag=request.etag,
    )


def _location_update(brin: Brin, update: pb.LocationUpdate) -> UpdateLocation:
    field = "locations.vestiging"
    asked = UpdateLocation(
        vestiging=Vestiging.within(brin, required(update.vestiging, field), field)
    )
    if update.HasField("name"):
        asked = replace(asked, name=update.name)
    if update.HasField("closed_date"):
        asked = replace(
            asked, closed=parse_optional_day(update.closed_date, "locations.closed_date")
        )
    if update.HasField("successor"):
        asked = replace(asked, successor=_successor(update.successor))
    return asked


def _successor(text: str) -> Successor | None:
    field = "locations.successor"
    if Brin.pattern.fullmatch(text):
        return Brin.parse(text, field)
    return optional(Vestiging, text, field)


def points_in(request: pb.LocateSchoolsRequest) -> Sequence[tuple[Vestiging, Point]]:
    """Return the points of a request; raises `Refused`, with the number of the point from 0."""
    few(request.points, MAX_POINTS, "points")
    return [
        (
            Vestiging.parse(each.vestiging, f"points[{number}].vestiging"),
            Point.parse(each.latitude, each.longitude, f"points[{number}]"),
        )
        for number, each in enumerate(request.points)
    ]


def swvs_in(request: pb.ImportSamenwerkingsverbandenRequest) -> Sequence[RegisterSwv]:
    """Return the samenwerkingsverbanden of a request; raises `Refused` for what is malformed."""
    rows = few(request.samenwerkingsverbanden, MAX_SWVS, "samenwerkingsverbanden")
    return [
        RegisterSwv(
            code=Swv.parse(each.swv, f"samenwerkingsverbanden[{number}].swv"),
            name=each.name,
            oin=Oin.parse(each.oin, f"samenwerkingsverbanden[{number}].oin"),
            kvk=optional(
                KvkNumber, each.kvk_number, f"samenwerkingsverbanden[{number}].kvk_number"
            ),
        )
        for number, each in enumerate(rows)
    ]


def areas_in(request: pb.ImportPostcodesRequest) -> Sequence[PostcodeArea]:
    """Return the postcodes of a request; raises `Refused` for what is malformed."""
    rows = few(request.areas, MAX_POSTCODES, "areas")
    return [
        PostcodeArea(
            postcode=Postcode4.parse(each.postcode, f"areas[{number}].postcode"),
            swv_po=_swv_of("PO", each.swv_po, f"areas[{number}].swv_po"),
            swv_vo=_swv_of("VO", each.swv_vo, f"areas[{number}].swv_vo"),
        )
        for number, each in enumerate(rows)
    ]


def _swv_of(sector: str, text: str, field: str) -> Swv | None:
    """Return the samenwerkingsverband of a sector, None for an empty text."""
    swv = optional(Swv, text, field)
    if swv is not None and not swv.startswith(sector):
        raise Refused(Reason.FIELD_INVALID, field=field, value=swv, expected=f"one of {sector}")
    return swv
