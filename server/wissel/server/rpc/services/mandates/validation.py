"""ValidateMandate: whether a supplier may act, decided as routes are (design.md#acting)."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.deciding.decision import Permission, Refusal
from wissel.routing.deciding.may_act import may_act
from wissel.routing.facts import Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.values.days import parse_optional_day
from wissel.routing.values.identifiers import Brin, Namespace, Oin, Organisation, ServiceCode, Swv
from wissel.server.rpc.calls.call import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer: OK with a `mandate_id`, NOK without.

    `reason` is why not, empty for an asker that may not know. `shown` is whether
    the asker may see the mandate itself: the supplier, and operators.
    """

    mandate_id: UUID | None
    reason: str
    shown: bool


def validate_mandate(
    table: Table, request: pb.ValidateMandateRequest, who: Caller, today: dt.date
) -> Verdict:
    """Return whether one of the supplier's systems may act for the organisation.

    An unknown organisation or supplier is NOK. `Refused` for a service that is
    unknown (SERVICE_NOT_FOUND, SERVICE_VERSION_NOT_FOUND), and for a namespace
    that several services have (FIELD_INVALID).
    """
    day = parse_optional_day(request.reference_date, "reference_date") or today
    giver = _organisation(table, request)
    supplier = Oin.parse(request.supplier_oin, "supplier_oin")
    service = _service(table, request)
    outcome = _outcome(table, giver, service, supplier, day)
    itself = who.oin == supplier
    if isinstance(outcome, Permission):
        return Verdict(mandate_id=outcome.mandate_id, reason="", shown=itself or who.operator)
    told = itself or who.role in (Role.OPERATOR, Role.CHAIN_PARTNER)
    return Verdict(mandate_id=None, reason=outcome if told else "", shown=False)


def _outcome(
    table: Table, giver: Organisation | None, service: ServiceCode, supplier: Oin, day: dt.date
) -> Permission | Reason:
    """Return the permission of one of the supplier's systems, or why none of them may act.

    That is the reason of the first system that has a mandate, and
    MANDATE_MISSING if none has.
    """
    if giver is None:
        return Reason.SCHOOL_NOT_FOUND
    reason = Reason.MANDATE_MISSING
    for system_id in table.systems_of(supplier):
        found = may_act(table, giver, service, system_id, day, side=Side.QUERY)
        if isinstance(found, Refusal):
            reason = found.reason if reason is Reason.MANDATE_MISSING else reason
        else:
            return found
    return reason


def _organisation(table: Table, request: pb.ValidateMandateRequest) -> Organisation | None:
    match request.WhichOneof("organisation"):
        case "brin":
            return Brin.parse(request.brin, "brin")
        case "swv":
            return Swv.parse(request.swv, "swv")
        case "organisation_oin":
            oin = Oin.parse(request.organisation_oin, "organisation_oin")
            return table.organisation_of(oin)
        case _:
            raise Refused(Reason.FIELD_REQUIRED, field="brin")


def _service(table: Table, request: pb.ValidateMandateRequest) -> ServiceCode:
    match request.WhichOneof("subject"):
        case "service":
            code = ServiceCode.parse(request.service, "service")
            service = table.service(code)
            if service is None:
                raise Refused(Reason.SERVICE_NOT_FOUND, field="service", service=code)
        case "namespace":
            return _service_of(table, Namespace.parse(request.namespace, "namespace"))
        case _:
            raise Refused(Reason.FIELD_REQUIRED, field="service")
    return service.code


def _service_of(table: Table, namespace: Namespace) -> ServiceCode:
    """Return the only service that has this version; with OSO several may have it."""
    codes = sorted(
        {
            service.code
            for service in table.reference.services.values()
            if any(version.namespace == namespace for version in service.versions)
        }
    )
    match codes:
        case []:
            raise Refused(
                Reason.SERVICE_VERSION_NOT_FOUND, field="namespace", service_version=namespace
            )
        case [code]:
            return code
        case _:
            problem = f"{' and '.join(codes)} share it"
            raise Refused(
                Reason.FIELD_INVALID, field="namespace", problem=problem, expected="a service code"
            )
