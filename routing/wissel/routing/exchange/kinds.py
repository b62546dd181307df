"""Which dossiers may travel between whom (design.md#kinds).

A rule of OSO, not of a route: a route may exist for an exchange that no kind
of dossier fits.
"""

from typing import Final

from wissel.routing.exchange.envelope import SKEW, EnvelopeContext, Kind
from wissel.routing.facts import Sector, Service
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Brin, Organisation, RoutingKey, ServiceCode, Swv

SERVICE_OF_KIND: Final = {
    Kind.OVERSTAP: ServiceCode("OSO_OV"),
    Kind.WITHIN_BRIN: ServiceCode("OSO_OV"),
    Kind.SWV: ServiceCode("OSO_SWV"),
    Kind.FEEDBACK: ServiceCode("OSO_SWV"),
}
"""The one service over which each kind travels."""
RECEIVED_OVER: Final = {**SERVICE_OF_KIND, Kind.FEEDBACK: ServiceCode("OSO_OV")}
"""The service at whose endpoints each kind is received: a terugkoppeling goes to a school's LAS."""
CONSENTED: Final = "Ja"
_VO_ALONE: Final = frozenset({Sector.VO})


def check_kind(context: EnvelopeContext, service: Service) -> None:
    """Check the rules of kinds that can be checked before a route is decided.

    `service` is the one that the context names, by code or alias.

    1. The service is forwardable: `Refused(SERVICE_NOT_FORWARDABLE)`.
    2. The kind travels over this service: `Refused(KIND_NOT_ALLOWED)`.
    3. The kind fits sender and receiver: `Refused(RELATION_INVALID)`.
    4. Within one BRIN, and with a terugkoppeling, the sender names its own delivery
       point: `Refused(FIELD_REQUIRED)`.
    5. The parents have seen an overstapdossier, on a day that is stated and has
       come (OVa.IZ02, OVa.IZ03): `Refused(INZAGE_NOT_ATTESTED)`. Whether they
       agree with what it says never matters.
    """
    # 1.
    if not service.forwardable:
        raise Refused(Reason.SERVICE_NOT_FORWARDABLE, service=service.code)
    # 2.
    if SERVICE_OF_KIND[context.kind] != service.code:
        raise Refused(Reason.KIND_NOT_ALLOWED, overdrachtsoort=context.kind, service=service.code)
    # 3.
    require_relation(context.kind, context.sender.organisation, context.receiver.organisation)
    # 4.
    named = _within_one(context) or context.kind is Kind.FEEDBACK
    if named and context.sender.routing_key is None:
        raise Refused(Reason.FIELD_REQUIRED, field="sender.routing_key")
    # 5.
    if context.kind is Kind.OVERSTAP and not _inzage_attested(context):
        raise Refused(Reason.INZAGE_NOT_ATTESTED)


def check_consent(
    context: EnvelopeContext, sender: frozenset[Sector], receiver: frozenset[Sector]
) -> None:
    """Check that the parents consented to an overstapdossier between two schools of vo.

    The sectors are those that sender and receiver may be of; who may be of
    another one is never refused (R11). OVa.IZ05 demands the consent in the dossier.

    Raises `Refused(TOESTEMMING_NOT_ATTESTED)`.
    """
    asked = context.kind is Kind.OVERSTAP and sender == receiver == _VO_ALONE
    if asked and context.attestation.toestemming != CONSENTED:
        raise Refused(Reason.TOESTEMMING_NOT_ATTESTED)


def check_delivery_point(context: EnvelopeContext, resolved: RoutingKey) -> None:
    """Check that a message within one BRIN goes to another delivery point than its sender's.

    Raises `Refused(SAME_DELIVERY_POINT)`.
    """
    if _within_one(context) and context.sender.routing_key == resolved:
        raise Refused(Reason.SAME_DELIVERY_POINT, routing_key=resolved)


def require_relation(kind: Kind, sender: Organisation, receiver: Organisation) -> None:
    """Check that a dossier of this kind may go from this sender to this receiver.

    A swv-dossier goes from a school to a samenwerkingsverband; the others go
    from school to school, and `overdrachtbinnenbrin` stays within one BRIN
    (OSO's GeenRelatieMetDoel). A terugkoppeling goes the other way round.

    Raises `Refused(RELATION_INVALID)`.
    """
    if not _relation_fits(kind, sender, receiver):
        raise Refused(
            Reason.RELATION_INVALID, overdrachtsoort=kind, sender=sender, receiver=receiver
        )


def _relation_fits(kind: Kind, sender: Organisation, receiver: Organisation) -> bool:
    if kind is Kind.FEEDBACK:
        return isinstance(sender, Swv) and isinstance(receiver, Brin)
    if not isinstance(sender, Brin):
        return False
    if kind is Kind.SWV:
        return isinstance(receiver, Swv)
    if not isinstance(receiver, Brin):
        return False
    return kind is Kind.OVERSTAP or sender == receiver


def _within_one(context: EnvelopeContext) -> bool:
    return context.sender.organisation == context.receiver.organisation


def _inzage_attested(context: EnvelopeContext) -> bool:
    date = context.attestation.inzage_date
    return date is not None and date <= day_of(context.created + SKEW)
