"""What a board holds: its schools, and all mandates of these, as they stand on a day."""

from dataclasses import dataclass
from typing import Final

from wissel.clients.cli.paging import collect
from wissel.clients.cli.session import Session
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.school.v1 import school_pb2
from wissel.school.v1 import school_service_pb2 as schools_pb
from wissel.school.v1.school_service_pb2_grpc import SchoolServiceStub

_ALL = 1_000_000
SIGNING_OPEN: Final = "SIGNING_OPEN"
"""The step of an agreement that counts without having been signed."""
NOTES: Final = frozenset({"SERVICE_NOTE", SIGNING_OPEN})
"""Steps that keep nothing from working."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """The open schools of a board in order of BRIN, and their mandates that have not ended."""

    schools: list[school_pb2.School]
    mandates: list[pb.Mandate]


def holdings(session: Session, board: str, on: str = "") -> Holdings:
    """Return what a board holds on a day (`yyyy-mm-dd`, by default today).

    Raises `Refused`, such as BOARD_NOT_FOUND.
    """
    found = collect(
        session,
        lambda c: MandateServiceStub(c).ListMandates,
        pb.ListMandatesRequest(board_number=board, on_date=on),
        lambda page: page.mandates,
        _ALL,
    )
    schools = collect(
        session,
        lambda c: SchoolServiceStub(c).ListSchools,
        schools_pb.ListSchoolsRequest(board_number=board),
        lambda page: page.schools,
        _ALL,
    )
    mandates = sorted(found, key=lambda each: (each.brin, each.service, each.start_date))
    return Holdings(schools=schools, mandates=mandates)


def state_of(mandate: pb.Mandate) -> str:
    """Return the first reason for which a mandate does not count, or else its status."""
    gaps = (step.reason for step in mandate.next_steps if step.reason not in NOTES)
    return mandate.status if mandate.status != "ACTIVE" else next(gaps, mandate.status)
