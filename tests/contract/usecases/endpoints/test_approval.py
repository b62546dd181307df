"""Extra aanleverpunten wait for an operator (R9), and which routing key is free."""

from dataclasses import replace
from uuid import UUID

from support.worlds.register_world import (
    AS_NOORD,
    AS_OPERATOR,
    AS_ZUID,
    DAY,
    KEY,
    LAS_ZUID,
    OLD_VERSION,
    SCHOOL,
    SECOND_KEY,
    SWV_NOORD,
    TODAY,
    World,
    endpoint_command,
    give,
    mandate_command,
    qualification,
    refused,
    register,
    registered,
)
from wissel.clients.testing.cast import SWV, SWV_OIN
from wissel.routing.facts import Attribute, Endpoint
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Aanleverpunt, RoutingKey
from wissel.server.registry.commands import (
    ApproveDeliveryPoint,
    EndEndpoint,
    RegisterEndpoint,
    UpdateEndpoint,
)
from wissel.server.registry.endpoints.changing import (
    approve_delivery_point,
    end_endpoint,
    update_endpoint,
)
from wissel.server.registry.endpoints.registering import suggest_routing_key
from wissel.server.registry.scope import Scope


def extra(mandate_id: UUID, **changes: object) -> RegisterEndpoint:
    values: dict[str, object] = {"aanleverpunt": Aanleverpunt("100"), "attribute": Attribute.OT}
    return endpoint_command(mandate_id, **(values | changes))


async def approve(world: World, endpoint: Endpoint, etag: str = "") -> Endpoint:
    command = ApproveDeliveryPoint(endpoint_id=endpoint.endpoint_id, etag=etag)
    return await world.run(
        lambda transaction: approve_delivery_point(transaction, command, AS_OPERATOR)
    )


async def end(world: World, endpoint: Endpoint) -> None:
    command = EndEndpoint(endpoint_id=endpoint.endpoint_id)
    await world.run(lambda transaction: end_endpoint(transaction, command, AS_OPERATOR))


async def suggested(world: World, mandate_id: UUID, scope: Scope = AS_NOORD) -> RoutingKey:
    async with world.register.snapshot() as snapshot:
        return await suggest_routing_key(snapshot, mandate_id, scope)


async def test_an_extra_aanleverpunt_waits_for_its_approval(world: World) -> None:
    first = await register(world, extra((await give(world)).mandate.mandate_id))

    approved = await approve(world, first, etag_of(first))

    assert first.unapproved
    assert replace(first, unapproved=False) == approved
    assert approved == await approve(world, approved)


async def test_that_of_an_operator_is_approved(world: World) -> None:
    command = extra((await give(world)).mandate.mandate_id)

    assert not (await register(world, command, AS_OPERATOR)).unapproved


async def test_one_that_was_approved_is_so_for_other_versions_of_the_same_system(
    world: World,
) -> None:
    mandate_id = (await give(world)).mandate.mandate_id
    zuid = (await give(world, mandate_command(system_id=LAS_ZUID))).mandate.mandate_id
    first = await register(world, extra(mandate_id))
    older = extra(mandate_id, version=OLD_VERSION)

    assert (await register(world, replace(older, routing_key=SECOND_KEY))).unapproved
    await approve(world, first)
    assert not (await register(world, older)).unapproved
    other_point = replace(older, routing_key=RoutingKey(f"{KEY[:-1]}3"))
    assert (
        await register(world, replace(other_point, aanleverpunt=Aanleverpunt("101")))
    ).unapproved
    of_another = extra(zuid, routing_key=RoutingKey(f"{KEY[:-1]}4"))
    assert (await register(world, of_another, AS_ZUID)).unapproved


async def test_an_approval_ends_with_its_endpoint(world: World) -> None:
    mandate_id = (await give(world)).mandate.mandate_id
    first = await register(world, extra(mandate_id))
    await end(world, await approve(world, first))

    assert (await register(world, extra(mandate_id))).unapproved


async def test_another_extra_aanleverpunt_waits_anew(world: World) -> None:
    mandate_id = (await give(world)).mandate.mandate_id
    first = await approve(world, await register(world, extra(mandate_id)))

    def to(point: str) -> UpdateEndpoint:
        return UpdateEndpoint(endpoint_id=first.endpoint_id, aanleverpunt=Aanleverpunt(point))

    kept = UpdateEndpoint(endpoint_id=first.endpoint_id, url="https://new.noord.example")
    assert not (await world.run(lambda t: update_endpoint(t, kept, AS_NOORD))).unapproved
    assert (await world.run(lambda t: update_endpoint(t, to("101"), AS_NOORD))).unapproved
    assert not (await world.run(lambda t: update_endpoint(t, to("2"), AS_NOORD))).unapproved


async def test_what_has_ended_is_not_approved(world: World) -> None:
    first = await register(world, extra((await give(world)).mandate.mandate_id))
    await end(world, first)

    with refused(Reason.ENDPOINT_ENDED):
        await approve(world, first)


async def test_only_what_the_operator_saw_is_approved(world: World) -> None:
    first = await register(world, extra((await give(world)).mandate.mandate_id))

    with refused(Reason.ETAG_MISMATCH):
        await approve(world, first, "0123456789abcdef")


async def test_a_waiting_one_keeps_its_routing_key(world: World) -> None:
    mandate_id = (await give(world)).mandate.mandate_id
    await register(world, extra(mandate_id))

    with refused(Reason.ROUTING_KEY_IN_USE):
        await register(world, endpoint_command(mandate_id))


async def test_the_lowest_key_that_was_never_used_is_suggested(world: World) -> None:
    first = await registered(world)
    await register(world, endpoint_command(first.mandate_id, routing_key=SECOND_KEY))
    await end(world, first)
    late = (await give(world, mandate_command(start=TODAY + DAY, system_id=LAS_ZUID))).mandate

    assert RoutingKey(f"{SCHOOL.stem}00003") == await suggested(world, first.mandate_id)
    assert RoutingKey(f"{SCHOOL.stem}00003") == await suggested(world, late.mandate_id, AS_ZUID)


async def test_a_key_is_suggested_for_own_mandates(world: World) -> None:
    mandate_id = (await give(world)).mandate.mandate_id

    with refused(Reason.MANDATE_NOT_FOUND):
        await suggested(world, mandate_id, AS_ZUID)


async def test_a_samenwerkingsverband_can_run_out_of_keys(world: World) -> None:
    await world.put(qualification(SWV_NOORD, "OSO_SWV"))
    command = mandate_command(organisation=SWV, service="OSO_SWV", system_id=SWV_NOORD)
    mandate = (await give(world, command)).mandate
    width = len(SWV_OIN) - len(SWV_OIN.stem)

    def key(number: int) -> RoutingKey:
        return RoutingKey(f"{SWV_OIN.stem}{number:0{width}}")

    first = await register(world, endpoint_command(mandate.mandate_id, routing_key=key(1)))
    assert key(2) == await suggested(world, mandate.mandate_id)
    await world.put(
        *(
            replace(first, endpoint_id=UUID(int=number), routing_key=key(number))
            for number in range(2, 10**width)
        )
    )
    with refused(Reason.ROUTING_KEYS_EXHAUSTED):
        await suggested(world, mandate.mandate_id)
