"""What is known of receivers, and who leads a round, on each engine there is."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.reachability.observation import (
    Observation,
    Pinged,
    Receiver,
    Silence,
    first_of,
    then,
)
from wissel.server.courier.receivers.causes import Cause
from wissel.server.store.database import Database
from wissel.server.store.observations import SqlObservations

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
LEASE, EVERY = dt.timedelta(minutes=5), dt.timedelta(hours=1)
ONE = Receiver("las.zuid.example", 8443, Oin(ZUID.oin))
TWO = Receiver("las.zuid.example", 8443, Oin(NOORD.oin))
DEAD = Pinged(Silence(cause=Cause.DNS, detail="there is no such name"))
ANSWERS = Pinged(None, NOW + 100 * EVERY)


@pytest.fixture
async def database(registry_url: str) -> AsyncIterator[Database]:
    opened = Database.open(registry_url)
    yield opened
    await opened.close()


@pytest.fixture
def observations(database: Database) -> SqlObservations:
    return SqlObservations(database)


async def test_one_of_many_leads_a_round(registry_url: str, observations: SqlObservations) -> None:
    others = [Database.open(registry_url) for _ in range(3)]
    stores = [observations, *map(SqlObservations, others)]

    led = await asyncio.gather(
        *(each.lead(f"process {number}", NOW, LEASE, EVERY) for number, each in enumerate(stores))
    )

    for each in others:
        await each.close()
    assert 1 == len([each for each in led if each is not None])


async def test_what_was_found_is_read_as_it_was(observations: SqlObservations) -> None:
    led = await observations.lead("one", NOW, LEASE, EVERY)
    assert led is not None
    silent = then(first_of(ONE, DEAD, NOW), DEAD, NOW + EVERY, EVERY)
    found: list[Observation] = sorted(
        [silent, first_of(TWO, ANSWERS, NOW)], key=lambda each: each.receiver
    )

    kept = await observations.record(led, found, lease=NOW + LEASE)

    assert kept
    assert found == list(await observations.all())


async def test_the_one_who_leads_on_finds_what_was_recorded_and_the_other_records_no_more(
    observations: SqlObservations,
) -> None:
    gone = await observations.lead("one", NOW, LEASE, EVERY)
    assert gone is not None
    await observations.record(gone, [first_of(ONE, DEAD, NOW)], lease=NOW + LEASE)

    early = await observations.lead("two", NOW + LEASE / 2, LEASE, EVERY)
    led = await observations.lead("two", NOW + LEASE, LEASE, EVERY)
    late = await observations.record(gone, [first_of(TWO, DEAD, NOW)], lease=NOW + 2 * LEASE)

    assert early is None
    assert led is not None
    assert NOW == led.started
    assert not late
    assert [ONE] == [each.receiver for each in await observations.all()]


async def test_what_is_gone_is_forgotten_and_a_round_that_ended_is_due_no_more(
    observations: SqlObservations,
) -> None:
    led = await observations.lead("one", NOW, LEASE, EVERY)
    assert led is not None
    await observations.record(led, [first_of(ONE, DEAD, NOW)], lease=NOW + LEASE)

    await observations.record(led, [], gone={ONE}, lease=NOW, ended=True)

    last = await observations.last_round()
    assert last is not None
    assert (True, 2) == (last.ended, last.version)
    assert [] == list(await observations.all())
    assert await observations.lead("two", NOW + EVERY / 2, LEASE, EVERY) is None
    assert await observations.lead("two", NOW + EVERY, LEASE, EVERY) is not None
