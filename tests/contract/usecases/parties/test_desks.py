"""What parties and systems tell of themselves, and who may change it (R10)."""

from typing import Any

import pytest

from support.worlds.register_world import (
    AS_NOORD,
    AS_OPERATOR,
    AS_ZUID,
    LAS_NOORD,
    LAS_ZUID,
    World,
    refused,
)
from wissel.clients.testing.cast import NOORD, OPERATOR, ZUID
from wissel.routing.facts import Desk, Party, System, SystemKind
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, SystemId
from wissel.server.registry.parties.parties import UpdateParty, update_party
from wissel.server.registry.parties.systems import UpdateSystem, update_system
from wissel.server.registry.parties.told import DeskChange
from wissel.server.registry.scope import Scope

DESK = DeskChange(mail="desk@noord.example", telephone="050 123 45 67", hours="9:00-17:00")
MANUAL = "https://noord.example/handleiding?dienst=oso"


async def tell(
    world: World, system_id: SystemId = LAS_NOORD, scope: Scope = AS_NOORD, **said: Any
) -> System:
    command = UpdateSystem(system_id=system_id, **said)
    return await world.run(lambda transaction: update_system(transaction, command, scope))


async def tell_party(
    world: World, oin: Oin = NOORD.oin, scope: Scope = AS_NOORD, own: Oin = NOORD.oin, **said: Any
) -> Party:
    command = UpdateParty(oin=oin, **said)
    return await world.run(lambda transaction: update_party(transaction, command, scope, own))


async def test_a_vendor_tells_where_the_users_of_its_system_find_help(world: World) -> None:
    told = await tell(world, desk=DESK, manual_url=MANUAL, step_plan_url="https://noord.example/")

    desk = Desk(mail="desk@noord.example", telephone="050 123 45 67", hours="9:00-17:00")
    assert (told.desk, told.manual_url, told.step_plan_url) == (
        desk,
        MANUAL,
        "https://noord.example/",
    )


async def test_what_is_not_said_stays_and_what_is_empty_goes(world: World) -> None:
    await tell(world, desk=DESK, manual_url=MANUAL)

    told = await tell(world, desk=DeskChange(telephone="", hours="ma-vr"), manual_url="")

    assert told.desk == Desk(mail="desk@noord.example", hours="ma-vr")
    assert (told.manual_url, told.name) == ("", "Noord LAS")


async def test_name_and_kind_are_an_operators_to_say(world: World) -> None:
    told = await tell(world, scope=AS_OPERATOR, name=" LAS Noord ", kind=SystemKind.LAS)
    with refused(Reason.FIELD_INVALID):
        await tell(world, name="LAS Zuid")
    with refused(Reason.FIELD_INVALID):
        await tell(world, kind=SystemKind.LVS)

    assert (told.name, told.kind) == ("LAS Noord", SystemKind.LAS)


@pytest.mark.parametrize("system_id", [LAS_ZUID, SystemId("las-nobody")])
async def test_what_is_told_of_anothers_system_is_not_a_vendors_to_say(
    world: World, system_id: SystemId
) -> None:
    with refused(Reason.SYSTEM_NOT_FOUND) as caught:
        await tell(world, system_id, desk=DESK)

    assert caught.value.metadata == {"system_id": system_id}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"desk": DeskChange(mail="noord")}, Reason.FIELD_INVALID),
        ({"desk": DeskChange(mail="a@b.nl, c@d.nl")}, Reason.FIELD_INVALID),
        ({"desk": DeskChange(telephone="ask Jan")}, Reason.FIELD_INVALID),
        ({"desk": DeskChange(telephone="1")}, Reason.FIELD_INVALID),
        ({"desk": DeskChange(telephone="111222333")}, Reason.PERSON_NUMBER_IN_TEXT),
        ({"desk": DeskChange(hours="a\nb")}, Reason.FIELD_INVALID),
        ({"desk": DeskChange(hours="bsn 111222333")}, Reason.PERSON_NUMBER_IN_TEXT),
        ({"manual_url": "http://noord.example"}, Reason.FIELD_INVALID),
        ({"manual_url": "https://user:pass@noord.example"}, Reason.FIELD_INVALID),
        ({"manual_url": "https://noord.example/111222333"}, Reason.PERSON_NUMBER_IN_TEXT),
        ({"step_plan_url": "javascript:alert(1)"}, Reason.FIELD_INVALID),
        ({"step_plan_url": "https://" + "x" * 500}, Reason.FIELD_INVALID),
    ],
)
async def test_what_is_none_is_not_told(world: World, said: dict[str, Any], reason: Reason) -> None:
    before = await world.revision()

    with refused(reason):
        await tell(world, **said)

    assert await world.revision() == before


async def test_a_party_tells_its_own_desk_and_an_operator_its_name(world: World) -> None:
    own = await tell_party(world, desk=DESK, contact="jan@noord.example")
    named = await tell_party(
        world, ZUID.oin, AS_OPERATOR, OPERATOR.oin, name="Zuid BV", desk=DeskChange(mail="z@z.nl")
    )
    with refused(Reason.FIELD_INVALID):
        await tell_party(world, name="Zuid BV")
    with refused(Reason.PARTY_NOT_FOUND):
        await tell_party(world, scope=AS_ZUID, own=ZUID.oin, desk=DESK)

    assert (own.desk.telephone, own.contact) == ("050 123 45 67", "jan@noord.example")
    assert (named.name, named.desk) == ("Zuid BV", Desk(mail="z@z.nl"))


async def test_a_change_of_what_was_changed_meanwhile_is_lost(world: World) -> None:
    system = await tell(world, desk=DESK)
    party = await tell_party(world, desk=DESK)
    await tell(world, manual_url=MANUAL)
    await tell_party(world, desk=DeskChange(mail=""))

    with refused(Reason.ETAG_MISMATCH):
        await tell(world, manual_url="", etag=etag_of(system))
    with refused(Reason.ETAG_MISMATCH):
        await tell_party(world, contact="", etag=etag_of(party))
