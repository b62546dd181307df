"""Changing an endpoint (R8, R9), on a real register."""

from dataclasses import replace
from uuid import UUID

import pytest

from support.worlds.register_world import (
    AS_NOORD,
    AS_OPERATOR,
    AS_ZUID,
    DAY,
    TODAY,
    World,
    endpoint_command,
    give,
    mandate_command,
    refused,
    register,
    registered,
)
from wissel.routing.facts import Attribute, DeliveryContract, Endpoint
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Aanleverpunt, Vestiging
from wissel.server.registry.commands import EndMandate, UpdateEndpoint
from wissel.server.registry.endpoints.changing import update_endpoint
from wissel.server.registry.mandates.changing import end_mandate
from wissel.server.registry.scope import Scope

URL = "https://new.noord.example"
CONTRACT = DeliveryContract(max_payload_bytes=1000)


async def update(
    world: World, endpoint: Endpoint, scope: Scope = AS_NOORD, **changes: object
) -> Endpoint:
    command = UpdateEndpoint(endpoint_id=endpoint.endpoint_id, **changes)  # type: ignore[arg-type]  # real fields
    return await world.run(lambda transaction: update_endpoint(transaction, command, scope))


async def test_only_what_is_named_changes(world: World) -> None:
    first = await registered(world, vestiging="02")

    moved = await update(world, first, url=URL)
    bounded = await update(world, moved, contract=CONTRACT, end=TODAY + DAY)

    assert replace(first, url=URL) == moved
    assert replace(moved, contract=CONTRACT, period=Period(TODAY, TODAY + DAY)) == bounded
    assert replace(bounded, period=Period(TODAY)) == await update(world, bounded, end=None)


async def test_nothing_named_changes_nothing(world: World) -> None:
    first = await registered(world)
    revision = await world.revision()

    assert first == await update(world, first)
    assert await world.revision() == revision


async def test_a_vestiging_brings_its_aanleverpunt_along(world: World) -> None:
    first = await registered(world, vestiging="02")

    main = await update(world, first, vestiging="00")
    whole = await update(world, main, vestiging="")
    other = await update(world, whole, vestiging="02", attribute=Attribute.OT)

    assert ("99XA00", "0") == (main.vestiging, main.aanleverpunt)
    assert (None, None) == (whole.vestiging, whole.aanleverpunt)
    assert ("99XA02", None) == (other.vestiging, other.aanleverpunt)
    assert "2" == (await update(world, other, aanleverpunt=Aanleverpunt("2"))).aanleverpunt


async def test_an_extra_aanleverpunt_stays_at_another_vestiging(world: World) -> None:
    mandate = (await give(world)).mandate
    command = endpoint_command(mandate.mandate_id, aanleverpunt=Aanleverpunt("100"), vestiging="02")
    first = await register(world, command, AS_OPERATOR)

    moved = await update(world, first, vestiging="00")

    assert replace(first, vestiging=Vestiging("99XA00")) == moved


async def test_the_first_day_moves_while_it_is_to_come(world: World) -> None:
    first = await registered(world, start=TODAY + 5 * DAY)

    assert Period(TODAY + DAY) == (await update(world, first, start=TODAY + DAY)).period
    with refused(Reason.DATE_IN_PAST):
        await update(world, first, start=TODAY - DAY)
    world.clock.today = TODAY + DAY
    with refused(Reason.ENDPOINT_STARTED):
        await update(world, first, start=TODAY + 2 * DAY)
    assert Period(TODAY + DAY) == (await update(world, first, start=TODAY + DAY, url=URL)).period


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"url": "http://x"}, Reason.URL_INVALID),
        ({"vestiging": "03"}, Reason.VESTIGING_NOT_FOUND),
        ({"vestiging": "99XB01"}, Reason.IDENTIFIER_MALFORMED),
        ({"aanleverpunt": Aanleverpunt("7")}, Reason.AANLEVERPUNT_INVALID),
        ({"attribute": Attribute.SWV}, Reason.FIELD_INVALID),
        ({"end": TODAY - DAY}, Reason.DATE_IN_PAST),
        ({"etag": "0123456789abcdef"}, Reason.ETAG_MISMATCH),
    ],
)
async def test_changes_that_cannot_be(
    world: World, changes: dict[str, object], reason: Reason
) -> None:
    first = await registered(world)

    with refused(reason):
        await update(world, first, AS_NOORD, **changes)


async def test_a_period_stays_within_a_day_of_the_mandate(world: World) -> None:
    mandate = (await give(world, mandate_command(end=TODAY + 9 * DAY))).mandate
    first = await register(world, endpoint_command(mandate.mandate_id, start=TODAY + 5 * DAY))

    with refused(Reason.ENDPOINT_OUTSIDE_MANDATE):
        await update(world, first, start=TODAY + 10 * DAY)
    with refused(Reason.PERIOD_INVALID):
        await update(world, first, end=TODAY + 4 * DAY)


async def test_a_later_last_day_leaves_the_key_to_who_has_it(world: World) -> None:
    first = await registered(world, end=TODAY + 4 * DAY)
    await register(world, endpoint_command(first.mandate_id, start=TODAY + 5 * DAY))

    with refused(Reason.ROUTING_KEY_IN_USE):
        await update(world, first, end=None)


async def test_under_an_ended_mandate_nothing_changes(world: World) -> None:
    first = await registered(world)
    command = EndMandate(mandate_id=first.mandate_id)
    await world.run(lambda transaction: end_mandate(transaction, command, AS_OPERATOR))

    with refused(Reason.MANDATE_ENDED):
        await update(world, first, url=URL)


async def test_an_ended_endpoint_stays_as_it_is(world: World) -> None:
    first = await registered(world, end=TODAY)
    world.clock.today = TODAY + DAY

    with refused(Reason.ENDPOINT_ENDED):
        await update(world, first, url=URL)


async def test_only_what_the_caller_saw_changes(world: World) -> None:
    first = await registered(world)
    await update(world, first, url=URL, etag=etag_of(first))

    with refused(Reason.ETAG_MISMATCH):
        await update(world, first, url=URL, etag=etag_of(first))


@pytest.mark.parametrize("foreign", [True, False])
async def test_a_foreign_endpoint_is_refused_as_a_missing_one(world: World, foreign: bool) -> None:
    first = await registered(world)
    asked = first if foreign else replace(first, endpoint_id=UUID(int=7))

    with refused(Reason.ENDPOINT_NOT_FOUND) as caught:
        await update(world, asked, AS_ZUID, url=URL)
    assert {"endpoint_id": str(asked.endpoint_id)} == caught.value.metadata
