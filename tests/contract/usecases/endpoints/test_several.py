"""Registering many endpoints at once, each judged by itself (R8), on a real register."""

import dataclasses
from collections.abc import Sequence
from uuid import uuid4

from support.worlds.register_world import (
    AS_NOORD,
    AS_OPERATOR,
    AS_ZUID,
    DAY,
    KEY,
    LAS_NOORD,
    LAS_ZUID,
    LATEST,
    NOBODY,
    OLD_VERSION,
    OSO_OV,
    SCHOOL,
    SECOND_KEY,
    SECOND_SCHOOL,
    TODAY,
    World,
    endpoint_command,
    give,
    mandate_command,
    registered,
)
from wissel.routing.facts import DeliveryContract, Endpoint
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Aanleverpunt, Brin, RoutingKey, ServiceCode, Vestiging
from wissel.server.registry.commands import MandateOf, RegisterEndpoint
from wissel.server.registry.endpoints.registering import Outcome, Result, register_endpoints
from wissel.server.registry.scope import Scope

URL = "https://new.noord.example"
OF_SCHOOL = MandateOf(organisation=SCHOOL, service=OSO_OV, system_id=LAS_NOORD)


async def several(
    world: World,
    *items: RegisterEndpoint | Refused,
    scope: Scope = AS_NOORD,
    update: bool = False,
) -> list[Result]:
    return await world.run(
        lambda transaction: register_endpoints(transaction, items, scope, uuid4, update=update)
    )


def told(results: Sequence[Result]) -> list[str]:
    return [each.refused.reason if each.refused else each.outcome for each in results]


def under(brin: Brin = SCHOOL, **changes: object) -> RegisterEndpoint:
    of = dataclasses.replace(OF_SCHOOL, organisation=brin)
    values: dict[str, object] = {
        "under": of,
        "url": URL,
        "routing_key": RoutingKey(f"{brin.stem}00001"),
    }
    return RegisterEndpoint(**(values | changes))  # type: ignore[arg-type]  # real fields


async def stored(world: World) -> list[Endpoint]:
    async with world.register.snapshot() as snapshot:
        return await snapshot.find(Endpoint)


async def test_what_is_right_is_recorded_in_one_revision_and_the_rest_says_why(
    every_world: World,
) -> None:
    world = every_world
    mandate = (await give(world)).mandate
    await give(world, mandate_command(organisation=SECOND_SCHOOL))
    revision = await world.revision()
    malformed = Refused(Reason.DATE_MALFORMED, field="start_date")

    results = await several(
        world,
        endpoint_command(mandate.mandate_id),
        malformed,
        endpoint_command(NOBODY),
        under(SECOND_SCHOOL),
        under(Brin("99ZZ")),
        under(routing_key=SECOND_KEY, url="ftp://x"),
    )

    assert [
        Outcome.REGISTERED,
        Reason.DATE_MALFORMED,
        Reason.MANDATE_NOT_FOUND,
        Outcome.REGISTERED,
        Reason.MANDATE_NOT_FOUND,
        Reason.URL_INVALID,
    ] == told(results)
    assert malformed is results[1].refused
    assert {"organisation": "99ZZ", "service": "OSO_OV", "system_id": "las-noord"} == (
        results[4].refused.metadata if results[4].refused else None
    )
    assert await world.revision() == revision + 1
    recorded = sorted(await stored(world), key=lambda each: each.organisation)
    assert [results[0].endpoint, results[3].endpoint] == recorded


async def test_the_same_again_changes_nothing(every_world: World) -> None:
    world = every_world
    mandate = (await give(world)).mandate
    items = [
        endpoint_command(mandate.mandate_id, vestiging="02"),
        under(routing_key=SECOND_KEY, vestiging="99XA00", start=TODAY, end=TODAY + 40 * DAY),
        under(version=OLD_VERSION, contract=DeliveryContract(max_payload_bytes=7)),
        under(routing_key=RoutingKey(f"{KEY[:-1]}3"), aanleverpunt=Aanleverpunt("100")),
    ]
    first = await several(world, *items)
    revision = await world.revision()

    for day in (TODAY, TODAY + 30 * DAY):
        world.clock.today = day
        for update in (False, True):
            again = await several(world, *items, update=update)
            assert [Outcome.UNCHANGED] * 4 == told(again)
            assert [each.endpoint for each in first] == [each.endpoint for each in again]
    assert await world.revision() == revision


async def test_one_that_is_there_otherwise_is_changed_when_asked(world: World) -> None:
    there = await registered(world, vestiging="02")
    described = under(vestiging="00", end=TODAY + DAY)

    (kept,) = await several(world, described)
    (changed,) = await several(world, described, update=True)

    assert kept.refused is not None
    assert Reason.ROUTING_KEY_IN_USE is kept.refused.reason
    assert str(there.endpoint_id) == kept.refused.metadata["endpoint_id"]
    assert Outcome.UPDATED is changed.outcome
    expected = dataclasses.replace(
        there,
        url=URL,
        vestiging=Vestiging("99XA00"),
        aanleverpunt=Aanleverpunt("0"),
        period=Period(TODAY, TODAY + DAY),
    )
    assert [expected] == await stored(world)
    assert changed.endpoint == expected


async def test_a_contract_that_is_not_told_stays(world: World) -> None:
    contract = DeliveryContract(max_payload_bytes=7)
    await registered(world, contract=contract)

    (changed,) = await several(world, under(), update=True)

    assert changed.endpoint is not None
    assert contract == changed.endpoint.contract


async def test_each_is_judged_beside_those_before_it(world: World) -> None:
    await give(world)
    await give(world, mandate_command(system_id=LAS_ZUID))
    zuid = dataclasses.replace(OF_SCHOOL, system_id=LAS_ZUID)

    results = await several(
        world,
        under(),
        under(),
        under(url="https://other.example"),
        under(under=zuid),
        under(under=zuid, routing_key=SECOND_KEY),
        scope=AS_OPERATOR,
    )

    assert [
        Outcome.REGISTERED,
        Outcome.UNCHANGED,
        Reason.ROUTING_KEY_IN_USE,
        Reason.ROUTING_KEY_IN_USE,
        Outcome.REGISTERED,
    ] == told(results)
    assert 2 == len(await stored(world))


async def test_one_after_another_with_the_same_key_are_two(world: World) -> None:
    await give(world)
    items = [under(end=TODAY + 9 * DAY), under(start=TODAY + 10 * DAY, url="https://b.example")]

    assert [Outcome.REGISTERED] * 2 == told(await several(world, *items))
    assert [Outcome.UNCHANGED] * 2 == told(await several(world, *items))


async def test_a_version_is_moved_to_beside_the_old_one(world: World) -> None:
    there = await registered(world, version=OLD_VERSION)

    (moved,) = await several(world, under(version=LATEST, url=there.url, start=TODAY + DAY))

    assert Outcome.REGISTERED is moved.outcome
    assert 2 == len(await stored(world))


async def test_of_mandates_after_each_other_that_of_the_first_day_is_meant(world: World) -> None:
    now = (await give(world, mandate_command(end=TODAY + 9 * DAY))).mandate
    later = (await give(world, mandate_command(start=TODAY + 10 * DAY))).mandate

    first, second, third = await several(
        world,
        under(),
        under(start=TODAY + 10 * DAY),
        under(start=TODAY + 99 * DAY, routing_key=SECOND_KEY),
    )

    ids = [each.endpoint.mandate_id if each.endpoint else None for each in (first, second, third)]
    assert [now.mandate_id, later.mandate_id, later.mandate_id] == ids


async def test_what_has_ended_leaves_its_key_to_a_new_one(world: World) -> None:
    await registered(world, end=TODAY)
    world.clock.today = TODAY + DAY

    assert [Outcome.REGISTERED] == told(await several(world, under()))


async def test_a_foreign_mandate_is_refused_as_a_missing_one(world: World) -> None:
    mandate = (await give(world)).mandate

    by_id, by_name, unknown = await several(
        world,
        endpoint_command(mandate.mandate_id),
        under(),
        under(under=dataclasses.replace(OF_SCHOOL, service=ServiceCode("NONE"))),
        scope=AS_ZUID,
    )

    assert [Reason.MANDATE_NOT_FOUND] * 3 == told([by_id, by_name, unknown])
    assert [] == await stored(world)


async def test_a_service_is_named_by_an_alias_too(world: World) -> None:
    await give(world, mandate_command(service="ROD_PO"))
    of = dataclasses.replace(OF_SCHOOL, service=ServiceCode("BRON_PO"))

    (result,) = await several(world, under(under=of))

    assert [Reason.SERVICE_VERSION_NOT_FOUND] == told([result])  # ROD_PO ships without versions
