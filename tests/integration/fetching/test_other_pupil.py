"""A source that gives the dossier of another pupil is found out before it is accepted."""

import pytest

from support.fakes.source import one_after_the_other, providing
from support.prepared.world import OTHER_PUPIL, PUPIL, of_pupil, own_number
from support.requesting import Requesting


async def test_the_dossier_of_another_pupil_is_refused_for_good(
    world: Requesting, caplog: pytest.LogCaptureFixture
) -> None:
    world.source.provide = providing(of_pupil(OTHER_PUPIL))
    hub = await world.hub()

    with caplog.at_level("DEBUG"):
        fetched = await world.fetch(hub)

    (point,) = fetched.points
    assert (fetched.result, point.result, fetched.receipt) == ("FAILED", "FAILED", None)
    assert point.error is not None
    assert point.error.reason == "RECEIVER_REFUSED"
    assert point.error.metadata["receiver_reason"] == "OTHER_PUPIL"
    assert await world.ended_as(fetched) == "FAILED"
    assert (world.administration.given, world.files()) == ([], [])
    assert await hub.resume_fetched(world.administration.accept) == []
    for number in (PUPIL, OTHER_PUPIL):
        assert number.digits not in caplog.text + repr(fetched) + str(point.error)


async def test_the_next_delivery_point_may_give_the_right_one(world: Requesting) -> None:
    await world.with_points(1, 2)
    world.source.provide = one_after_the_other(
        providing(of_pupil(OTHER_PUPIL)), providing(of_pupil(PUPIL))
    )

    fetched = await world.fetch()

    assert [each.result for each in fetched.points] == ["FAILED", "TRANSFERRED"]
    assert world.administration.payloads == [of_pupil(PUPIL)]


async def test_a_dossier_without_the_kind_of_number_is_accepted(world: Requesting) -> None:
    world.source.provide = providing(of_pupil(own_number(1)))

    fetched = await world.fetch()

    assert (fetched.result, len(world.administration.given)) == ("TRANSFERRED", 1)
