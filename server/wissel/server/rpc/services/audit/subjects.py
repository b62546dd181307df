"""Of what a history is asked for, and who reads it."""

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from wissel.audit.v1 import audit_service_pb2 as pb
from wissel.routing.facts import (
    Agreement,
    Endpoint,
    Fact,
    Mandate,
    Party,
    Qualification,
    School,
    Service,
    System,
)
from wissel.routing.facts.keys import key_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Brin, Oin, ServiceCode, Swv, SystemId
from wissel.server.registry.events import OfFact
from wissel.server.registry.finding import (
    get_board,
    get_party,
    get_school,
    get_service,
    get_swv,
    no_agreement,
    no_endpoint,
    no_mandate,
    no_system,
)
from wissel.server.registry.history.audience import Reader
from wissel.server.registry.history.reading import (
    About,
    AboutBoard,
    AboutOne,
    AboutOrganisation,
)
from wissel.server.registry.ports import Snapshot
from wissel.server.rpc.calls.call import caller, current
from wissel.server.rpc.requests.parsing import uuid
from wissel.server.rpc.requests.scoping import current_scope, scope_in

_BY_ID: Final[Mapping[str, tuple[type[Fact], Callable[[UUID], Refused]]]] = {
    "mandate_id": (Mandate, no_mandate),
    "endpoint_id": (Endpoint, no_endpoint),
    "agreement_id": (Agreement, no_agreement),
}
_QUALIFICATION: Final = "a system and a service, such as las-noord/OSO_OV"


async def about_in(snapshot: Snapshot, request: pb.ListHistoryRequest) -> About:
    """Return of what a history is asked for.

    Raises `Refused` with FIELD_REQUIRED without it, and where everybody may know that it
    does not exist; for what is somebody's own the answer tells that.
    """
    which = request.WhichOneof("subject")
    match which:
        case "mandate_id" | "endpoint_id" | "agreement_id":
            kind, unknown = _BY_ID[which]
            key = uuid(getattr(request, which), which)
            return AboutOne(kind=kind, key=str(key), unknown=unknown(key))
        case "system_id":
            system_id = SystemId.parse(request.system_id, which)
            return AboutOne(kind=System, key=system_id, unknown=no_system(system_id))
        case "qualification":
            return await _qualification(snapshot, request.qualification)
        case None:
            raise Refused(Reason.FIELD_REQUIRED, field="subject")
        case _:
            return await _of_what_is_public(snapshot, request)


async def _of_what_is_public(snapshot: Snapshot, request: pb.ListHistoryRequest) -> About:
    """Return of what a history is asked for that everybody may know to be there."""
    match request.WhichOneof("subject"):
        case "party_oin":
            party = await get_party(snapshot, Oin.parse(request.party_oin, "party_oin"))
            return AboutOne(kind=Party, key=party.oin)
        case "service":
            code = ServiceCode.parse(request.service, "service")
            return AboutOne(kind=Service, key=(await get_service(snapshot, code)).code)
        case "brin":
            school = await get_school(snapshot, Brin.parse(request.brin, "brin"))
            return AboutOrganisation(school.brin)
        case "swv":
            return AboutOrganisation((await get_swv(snapshot, Swv.parse(request.swv, "swv"))).code)
        case _:
            number = BoardNumber.parse(request.board_number, "board_number")
            return AboutBoard((await get_board(snapshot, number)).number)


async def reader_in(snapshot: Snapshot) -> Reader:
    """Return who reads: a person by its boards, a machine by its certificate.

    Raises `Refused` with KVK_UNKNOWN or KVK_AMBIGUOUS.
    """
    person = current().person
    if person is None:
        scope = current_scope()
        return Reader(
            everything=scope.operator,
            party=caller().party,
            systems=scope.systems,
            services=scope.services,
        )
    if person.brins is None:
        signatories = (await scope_in(snapshot)).signatories
        return Reader(
            boards=frozenset(each for each in signatories if isinstance(each, BoardNumber)),
            swvs=frozenset(each for each in signatories if isinstance(each, Swv)),
        )
    boards = person.boards
    if boards is None:  # whoever has its schools now
        schools = await snapshot.find(School, key=tuple(sorted(person.brins)))
        boards = frozenset(school.board for school in schools)
    return Reader(boards=boards, brins=person.brins)


async def _qualification(snapshot: Snapshot, text: str) -> AboutOne:
    """Return the qualification of a system for a service, which may have an alias."""
    system, separator, service = text.partition("/")
    if not separator:
        raise Refused(Reason.FIELD_INVALID, field="qualification", expected=_QUALIFICATION)
    system_id = SystemId.parse(system, "qualification")
    code = (await get_service(snapshot, ServiceCode.parse(service, "qualification"))).code
    return AboutOne(
        kind=Qualification,
        key=key_of(Qualification(system_id=system_id, service=code)),
        owned=OfFact(kind=System, key=system_id),
        unknown=no_system(system_id, "qualification"),
    )
