"""ValidateMandate: whether a supplier may act, decided as routes are (design.md#acting)."""

import datetime as dt
from collections.abc import Sequence
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

    `services` are those for which it is OK, and all that were asked about if it is
    NOK; `mandate_id` is of the first of them. `reason` is why not, empty for an
    asker that may not know. `shown` is whether the asker may see the mandate
    itself: the supplier, and operators.
    """

    services: Sequence[ServiceCode]
    mandate_id: UUID | None
    reason: str
    shown: bool


def validate_mandate(
    table: Table, request: pb.ValidateMandateRequest, who: Caller, today: dt.date
) -> Verdict:
    """Return whether one of the supplier's systems may act for the organisation.

    Of a namespace that several services have, it is OK if that holds for one of
    them; if it is NOK for all, the reason is that of the first, in order of code,
    for which there is a mandate. An unknown organisation or supplier is NOK.
    `Refused` for a service that is unknown (SERVICE_NOT_FOUND,
    SERVICE_VERSION_NOT_FOUND).
    """
    day = parse_optional_day(request.reference_date, "reference_date") or today
    giver = _organisation(table, request)
    supplier = Oin.parse(request.supplier_oin, "supplier_oin")
    services = _services(table, request)
    outcomes = {each: _outcome(table, giver, each, supplier, day) for each in services}
    permissions = {
        service: outcome for service, outcome in outcomes.items() if isinstance(outcome, Permission)
    }
    itself = who.oin == supplier
    if permissions:
        return Verdict(
            services=list(permissions),
            mandate_id=next(iter(permissions.values())).mandate_id,
            reason="",
            shown=itself or who.operator,
        )
    reasons = [outcome for outcome in outcomes.values() if isinstance(outcome, Reason)]
    reason = next((each for each in reasons if each is not Reason.MANDATE_MISSING), reasons[0])
    told = itself or who.role in (Role.OPERATOR, Role.CHAIN_PARTNER)
    return Verdict(services=services, mandate_id=None, reason=reason if told else "", shown=False)


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


def _services(table: Table, request: pb.ValidateMandateRequest) -> Sequence[ServiceCode]:
    """Return the services that are asked about, at least one, in order of code."""
    match request.WhichOneof("subject"):
        case "service":
            code = ServiceCode.parse(request.service, "service")
            service = table.service(code)
            if service is None:
                raise Refused(Reason.SERVICE_NOT_FOUND, field="service", service=code)
        case "namespace":
            return _services_of(table, Namespace.parse(request.namespace, "namespace"))
        case _:
            raise Refused(Reason.FIELD_REQUIRED, field="service")
    return [service.code]


def _services_of(table: Table, namespace: Namespace) -> Sequence[ServiceCode]:
    """Return the services that have this version; with OSO several may have it."""
    codes = [service.code for service in table.services_with(namespace)]
    if not codes:
        raise Refused(
            Reason.SERVICE_VERSION_NOT_FOUND, field="namespace", service_version=namespace
        )
    return codes
