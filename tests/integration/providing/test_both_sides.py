"""Prepared with the SDK on one side and fetched with it on the other, told of in between."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from support.dossiers.editing import dossier
from support.fetching import FROM_XA, TO_XC
from support.notifying import TO_SWV
from support.prepared.world import PUPIL, ProvidingWorld, of_pupil, providing
from support.requesting import Administration
from support.worlds import small_world
from support.worlds.forwarding import evergreen
from wissel.clients import AsyncHub, Fetched
from wissel.clients.providing.telling import tell
from wissel.routing.exchange.fetching.search_keys import PupilNumber
from wissel.routing.exchange.fetching.transfers import TransferResult
from wissel.routing.facts import Sector


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[ProvidingWorld]:
    async with providing(tmp_path) as world:
        yield world


async def fetch(
    world: ProvidingWorld, administration: Administration, name: str = "zuid", **options: Any
) -> Fetched:
    """Fetch the dossier of `PUPIL`, or what `pupil` says, for 99XC."""
    fields: dict[str, Any] = {
        "source": "99XA",
        "requester": "99XC",
        "routing_key": TO_XC,
        "keys": world.own_keys(name),
        "accept": administration.accept,
    }
    pupil: PupilNumber | UUID = options.pop("pupil", PUPIL)
    async with world.fetching_as(name) as hub:
        return await hub.fetch(pupil, **(fields | options))


async def test_a_dossier_goes_from_one_administration_to_the_other(world: ProvidingWorld) -> None:
    administration = Administration()
    early = await fetch(world, administration)
    world.prepare(held=True)
    not_ready = await fetch(world, administration)
    world.prepare()

    done = await fetch(world, administration)

    assert [each.result for each in (early, not_ready, done)] == [
        TransferResult.NOT_FOUND,
        TransferResult.NOT_READY,
        TransferResult.TRANSFERRED,
    ]
    assert administration.payloads == [dossier("POVO")]


async def test_both_sides_are_of_one_vendor(world: ProvidingWorld) -> None:
    world.prepare(receivers=["99XB00"])
    administration = Administration()

    done = await fetch(
        world,
        administration,
        "noord",
        requester="99XB",
        routing_key=small_world.key(small_world.XB, 1),
    )

    assert done.result is TransferResult.TRANSFERRED
    assert administration.payloads == [dossier("POVO")]


async def test_a_pupil_moves_to_special_education(world: ProvidingWorld) -> None:
    special = small_world.school(small_world.XC, small_world.BOARD_2, "01", sector=Sector.SO)
    await world.world.hub.put(special)
    moving = of_pupil(PUPIL, "metadata/overstap=POWEC")
    world.prepare(moving, receivers=["99XC01"])
    administration = Administration()

    done = await fetch(world, administration)

    assert done.result is TransferResult.TRANSFERRED
    assert administration.payloads == [moving]


async def test_a_pupil_moves_within_one_school(world: ProvidingWorld) -> None:
    """From the delivery point of one vestiging to that of another one of the same BRIN."""
    point = small_world.endpoint(small_world.A_NOORD, 2, url=f"https://{world.server.address}")
    await world.world.hub.put(*evergreen([point]))
    world.prepare(
        dossier("BB"),
        receivers=[small_world.key(small_world.XA, 2)],
        numbers=[PUPIL.digits],
        sender_routing_key=FROM_XA,
    )
    administration = Administration()

    done = await fetch(
        world,
        administration,
        "noord",
        requester="99XA",
        routing_key=small_world.key(small_world.XA, 2),
        source_routing_key=FROM_XA,
        kind="overdrachtbinnenbrin",
    )

    assert done.result is TransferResult.TRANSFERRED
    assert administration.payloads == [dossier("BB")]


async def test_who_asked_in_vain_is_told_and_fetches(world: ProvidingWorld) -> None:
    administration = Administration()
    early = await fetch(world, administration)
    world.prepare()

    told = [await tell(world.prepared, world.hub) for _ in range(2)]
    await world.world.notifier.settled()
    states = [each.state for each in world.prepared.requests()]
    done = await fetch(world, administration)

    assert (told, states) == ([1, 0], ["TOLD"])
    (notice,) = world.world.las.notified
    assert notice.session_id == str(early.session_id)
    assert done.result is TransferResult.TRANSFERRED
    assert world.prepared.requests() == []


async def test_nobody_is_told_without_the_hub_and_all_are_once_it_is_back(
    world: ProvidingWorld,
) -> None:
    await fetch(world, Administration())
    world.prepare()

    async with AsyncHub("127.0.0.1:9", world.hub.link.identity, patience=world.hub.patience) as off:
        in_vain = await tell(world.prepared, off)
    again = await tell(world.prepared, world.hub)

    assert (in_vain, again) == (0, 1)


async def test_what_is_withdrawn_again_is_told_to_nobody(world: ProvidingWorld) -> None:
    await fetch(world, Administration())
    world.prepared.withdraw(world.prepare().dossier_id)

    assert await tell(world.prepared, world.hub) == 0
    assert [each.state for each in world.prepared.requests()] == ["NOT_FOUND"]


async def test_a_dossier_for_an_swv_is_announced_and_fetched_by_its_link(
    world: ProvidingWorld,
) -> None:
    point = small_world.endpoint(small_world.A_NOORD_SWV, 1, version=small_world.SWV_2026)
    url = f"https://{world.server.address}"
    await world.world.hub.put(*evergreen([replace(point, url=url)]))
    world.prepare(dossier("POSWV"), receivers=["PO9901"])
    administration = Administration()

    told = [await tell(world.prepared, world.hub) for _ in range(2)]
    await world.world.notifier.settled()
    (notice,) = world.world.las.notified
    options = {"requester": "PO9901", "routing_key": TO_SWV}
    done = await fetch(world, administration, pupil=UUID(notice.link_key), **options)

    assert told == [1, 0]
    assert done.result is TransferResult.TRANSFERRED
    assert administration.payloads == [dossier("POSWV")]
