"""The pure rules of mandates, endpoints and agreements."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.worlds.register_world import (
    AS_NOORD,
    AS_OPERATOR,
    BOARD,
    DAY,
    SCHOOL,
    SECOND_SCHOOL,
    TODAY,
    refused,
    school,
)
from wissel.clients.testing.cast import SWV, SWV_OIN
from wissel.routing.facts import (
    Attribute,
    Endpoint,
    Mandate,
    Processing,
    Samenwerkingsverband,
    Service,
    ServiceVersion,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Namespace,
    Oin,
    Organisation,
    RoutingKey,
    ServiceCode,
    SystemId,
    Vestiging,
)
from wissel.server.registry.catalog import usable_version
from wissel.server.registry.rules.endpoints import allowed_aanleverpunt, fitting_attribute, own_key
from wissel.server.registry.rules.mandates import has_ended, refuse_overlap, stopped_now
from wissel.server.registry.rules.routing_keys import active_days
from wissel.server.registry.scope import Scope

TODAY_ON = Period(TODAY)
WINDOW = [TODAY + n * DAY for n in range(-12, 13)]
days = st.integers(-10, 10).map(lambda n: TODAY + n * DAY)
periods = st.builds(Period, days, st.none() | days)
ends = st.builds(Period, days, days)
GIVER = school(SCHOOL, BOARD, "00", "02")
VERBAND = Samenwerkingsverband(code=SWV, name="SWV Een", oin=SWV_OIN)


def mandate(period: Period, number: int = 1, *, stopped: bool = False) -> Mandate:
    return Mandate(
        mandate_id=UUID(int=number),
        organisation=SCHOOL,
        service=ServiceCode("OSO_OV"),
        system_id=SystemId("las-noord"),
        period=period,
        processing=Processing.NOT_REQUIRED,
        created=dt.datetime(2026, 9, 1, tzinfo=dt.UTC),
        stopped=stopped,
    )


def endpoint(period: Period, *, stopped: bool = False) -> Endpoint:
    return Endpoint(
        endpoint_id=UUID(int=9),
        mandate_id=UUID(int=1),
        organisation=SCHOOL,
        service=ServiceCode("OSO_OV"),
        system_id=SystemId("las-noord"),
        version=Namespace("urn:v"),
        routing_key=RoutingKey("0000000700099XA00001"),
        url="https://las.example",
        attribute=Attribute.LAS,
        period=period,
        stopped=stopped,
    )


@given(periods, periods)
def test_periods_overlap_on_a_day_that_both_contain(one: Period, other: Period) -> None:
    shared = any(one.contains(day) and other.contains(day) for day in WINDOW)

    assert one.overlaps(other) == other.overlaps(one) == shared


@given(ends)
def test_an_empty_period_contains_no_day(period: Period) -> None:
    assert period.empty == (not any(period.contains(day) for day in WINDOW))


@given(periods, st.lists(st.tuples(periods, st.booleans()), max_size=4))
def test_mandates_overlap_on_a_day_in_both(new: Period, others: list[tuple[Period, bool]]) -> None:
    held = [mandate(each, n, stopped=stop) for n, (each, stop) in enumerate(others, start=2)]
    clashes = any(not each.stopped and each.period.overlaps(new) for each in held)

    if clashes:
        with refused(Reason.MANDATE_OVERLAPS):
            refuse_overlap(mandate(new), held)
    else:
        refuse_overlap(mandate(new), held)


@given(periods)
def test_a_mandate_does_not_overlap_itself(period: Period) -> None:
    refuse_overlap(mandate(period), [mandate(TODAY_ON)])


def test_an_overlap_names_no_more_than_ten() -> None:
    held = [mandate(TODAY_ON, number) for number in range(2, 40)]

    with refused(Reason.MANDATE_OVERLAPS) as caught:
        refuse_overlap(mandate(TODAY_ON), held)
    assert len(caught.value.metadata["mandate_id"].split(", ")) == 10


@given(periods, periods, st.booleans(), st.booleans())
def test_active_days_are_those_of_endpoint_and_mandate(
    own: Period, given_days: Period, endpoint_stopped: bool, mandate_stopped: bool
) -> None:
    active = active_days(
        endpoint(own, stopped=endpoint_stopped), mandate(given_days, stopped=mandate_stopped)
    )

    for day in WINDOW:
        holds = own.contains(day) and given_days.contains(day)
        expected = holds and not endpoint_stopped and not mandate_stopped
        assert (active is not None and active.contains(day)) == expected


@given(periods.filter(lambda period: not period.empty))
def test_a_stopped_mandate_has_ended_and_no_empty_period(period: Period) -> None:
    stopped = stopped_now(mandate(period), TODAY)

    assert has_ended(stopped, TODAY)
    assert not stopped.period.empty
    assert stopped.period.start == period.start


@given(st.integers(1, 99999))
def test_a_routing_key_of_the_school(number: int) -> None:
    key = RoutingKey(f"0000000700099XA{number:05}")

    assert own_key(key, GIVER) == key
    with refused(Reason.ROUTING_KEY_FOREIGN):
        own_key(key, school(SECOND_SCHOOL, BOARD, "00"))
    with refused(Reason.ROUTING_KEY_FOREIGN):
        own_key(key, VERBAND)


def test_an_oin_itself_is_no_routing_key() -> None:
    for giver, oin in ((GIVER, SCHOOL.oin), (VERBAND, Oin(SWV_OIN))):
        with refused(Reason.ROUTING_KEY_RESERVED):
            own_key(RoutingKey(oin), giver)


@given(st.integers(0, 99999), st.sampled_from([None, "99XA00", "99XA02"]))
def test_an_aanleverpunt_below_100_is_a_vestiging(number: int, text: str | None) -> None:
    point = Aanleverpunt(number)
    vestiging = None if text is None else Vestiging(text)
    numbers = {0, 2} if vestiging is None else {vestiging.number}

    if number in numbers or number >= 100:
        assert allowed_aanleverpunt(point, vestiging, Attribute.LAS, GIVER) == point
    else:
        with refused(Reason.AANLEVERPUNT_INVALID):
            allowed_aanleverpunt(point, vestiging, Attribute.LAS, GIVER)


def test_a_samenwerkingsverband_has_only_extra_ones() -> None:
    with refused(Reason.AANLEVERPUNT_INVALID):
        allowed_aanleverpunt(Aanleverpunt("0"), None, Attribute.SWV, VERBAND)
    extra = allowed_aanleverpunt(Aanleverpunt("100"), None, Attribute.SWV, VERBAND)
    assert extra == "100"
    assert allowed_aanleverpunt(None, None, Attribute.SWV, VERBAND) is None


@pytest.mark.parametrize(
    ("vestiging", "attribute", "implied"),
    [
        ("99XA00", Attribute.LAS, "0"),
        ("99XA02", Attribute.LAS, "2"),
        (None, Attribute.LAS, None),
        ("99XA02", Attribute.OT, None),
    ],
)
def test_a_las_at_a_vestiging_has_its_aanleverpunt(
    vestiging: str | None, attribute: Attribute, implied: str | None
) -> None:
    where = None if vestiging is None else Vestiging(vestiging)

    assert allowed_aanleverpunt(None, where, attribute, GIVER) == implied


@pytest.mark.parametrize(
    ("organisation", "default", "foreign"),
    [(SCHOOL, Attribute.LAS, Attribute.SWV), (SWV, Attribute.SWV, Attribute.LAS)],
)
def test_attributes(organisation: Organisation, default: Attribute, foreign: Attribute) -> None:
    assert fitting_attribute(None, organisation) is default
    for attribute in set(Attribute) - {foreign}:
        assert fitting_attribute(attribute, organisation) is attribute
    with refused(Reason.FIELD_INVALID):
        fitting_attribute(foreign, organisation)


def version(
    name: str, start: int, end: int | None = None, *, active: bool = True
) -> ServiceVersion:
    last = None if end is None else TODAY + end * DAY
    return ServiceVersion(
        namespace=Namespace(name), period=Period(TODAY + start * DAY, last), active=active
    )


SERVICE = Service(
    code=ServiceCode("X_OV"),
    name="X",
    owner=Oin("00000001990000010000"),
    versions=(
        version("urn:gone", -90, -1),
        version("urn:old", -60, 30),
        version("urn:now", -30),
        version("urn:withdrawn", -10, active=False),
        version("urn:next", 10),
    ),
)


@pytest.mark.parametrize(
    ("asked", "day", "found"),
    [
        (None, 0, "urn:now"),
        (None, 10, "urn:next"),
        ("urn:old", 0, "urn:old"),
        ("urn:old", 30, "urn:old"),
        ("urn:next", 0, "urn:next"),
    ],
)
def test_the_version_asked_for_or_the_latest(asked: str | None, day: int, found: str) -> None:
    namespace = None if asked is None else Namespace(asked)

    assert usable_version(SERVICE, namespace, TODAY + day * DAY) == found


@pytest.mark.parametrize(
    ("asked", "day"),
    [("urn:gone", 0), ("urn:old", 31), ("urn:withdrawn", 0), ("urn:none", 0)],
)
def test_versions_that_cannot_be_used(asked: str, day: int) -> None:
    with refused(Reason.SERVICE_VERSION_NOT_FOUND):
        usable_version(SERVICE, Namespace(asked), TODAY + day * DAY)


def test_a_service_without_versions_has_none_to_use() -> None:
    with refused(Reason.SERVICE_VERSION_NOT_FOUND):
        usable_version(replace(SERVICE, versions=()), None, TODAY)


def test_a_scope_sees_its_own_systems() -> None:
    own, other = SystemId("las-noord"), SystemId("las-zuid")

    assert AS_NOORD.sees(own)
    assert not AS_NOORD.sees(other)
    assert AS_OPERATOR.sees(other)
    assert AS_OPERATOR.where() == {}
    assert Scope.of([]).where() == {"system_id": ()}
