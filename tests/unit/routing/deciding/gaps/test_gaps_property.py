"""Whoever does what the gaps say has a route (design.md#gaps)."""

import dataclasses
import datetime as dt
from typing import Final
from uuid import uuid4

from hypothesis import assume, given
from hypothesis import strategies as st

from support.builders.queries import operator, partner, vendor
from support.generated.decisions import VERSIONS, facts
from support.worlds import small_world as w
from wissel.clients.testing.cast import SWV, ZUID
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Route
from wissel.routing.deciding.gaps.gaps import Gap, gaps
from wissel.routing.deciding.query import Query, Selection
from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    Attribute,
    Endpoint,
    Fact,
    Mandate,
    Processing,
    Qualification,
    RolloutStage,
    School,
    Service,
    ServiceVersion,
    System,
)
from wissel.routing.facts.keys import key_of
from wissel.routing.refusals.catalogue.entry import Action
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    BoardNumber,
    Brin,
    Namespace,
    Oin,
    Organisation,
    RoutingKey,
    ServiceCode,
    SystemId,
    Vestiging,
)

READY: Final = SystemId("las-ready")
"""A system that may act for every service, and has no mandate."""
OWNER: Final = Oin("00000003999999990000")
"""Its vendor."""
UNKNOWN: Final = Brin("99ZZ")
WORLD: Final[list[Fact]] = [
    *w.small(),
    System(system_id=READY, party=OWNER, name="Ready"),
    *(w.agreement(OWNER, kind) for kind in (AgreementKind.VENDOR_OSR, AgreementKind.VENDOR_OSO)),
    *(w.qualification(READY, code) for code in (w.OSO_OV, w.OSO_SWV, w.RIO)),
]
UNKNOWN_REASONS: Final = {Reason.RECEIVER_UNKNOWN, Reason.SERVICE_NOT_FOUND}
"""After which nothing more can be looked for."""
SERVICES: Final = (w.OSO_OV, w.OSO_OV, w.OSO_SWV, w.RIO, ServiceCode("RIO_PO"), ServiceCode("NO"))


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Questions of anybody about anything, also about what is not there."""
    receivers: list[Organisation] = [w.XA, w.XB, w.XC, SWV, UNKNOWN]
    receiver = draw(st.sampled_from(receivers))
    places = [None, *(Vestiging(f"{receiver}{number}") for number in ("00", "02", "09"))]
    service = draw(st.sampled_from(SERVICES))
    return Query(
        asker=draw(st.sampled_from([vendor(), vendor(ZUID.oin), operator(), partner()])),
        sender=draw(st.sampled_from([w.XA, w.XB, w.XC, SWV, UNKNOWN, None])),
        receiver=receiver,
        service=service,
        selection=Selection(
            vestiging=None if receiver == SWV else draw(st.sampled_from(places)),
            aanleverpunt=draw(st.sampled_from([None, None, Aanleverpunt("2")])),
            routing_key=draw(st.sampled_from([None, None, w.key(w.XB, 2)])),
        ),
        version=draw(st.sampled_from([None, *VERSIONS.get(service, ()), Namespace("urn:none")])),
    )


class Desk:
    """Does what gaps say, on the facts themselves, as those would who own each of them."""

    def __init__(self, known: list[Fact], query: Query) -> None:
        self.facts = {(type(fact), key_of(fact)): fact for fact in known}
        self.query = query
        self.given: Mandate | None = None

    def table(self) -> Table:
        return Table.load(1, self.facts.values())

    def put(self, *some: Fact) -> None:
        self.facts.update({(type(fact), key_of(fact)): fact for fact in some})

    def of(self, kind: type, key: object) -> object:
        return self.facts.get((kind, str(key)))

    def service(self) -> Service:
        found = self.table().service(self.query.service)
        assert found is not None
        return found

    def organisation(self, side: Side) -> Brin:
        code = self.query.sender if side is Side.SENDER else self.query.receiver
        assert isinstance(code, Brin | type(SWV))
        return code  # type: ignore[return-value]  # or a samenwerkingsverband

    def mandate(self, named: str | None) -> Mandate:
        found = self.given if named is None else self.of(Mandate, named)
        assert isinstance(found, Mandate)
        return found

    def qualification(self, system_id: str) -> Qualification:
        service = self.service().code
        known = self.of(Qualification, f"{system_id}/{service}")
        if isinstance(known, Qualification):
            return known
        return Qualification(system_id=SystemId(system_id), service=service)

    def close(self, gap: Gap, on: dt.date) -> None:  # noqa: C901, PLR0912, PLR0915 - one case per action
        told = {**gap.refusal.metadata, **gap.by}
        side = gap.refusal.side
        match gap.action:
            case Action.ASK_OTHERWISE | Action.REGISTER_SCHOOL if side is Side.SENDER:
                self.query = self.query._replace(asker=operator(), sender=None)
            case Action.ASK_OTHERWISE:
                self.query = self.query._replace(service=w.OSO_OV)
            case Action.REGISTER_SCHOOL:
                known = self.of(School, self.query.receiver)
                numbers = [told.get("vestiging", f"{self.query.receiver}00")[-2:]]
                made = w.school(self.organisation(side), w.BOARD_1, *numbers)
                if isinstance(known, School):
                    made = dataclasses.replace(known, locations=known.locations + made.locations)
                self.put(made)
            case Action.REOPEN_SCHOOL:
                school = self.of(School, self.organisation(side))
                assert isinstance(school, School)
                opened = [dataclasses.replace(each, closed=None) for each in school.locations]
                self.put(dataclasses.replace(school, locations=tuple(opened)))
            case Action.SERVE_SECTOR:
                self.put(dataclasses.replace(self.service(), sectors=()))
            case Action.ACTIVATE_VERSION:
                service = self.service()
                name = Namespace(told["version"])
                others = [each for each in service.versions if each.namespace != name]
                usable = ServiceVersion(namespace=name, period=Period(on))
                self.put(dataclasses.replace(service, versions=(*others, usable)))
            case Action.SIGN_AGREEMENT:
                vendors = gap.refusal.reason is Reason.VENDOR_AGREEMENT_MISSING
                kind: type[Oin | BoardNumber] = Oin if vendors else BoardNumber
                self.put(
                    Agreement(
                        agreement_id=uuid4(),
                        signatory=kind(told["signatory"]),
                        kind=AgreementKind(told["agreement"]),
                        period=Period(on),
                    )
                )
            case Action.GIVE_MANDATE:
                service = self.service()
                waits = Processing.AWAITING if service.processed_by_owner else None
                self.given = w.mandate(
                    self.organisation(side),
                    SystemId(told.get("system_id", READY)),
                    service.code,
                    name=f"given by {side}",
                    period=Period(on),
                    processing=waits or Processing.NOT_REQUIRED,
                )
                self.put(self.given)
            case Action.PROCESS_MANDATE:
                waiting = self.mandate(told.get("mandate_id"))
                self.put(dataclasses.replace(waiting, processing=Processing.PROCESSED))
            case Action.QUALIFY_SYSTEM:
                known_gates = self.qualification(told["system_id"])
                self.put(dataclasses.replace(known_gates, qualified=True, since=None))
            case Action.OPEN_ROLLOUT:
                gates = self.qualification(told["system_id"])
                self.put(dataclasses.replace(gates, rollout=RolloutStage.OPEN, steps=()))
            case Action.REGISTER_ENDPOINT:
                asked, active = self.query, self.table().reference.services[self.query.service]
                version = next(
                    each.namespace
                    for each in active.versions
                    if each.active_on(on) and asked.version in (None, each.namespace)
                )
                own = w.endpoint(self.mandate(told.get("mandate_id")), 77, version=version)
                self.put(
                    dataclasses.replace(
                        own,
                        attribute=Attribute.SWV if asked.receiver == SWV else Attribute.LAS,
                        period=Period(on),
                        vestiging=asked.selection.vestiging,
                        aanleverpunt=asked.selection.aanleverpunt,
                        routing_key=asked.selection.routing_key or own.routing_key,
                    )
                )
            case Action.APPROVE_ENDPOINT:
                extra = self.of(Endpoint, told["endpoint_id"])
                assert isinstance(extra, Endpoint)
                self.put(dataclasses.replace(extra, unapproved=False))
            case Action.RESUME_ENDPOINT:
                endpoint = self.of(Endpoint, told["endpoint_id"])
                assert isinstance(endpoint, Endpoint)
                self.put(dataclasses.replace(endpoint, suspended=False))
            case Action.CHOOSE_ENDPOINT:
                chosen = Selection(routing_key=RoutingKey(told["routing_key"]))
                self.query = self.query._replace(selection=chosen)
            case Action.CONNECT_RECEIVER | Action.NONE:
                raise AssertionError("no reason of deciding has that")


def lawful(desk: Desk) -> bool:
    """Whether no two endpoints of a version have a routing key (R8)."""
    keys = [
        (fact.organisation, fact.version, fact.routing_key)
        for fact in desk.facts.values()
        if isinstance(fact, Endpoint)
    ]
    return len(keys) == len(set(keys))


@given(st.lists(facts(), max_size=8), queries())
def test_whoever_closes_the_gaps_has_a_route(world: list[Fact], query: Query) -> None:
    """What hangs on a school or service that is not known is told when it is."""
    desk = Desk([*WORLD, *world], query)
    assume(lawful(desk))

    decision = decide(desk.table(), desk.query, w.TODAY)
    while not isinstance(decision, Route):
        found = gaps(desk.table(), desk.query, w.TODAY)
        assert decision == found[0].refusal
        for gap in found:
            desk.close(gap, w.TODAY)
        decision = decide(desk.table(), desk.query, w.TODAY)
        assert isinstance(decision, Route) or found[-1].refusal.reason in UNKNOWN_REASONS

    assert () == gaps(desk.table(), desk.query, w.TODAY)


@given(st.lists(facts(), max_size=8), queries())
def test_no_gap_is_told_twice_or_names_what_is_not_there(world: list[Fact], query: Query) -> None:
    desk = Desk([*WORLD, *world], query)
    known = {key for _, key in desk.facts}

    found = gaps(desk.table(), query, w.TODAY)

    assert [] == [gap for at, gap in enumerate(found) if gap in found[:at]]
    told = [{**gap.refusal.metadata, **gap.by} for gap in found]
    names = ("mandate_id", "endpoint_id", "system_id")
    assert {each[name] for each in told for name in names if name in each} <= known
    assert not any("?" in each.values() for each in told)
