"""What requests about schools ask for, as commands of the register."""

from collections.abc import Sequence
from typing import Final

from wissel.routing.facts import Sector
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Brin, KvkNumber, Vestiging
from wissel.routing.values.points import Point
from wissel.school.v1 import school_pb2
from wissel.school.v1 import school_service_pb2 as pb
from wissel.server.registry.schools import registration
from wissel.server.rpc.requests.parsing import few, optional, optional_choice, required

MAX_POINTS: Final = 15_000
"""Most points of one request: the Netherlands has some 10,000 locations of schools."""


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
    if len(school.locations) > 100:  # noqa: PLR2004 - a vestiging has two digits
        raise Refused(
            Reason.FIELD_INVALID, field="school.locations", expected="at most 100 locations"
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
