"""Deciding a route: who may send, where to, and what stands in its way (design.md#deciding)."""

import dataclasses

import pytest

from support.builders.queries import decided, operator, partner, query, refusal, route, vendor
from support.worlds import small_world as w
from wissel.clients.testing.cast import SWV, ZUID
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Refusal
from wissel.routing.deciding.query import Asker, Query
from wissel.routing.facts import (
    AgreementKind,
    Attribute,
    Fact,
    Processing,
    Service,
    ServiceVersion,
    System,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.values.days import ONE_DAY, Period
from wissel.routing.values.identifiers import Brin, Namespace, Oin, ServiceCode, Swv, Vestiging


def test_a_route_tells_where_and_by_which_mandates() -> None:
    decision = route(decide(w.table(revision=7), query(), w.TODAY))

    assert decision.endpoint_id == w.endpoint(w.C_ZUID, 1).endpoint_id
    assert decision.url == "https://las-zuid.example:8443"
    assert decision.receiver_oin == ZUID.oin
    assert decision.system_id == w.LAS_ZUID
    assert decision.service == w.OSO_OV
    assert decision.version == w.OV_2026
    assert decision.vestiging == w.endpoint(w.C_ZUID, 1, vestiging="01").vestiging
    assert decision.aanleverpunt == w.endpoint(w.C_ZUID, 1, aanleverpunt="1").aanleverpunt
    assert decision.routing_key == w.key(w.XC, 1)
    assert decision.revision == 7
    assert decision.contract == w.NO_WISHES
    assert decision.receiver_mandate_id == w.C_ZUID.mandate_id
    assert decision.sender_mandate_id == w.A_NOORD.mandate_id
    assert decision.sender_system_id == w.LAS_NOORD
    assert decision.valid_until is None


def test_a_system_with_its_own_oin_receives_under_it() -> None:
    own = Oin("00000003999999029000")
    system = System(system_id=w.LAS_ZUID, party=ZUID.oin, name="las", oin=own)

    assert own == route(decided(None, system)).receiver_oin


def test_a_samenwerkingsverband_receives_through_its_own_system() -> None:
    decision = route(decided(query(SWV, service=w.OSO_SWV)))

    assert w.SWV_ZUID.mandate_id == decision.receiver_mandate_id


@pytest.mark.parametrize("asker", [partner(), operator()])
@pytest.mark.parametrize("sender", [None, w.XC])
def test_chain_partners_and_operators_resolve_for_anyone(asker: Asker, sender: Brin | None) -> None:
    decision = route(decided(query(w.XA, sender=sender, asker=asker)))

    assert decision.sender_mandate_id is None
    assert decision.sender_system_id is None


EXTRA = dataclasses.replace(w.endpoint(w.C_ZUID, 1, aanleverpunt="100"), unapproved=True)


@pytest.mark.parametrize(
    ("reason", "asked", "facts"),
    [
        (Reason.RECEIVER_UNKNOWN, query(Brin("99ZZ")), []),
        (Reason.RECEIVER_UNKNOWN, query(Swv("PO9999"), service=w.OSO_SWV), [w.A_NOORD_SWV]),
        (Reason.RECEIVER_UNKNOWN, query(w.XC, vestiging="00"), []),
        (
            Reason.RECEIVER_CLOSED,
            query(),
            [w.school(w.XC, w.BOARD_2, "01", closed=w.TODAY - ONE_DAY)],
        ),
        (Reason.MANDATE_MISSING, query(), [dataclasses.replace(w.C_ZUID, stopped=True)]),
        (Reason.ENDPOINT_MISSING, query(), [w.endpoint(w.C_ZUID, 1, stopped=True)]),
        (Reason.ENDPOINT_MISSING, query(routing_key=w.key(w.XC, 9)), []),
        (Reason.ENDPOINT_MISSING, query(aanleverpunt="9"), []),
        (Reason.ENDPOINT_UNAPPROVED, query(), [EXTRA]),
        (Reason.ENDPOINT_UNAPPROVED, query(aanleverpunt="100"), [EXTRA]),
        (Reason.ENDPOINT_MISSING, query(aanleverpunt="0"), [EXTRA]),
        (Reason.ENDPOINT_SUSPENDED, query(), [w.endpoint(w.C_ZUID, 1, suspended=True)]),
        (Reason.ROUTE_AMBIGUOUS, query(w.XB), []),
    ],
)
def test_a_receiver_that_cannot_be_reached(reason: Reason, asked: Query, facts: list[Fact]) -> None:
    assert (Side.RECEIVER, reason) == refusal(decided(asked, *facts))


def test_a_closed_vestiging_beside_an_open_one() -> None:
    school = w.school(w.XB, w.BOARD_2, "00", "02")
    shut = dataclasses.replace(school.locations[1], closed=w.TODAY - ONE_DAY)
    partly = dataclasses.replace(school, locations=(school.locations[0], shut))
    closed = (Side.RECEIVER, Reason.RECEIVER_CLOSED)

    assert closed == refusal(decided(query(w.XB, vestiging="02"), partly))
    assert closed == refusal(decided(query(w.XB, aanleverpunt="2"), partly))
    route(decided(query(w.XB, vestiging="00"), partly))


@pytest.mark.parametrize(
    ("vestiging", "successor"), [(None, "99XA"), ("00", "99XA01"), ("01", "99XA"), ("02", "99XA")]
)
def test_a_closed_receiver_names_where_it_goes_on(vestiging: str | None, successor: str) -> None:
    closed = w.school(w.XC, w.BOARD_2, "00", "01", "02", closed=w.TODAY - ONE_DAY)
    first, second, third = closed.locations
    locations = (
        dataclasses.replace(first, successor=Vestiging("99XA01")),
        dataclasses.replace(second, successor=w.XA),
        third,
    )
    merged = dataclasses.replace(closed, locations=locations)

    decision = decided(query(vestiging=vestiging), merged)

    assert isinstance(decision, Refusal)
    assert successor == decision.metadata["successor"]


@pytest.mark.parametrize(
    ("reason", "asked"),
    [
        (Reason.SERVICE_NOT_FOUND, query(service=ServiceCode("VVA"))),
        (Reason.SERVICE_VERSION_NOT_FOUND, query(version=Namespace("urn:none"))),
        (Reason.SERVICE_VERSION_NOT_FOUND, query(version=w.SWV_2026)),
    ],
)
def test_a_service_or_version_that_is_none(reason: Reason, asked: Query) -> None:
    assert (Side.QUERY, reason) == refusal(decided(asked))


def _service(**version: object) -> Service:
    service = w.services()[0]
    newest = dataclasses.replace(service.versions[1], **version)  # type: ignore[arg-type]
    return dataclasses.replace(service, versions=(service.versions[0], newest))


@pytest.mark.parametrize(
    "service",
    [
        _service(active=False),
        _service(period=Period(w.TODAY + ONE_DAY)),
        _service(period=Period(w.START, w.TODAY - ONE_DAY)),
    ],
)
def test_without_a_version_the_latest_usable_one(service: Service) -> None:
    older = w.endpoint(w.C_ZUID, 1, version=w.OV_2025)

    assert w.OV_2026 == route(decided(None, older)).version
    assert w.OV_2025 == route(decided(None, older, service)).version
    assert (Side.QUERY, Reason.SERVICE_VERSION_NOT_FOUND) == refusal(
        decided(query(version=w.OV_2026), older, service)
    )


def test_without_a_version_the_latest_for_which_the_receiver_has_an_endpoint() -> None:
    older = w.endpoint(w.C_ZUID, 1, version=w.OV_2025)
    other = w.endpoint(w.C_ZUID, 1, vestiging="01", stopped=True)

    assert w.OV_2025 == route(decided(None, older, other)).version
    assert w.OV_2025 == route(decided(query(version=w.OV_2025), older)).version


def test_an_alias_means_its_service() -> None:
    given = [
        w.mandate(brin, w.LAS_NOORD, w.RIO, processing=Processing.PROCESSED)
        for brin in (w.XA, w.XC)
    ]
    endpoint = w.endpoint(given[1], 7, version=w.RIO_1)
    decision = route(decided(query(service=ServiceCode("RIO_PO")), *given, endpoint))

    assert w.RIO == decision.service


ENDS: list[tuple[str, Fact]] = [
    ("sender's mandate", dataclasses.replace(w.A_NOORD, period=Period(w.START, w.TODAY))),
    ("receiver's mandate", dataclasses.replace(w.C_ZUID, period=Period(w.START, w.TODAY))),
    ("endpoint", w.endpoint(w.C_ZUID, 1, vestiging="01", period=Period(w.START, w.TODAY))),
    ("version", _service(period=Period(w.START, w.TODAY))),
    ("sender's agreement", w.agreement(w.BOARD_1, AgreementKind.OSO, end=w.TODAY)),
    ("receiver's agreement", w.agreement(w.BOARD_2, AgreementKind.OSO, end=w.TODAY)),
    ("vendor's agreement", w.agreement(ZUID.oin, AgreementKind.VENDOR_OSR, end=w.TODAY)),
    ("receiver's closing", w.school(w.XC, w.BOARD_2, "01", closed=w.TODAY)),
]


@pytest.mark.parametrize(("what", "fact"), ENDS)
def test_a_route_holds_until_the_first_end_that_is_known(what: str, fact: Fact) -> None:
    assert w.TODAY == route(decided(None, fact)).valid_until, what


def test_one_vendor_on_both_sides_is_everyday_traffic() -> None:
    decision = route(decided(query(w.XC, sender=w.XB, asker=vendor(ZUID.oin))))

    assert w.LAS_ZUID == decision.sender_system_id == decision.system_id


def test_two_vestigingen_of_one_school() -> None:
    decision = route(decided(query(w.XB, sender=w.XB, vestiging="02")))

    assert w.key(w.XB, 2) == decision.routing_key


def test_an_extra_aanleverpunt_counts_only_when_selected() -> None:
    extra = w.endpoint(
        w.C_ZUID, 3, attribute=Attribute.LDOS, aanleverpunt="100", url="https://ldos.example"
    )

    assert w.key(w.XC, 1) == route(decided(None, extra)).routing_key
    assert w.key(w.XC, 3) == route(decided(query(aanleverpunt="100"), extra)).routing_key


def test_an_empty_register_refuses() -> None:
    assert isinstance(decide(Table.load(0, []), query(), w.TODAY), Refusal)


def test_versions_are_latest_first_whatever_their_order() -> None:
    service = w.services()[0]
    turned = dataclasses.replace(service, versions=tuple(reversed(service.versions)))
    extra = ServiceVersion(namespace=Namespace("urn:later"), period=Period(w.TODAY + ONE_DAY))
    widened = dataclasses.replace(turned, versions=(extra, *turned.versions))

    assert w.OV_2026 == route(decided(None, widened)).version
