"""Registering endpoints (R8, R9), on a real register."""

from dataclasses import replace

import pytest

from support.worlds.register_world import (
    AS_NOORD,
    AS_OPERATOR,
    AS_ZUID,
    BOARD,
    DAY,
    LAS_NOORD,
    LATEST,
    NOBODY,
    OLD_VERSION,
    OWN_OIN,
    SCHOOL,
    SECOND_SCHOOL,
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
    school,
)
from wissel.clients.testing.cast import SWV, SWV_OIN
from wissel.routing.facts import Attribute, Location, School
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Aanleverpunt, Namespace, RoutingKey
from wissel.server.registry.commands import (
    EndMandate,
)
from wissel.server.registry.finding import get_endpoint
from wissel.server.registry.mandates.changing import end_mandate


async def test_an_endpoint_takes_what_its_mandate_says(world: World) -> None:
    mandate = (await give(world)).mandate

    endpoint = await register(world, endpoint_command(mandate.mandate_id))

    assert endpoint.organisation == SCHOOL
    assert endpoint.system_id == LAS_NOORD
    assert endpoint.version == LATEST
    assert endpoint.attribute is Attribute.LAS
    assert endpoint.period == Period(TODAY)
    assert endpoint.url == "https://las.noord.example:8443"
    async with world.register.snapshot() as snapshot:
        assert await get_endpoint(snapshot, endpoint.endpoint_id, AS_NOORD) == endpoint


async def test_it_begins_with_a_mandate_that_is_to_come(world: World) -> None:
    mandate = (await give(world, mandate_command(start=TODAY + 5 * DAY))).mandate

    endpoint = await register(world, endpoint_command(mandate.mandate_id))

    assert endpoint.period == Period(TODAY + 5 * DAY)


async def test_two_versions_stand_side_by_side(world: World) -> None:
    mandate = (await give(world)).mandate
    await register(world, endpoint_command(mandate.mandate_id))

    older = await register(world, endpoint_command(mandate.mandate_id, version=OLD_VERSION))

    assert older.version == OLD_VERSION


async def test_a_samenwerkingsverband_receives_too(world: World) -> None:
    await world.put(qualification(SWV_NOORD, "OSO_SWV"))
    command = mandate_command(organisation=SWV, service="OSO_SWV", system_id=SWV_NOORD)
    mandate = (await give(world, command)).mandate
    key = RoutingKey(f"{SWV_OIN[:-1]}1")

    endpoint = await register(world, endpoint_command(mandate.mandate_id, routing_key=key))

    assert endpoint.attribute is Attribute.SWV
    with refused(Reason.FIELD_INVALID):
        await register(world, endpoint_command(mandate.mandate_id, routing_key=key, vestiging="00"))


@pytest.mark.parametrize("text", ["02", "99XA02"])
async def test_a_vestiging_is_written_short_or_whole(world: World, text: str) -> None:
    endpoint = await registered(world, vestiging=text, aanleverpunt=Aanleverpunt("2"))

    assert (endpoint.vestiging, endpoint.aanleverpunt) == ("99XA02", "2")


async def test_a_las_at_a_vestiging_has_its_aanleverpunt_unsaid(world: World) -> None:
    endpoint = await registered(world, vestiging="02")

    assert endpoint.aanleverpunt == "2"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"routing_key": RoutingKey("0000000700099XB00001")}, Reason.ROUTING_KEY_FOREIGN),
        ({"routing_key": RoutingKey(OWN_OIN)}, Reason.ROUTING_KEY_FOREIGN),
        ({"routing_key": RoutingKey("0000000700099XA00000")}, Reason.ROUTING_KEY_RESERVED),
        ({"version": Namespace("urn:none")}, Reason.SERVICE_VERSION_NOT_FOUND),
        ({"url": "https://las.noord.example/path"}, Reason.URL_INVALID),
        ({"vestiging": "03"}, Reason.VESTIGING_NOT_FOUND),
        ({"vestiging": "99XB01"}, Reason.IDENTIFIER_MALFORMED),
        ({"vestiging": "99XA02", "aanleverpunt": "3"}, Reason.AANLEVERPUNT_INVALID),
        ({"aanleverpunt": "7"}, Reason.AANLEVERPUNT_INVALID),
        ({"attribute": Attribute.SWV}, Reason.FIELD_INVALID),
        ({"start": TODAY - DAY}, Reason.DATE_IN_PAST),
        ({"start": TODAY, "end": TODAY - DAY}, Reason.PERIOD_INVALID),
        ({"under": NOBODY}, Reason.MANDATE_NOT_FOUND),
    ],
)
async def test_endpoints_that_cannot_be(
    world: World, changes: dict[str, object], reason: Reason
) -> None:
    mandate = (await give(world)).mandate
    if "aanleverpunt" in changes:
        changes = {**changes, "aanleverpunt": Aanleverpunt(str(changes["aanleverpunt"]))}

    with refused(reason):
        await register(world, replace(endpoint_command(mandate.mandate_id), **changes))  # type: ignore[arg-type]  # the cases name real fields


async def test_no_aanleverpunt_0_without_location_00(world: World) -> None:
    mandate = (await give(world, mandate_command(organisation=SECOND_SCHOOL))).mandate
    key = RoutingKey("0000000700099XB00001")
    command = endpoint_command(mandate.mandate_id, routing_key=key)

    with refused(Reason.AANLEVERPUNT_INVALID):
        await register(world, replace(command, aanleverpunt=Aanleverpunt("0")))
    found = await register(world, replace(command, aanleverpunt=Aanleverpunt("1")))
    assert found.aanleverpunt == "1"


async def test_a_closed_vestiging_gets_no_endpoint(world: World) -> None:
    open_school = school(SCHOOL, BOARD, "00", "02")
    locations = (open_school.locations[0], _closed(open_school.locations[1]))
    await world.put(replace(open_school, locations=locations))

    with refused(Reason.SCHOOL_CLOSED):
        await registered(world, vestiging="02")


async def test_a_closed_school_gets_no_endpoint(world: World) -> None:
    mandate = (await give(world)).mandate
    async with world.register.snapshot() as snapshot:
        known = await snapshot.get(School, SCHOOL)
    assert known is not None
    await world.put(replace(known, locations=tuple(map(_closed, known.locations))))

    with refused(Reason.SCHOOL_CLOSED):
        await register(world, endpoint_command(mandate.mandate_id))


async def test_another_vendors_mandate_does_not_exist(world: World) -> None:
    mandate = (await give(world)).mandate

    with refused(Reason.MANDATE_NOT_FOUND) as caught:
        await register(world, endpoint_command(mandate.mandate_id), AS_ZUID)
    assert caught.value.metadata == {"mandate_id": str(mandate.mandate_id)}


async def test_no_endpoint_under_an_ended_mandate(world: World) -> None:
    mandate = (await give(world)).mandate
    command = EndMandate(mandate_id=mandate.mandate_id)
    await world.run(lambda transaction: end_mandate(transaction, command, AS_OPERATOR))

    with refused(Reason.MANDATE_ENDED):
        await register(world, endpoint_command(mandate.mandate_id))


@pytest.mark.parametrize(("start", "end"), [(10, None), (0, 4)])
async def test_it_shares_a_day_with_its_mandate(world: World, start: int, end: int | None) -> None:
    mandate = (
        await give(world, mandate_command(start=TODAY + 5 * DAY, end=TODAY + 9 * DAY))
    ).mandate
    last = None if end is None else TODAY + end * DAY
    command = endpoint_command(mandate.mandate_id, start=TODAY + start * DAY, end=last)

    with refused(Reason.ENDPOINT_OUTSIDE_MANDATE):
        await register(world, command)


async def test_it_may_last_longer_than_its_mandate(world: World) -> None:
    mandate = (await give(world, mandate_command(end=TODAY + 9 * DAY))).mandate
    command = endpoint_command(mandate.mandate_id, end=TODAY + 99 * DAY)

    assert (await register(world, command)).period == Period(TODAY, TODAY + 99 * DAY)


def _closed(location: Location) -> Location:
    return replace(location, closed=TODAY - DAY)
