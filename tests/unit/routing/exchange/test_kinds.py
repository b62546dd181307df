"""Each combination of kind, service and relation, against the table in prose."""

import datetime as dt
from itertools import product

import pytest

from support.builders import envelopes
from wissel.clients.testing.cast import DUO
from wissel.routing.exchange.envelope import Address, Attestation, Kind
from wissel.routing.exchange.kinds import check_delivery_point, check_kind
from wissel.routing.facts import Service
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, RoutingKey, ServiceCode, Swv

BRIN, OTHER, SWV = Brin("99XA"), Brin("99XB"), Swv("PO9901")
KEY, OTHER_KEY = RoutingKey("0000000700099XA00001"), RoutingKey("0000000700099XA00002")
RELATIONS: dict[str, tuple[Brin | Swv, Brin | Swv]] = {
    "two BRINs": (BRIN, OTHER),
    "one BRIN": (BRIN, BRIN),
    "to an SWV": (BRIN, SWV),
    "from an SWV": (SWV, BRIN),
    "within an SWV": (SWV, SWV),
}
ALLOWED = {
    (Kind.OVERSTAP, "OSO_OV", "two BRINs"),
    (Kind.OVERSTAP, "OSO_OV", "one BRIN"),
    (Kind.WITHIN_BRIN, "OSO_OV", "one BRIN"),
    (Kind.SWV, "OSO_SWV", "to an SWV"),
    (Kind.FEEDBACK, "OSO_SWV", "from an SWV"),
}


def service(code: str) -> Service:
    forwardable = code.startswith("OSO")
    return Service(code=ServiceCode(code), name=code, owner=DUO.oin, forwardable=forwardable)


def expected(kind: Kind, code: str, relation: str) -> Reason | None:
    if code == "RIO":
        return Reason.SERVICE_NOT_FORWARDABLE
    if (kind in {Kind.SWV, Kind.FEEDBACK}) != (code == "OSO_SWV") or code == "OSO_NEW":
        return Reason.KIND_NOT_ALLOWED
    return None if (kind, code, relation) in ALLOWED else Reason.RELATION_INVALID


@pytest.mark.parametrize(
    ("kind", "code", "relation"),
    [*product(Kind, ("OSO_OV", "OSO_SWV", "OSO_NEW", "RIO"), RELATIONS)],
)
def test_kind_service_and_relation(kind: Kind, code: str, relation: str) -> None:
    sender, receiver = RELATIONS[relation]
    context = envelopes.context(
        kind=kind,
        sender=Address(organisation=sender, routing_key=KEY),
        receiver=Address(organisation=receiver),
    )
    reason = expected(kind, code, relation)

    if reason is None:
        check_kind(context, service(code))
    else:
        with pytest.raises(Refused) as refused:
            check_kind(context, service(code))
        assert refused.value.reason is reason


@pytest.mark.parametrize("kind", [Kind.OVERSTAP, Kind.WITHIN_BRIN])
def test_within_one_brin_the_sender_says_which_delivery_point_it_is(kind: Kind) -> None:
    here = Address(organisation=BRIN)

    with pytest.raises(Refused) as refused:
        check_kind(envelopes.context(kind=kind, sender=here, receiver=here), service("OSO_OV"))

    assert (refused.value.reason, refused.value.field) == (
        Reason.FIELD_REQUIRED,
        "sender.routing_key",
    )


@pytest.mark.parametrize(
    "attestation",
    [
        Attestation(),
        Attestation(inzage=True),
        Attestation(inzage=True, inzage_date=envelopes.NOW.date() + dt.timedelta(days=1)),
    ],
    ids=["no inzage", "no day", "a day to come"],
)
def test_an_overstapdossier_has_been_seen_by_the_parents(attestation: Attestation) -> None:
    with pytest.raises(Refused) as refused:
        check_kind(envelopes.context(attestation=attestation), service("OSO_OV"))

    assert refused.value.reason is Reason.INZAGE_NOT_ATTESTED


@pytest.mark.parametrize("toestemming", ["", "Ja", "Nee", "Onbekend"])
def test_what_kind_it_is_asks_for_no_consent(toestemming: str) -> None:
    seen = Attestation(inzage=True, inzage_date=envelopes.NOW.date(), toestemming=toestemming)

    check_kind(envelopes.context(attestation=seen), service("OSO_OV"))


@pytest.mark.parametrize(
    ("kind", "receiver", "code"),
    [
        (Kind.WITHIN_BRIN, BRIN, "OSO_OV"),
        (Kind.SWV, SWV, "OSO_SWV"),
    ],
)
def test_other_kinds_need_no_inzage(kind: Kind, receiver: Brin | Swv, code: str) -> None:
    context = envelopes.context(
        kind=kind,
        sender=Address(organisation=BRIN, routing_key=KEY),
        receiver=Address(organisation=receiver),
        attestation=Attestation(),
    )

    check_kind(context, service(code))


def test_a_message_within_one_brin_goes_to_another_delivery_point() -> None:
    context = envelopes.context(
        kind=Kind.WITHIN_BRIN,
        sender=Address(organisation=BRIN, routing_key=KEY),
        receiver=Address(organisation=BRIN),
    )

    check_delivery_point(context, OTHER_KEY)
    with pytest.raises(Refused) as refused:
        check_delivery_point(context, KEY)

    assert refused.value.reason is Reason.SAME_DELIVERY_POINT
