"""Which messages may travel: each rule of `admitted_route`, in its order."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pytest

from support.builders import envelopes
from support.builders.queries import vendor
from support.worlds import small_world
from wissel.clients.testing.cast import DUO, HUB, ZUID
from wissel.routing.exchange.envelope import Address, Attestation, EnvelopeHeader, Kind
from wissel.routing.facts import DeliveryContract, Fact, School, Sector
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, ServiceCode, Vestiging
from wissel.server.courier.accept.admission import HubRules, admitted_route

NOW: Final = dt.datetime(2026, 9, 1, 10, 0, tzinfo=dt.UTC)
MOST: Final = 1000
RULES: Final = HubRules(hub_oin=HUB.oin, max_payload=MOST)
TO_XC: Final[dict[str, Any]] = {"receiver": Address(organisation=small_world.XC)}
WITHIN_XB: Final[dict[str, Any]] = {
    "kind": Kind.WITHIN_BRIN,
    "sender": Address(organisation=small_world.XB, routing_key=small_world.key(small_world.XB, 1)),
}


def header(size: int = 1, **changes: Any) -> EnvelopeHeader:
    """Return the header of a message from 99XA to 99XC, but for `changes`."""
    return envelopes.header(b"x" * size, **{"created": NOW, **TO_XC, **changes})


def refusal(asked: EnvelopeHeader, facts: Sequence[Fact] = ()) -> str:
    """Return the reason for which Noord may not send a message, empty if it may."""
    try:
        admitted_route(RULES, small_world.table(*facts), vendor(), asked, NOW)
    except Refused as refused:
        return refused.reason
    return ""


def test_a_message_that_may_travel_has_the_route_of_its_receiver() -> None:
    route = admitted_route(RULES, small_world.table(), vendor(), header(MOST), NOW)

    assert small_world.key(small_world.XC, 1) == route.routing_key
    assert ZUID.oin == route.receiver_oin


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hub_oin": DUO.oin}, Reason.WRONG_HUB),
        ({"created": NOW + dt.timedelta(minutes=6)}, Reason.ENVELOPE_FROM_FUTURE),
        ({"created": NOW - dt.timedelta(days=8)}, Reason.ENVELOPE_EXPIRED),
        ({"service": ServiceCode("OSO_XX")}, Reason.SERVICE_NOT_FOUND),
        ({"kind": Kind.SWV}, Reason.KIND_NOT_ALLOWED),
        ({"receiver": Address(organisation=Brin("99ZZ"))}, Reason.RECEIVER_UNKNOWN),
    ],
)
def test_what_may_not_travel(changes: dict[str, Any], reason: Reason) -> None:
    assert reason == refusal(header(**changes))


@pytest.mark.parametrize(
    ("number", "reason"), [(1, Reason.SAME_DELIVERY_POINT), (2, "")], ids=["same", "other"]
)
def test_within_one_brin_a_message_goes_to_another_delivery_point(number: int, reason: str) -> None:
    receiver = Address(
        organisation=small_world.XB, routing_key=small_world.key(small_world.XB, number)
    )

    assert reason == refusal(header(**WITHIN_XB, receiver=receiver))


def school(known: Brin, *sectors: Sector) -> School:
    """Return a school of the small world, with its locations in these sectors in turn."""
    facts = small_world.small()
    fact = next(each for each in facts if isinstance(each, School) and each.brin == known)
    first = fact.locations[0]
    others = [Vestiging(f"{known}{number}") for number in range(70, 69 + len(sectors))]
    at = zip([first.vestiging, *others], sectors, strict=True)
    locations = tuple(replace(first, vestiging=where, sector=sector) for where, sector in at)
    return replace(fact, locations=locations)


@pytest.mark.parametrize(
    ("sender", "receiver", "asked"),
    [
        ([Sector.VO], [Sector.VO], True),
        ([Sector.PO], [Sector.VO], False),
        ([Sector.VO], [Sector.SO], False),
        ([Sector.VO, Sector.PO], [Sector.VO], False),
        ([None], [Sector.VO], False),
    ],
)
@pytest.mark.parametrize("toestemming", ["", "Ja", "Nee", "Onbekend"])
def test_between_two_schools_of_vo_there_is_consent(
    sender: list[Sector], receiver: list[Sector], asked: bool, toestemming: str
) -> None:
    facts = [school(small_world.XA, *sender), school(small_world.XC, *receiver)]
    seen = Attestation(inzage=True, inzage_date=NOW.date(), toestemming=toestemming)
    expected = Reason.TOESTEMMING_NOT_ATTESTED if asked and toestemming != "Ja" else ""

    assert expected == refusal(header(attestation=seen), facts)


def test_a_payload_is_no_larger_than_the_hub_takes() -> None:
    assert Reason.PAYLOAD_TOO_LARGE == refusal(header(MOST + 1))


def test_a_payload_is_no_larger_than_the_endpoint_takes() -> None:
    contract = DeliveryContract(max_payload_bytes=10)
    strict = small_world.endpoint(
        small_world.C_ZUID, 1, vestiging="01", aanleverpunt="1", contract=contract
    )

    assert refusal(header(10), [strict]) == ""
    assert Reason.PAYLOAD_TOO_LARGE == refusal(header(11), [strict])


def test_an_endpoint_cannot_raise_the_limit_of_the_hub() -> None:
    contract = DeliveryContract(max_payload_bytes=2 * MOST)
    generous = small_world.endpoint(
        small_world.C_ZUID, 1, vestiging="01", aanleverpunt="1", contract=contract
    )

    assert Reason.PAYLOAD_TOO_LARGE == refusal(header(MOST + 1), [generous])


def test_the_first_rule_that_does_not_hold_is_told() -> None:
    everything_wrong = header(MOST + 1, hub_oin=DUO.oin, kind=Kind.SWV)

    assert Reason.WRONG_HUB == refusal(everything_wrong)
