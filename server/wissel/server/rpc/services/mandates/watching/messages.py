"""What those who watch are told, as messages of the contract."""

import datetime as dt
from enum import StrEnum

from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.table import Table
from wissel.server.registry.watching import MandateChange, Part, SchoolChange, SchoolChangeKind
from wissel.server.rpc.requests.parsing import day_text
from wissel.server.rpc.services.mandates.messages import mandate_message
from wissel.server.rpc.services.mandates.watching.resuming import Resumption


class Cause(StrEnum):
    """Why a caller cannot be told only what changed."""

    START = "START"
    TOO_FAR = "TOO_FAR"
    ANOTHER_PAST = "ANOTHER_PAST"
    SCOPE = "SCOPE"


def reached(resumption: Resumption) -> pb.WatchMandatesResponse:
    """Return that all up to a revision has been told."""
    return pb.WatchMandatesResponse(
        registry_revision=resumption.revision, resume_token=resumption.token()
    )


def resync(resumption: Resumption, cause: Cause) -> pb.WatchMandatesResponse:
    """Return that a watch goes on from a revision, at which everything is to be listed."""
    response = reached(resumption)
    response.resync.cause = cause
    return response


def told(part: Part, token: str, table: Table, day: dt.date) -> pb.WatchMandatesResponse:
    """Return a part of what a revision changed; without a token more of it follows."""
    response = pb.WatchMandatesResponse(
        registry_revision=part.place.revision,
        resume_token=token,
        mandates=[_mandate(each, table, day) for each in part.mandates],
        schools=[_school(each) for each in part.schools],
    )
    response.recorded_time.FromDatetime(part.recorded)
    return response


def _mandate(change: MandateChange, table: Table, day: dt.date) -> pb.MandateChange:
    mandate = change.mandate
    system, service = table.system(mandate.system_id), table.service(mandate.service)
    usual = service.processing_days if service else 0
    return pb.MandateChange(
        kind=change.kind,
        mandate=mandate_message(mandate, system.party if system else None, usual, day),
        endpoint_ids=[str(each.endpoint_id) for each in change.endpoints],
        former_start_date=day_text(change.former_start),
    )


def _school(change: SchoolChange) -> pb.SchoolChange:
    school = change.school
    moved = SchoolChangeKind.MOVED in change.kinds
    return pb.SchoolChange(
        kinds=change.kinds,
        brin=school.brin,
        name=school.name,
        board_number=school.board,
        former_board_number=change.before.board if moved else "",
        closed_date=day_text(school.closed),
        closed_vestigingen=change.closed,
        reopened_vestigingen=change.reopened,
        successor=school.successor or "",
    )
