"""What a LAS provides to whom, through a real hub and over real mutual TLS."""

import asyncio
import datetime as dt
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from support.dossiers.editing import dossier
from support.fetching import FROM_XA, TO_XC
from support.prepared.world import (
    OTHER_PUPIL,
    PUPIL,
    ProvidingWorld,
    of_pupil,
    own_number,
    providing,
)
from wissel.clients.providing.rules import Stage

PROVISIONAL = "inzage/voorlopigdossier=true"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[ProvidingWorld]:
    async with providing(tmp_path) as world:
        yield world


async def test_a_prepared_dossier_is_fetched_by_its_receiver(world: ProvidingWorld) -> None:
    kept = world.prepare()

    fetched = await world.ask(PUPIL)
    done = await world.fetching.sign_off(fetched)

    context = fetched.header.context
    assert fetched.payload == dossier("POVO")
    assert done.result == "TRANSFERRED"
    assert (context.initiator, context.attestation) == (kept.initiator, kept.attestation)
    assert world.prepared.listed() == [kept]


async def test_a_large_dossier_comes_in_chunks(world: ProvidingWorld) -> None:
    large = of_pupil(PUPIL, f"overstapadvies/argumentatie={'advies ' * 400_000}")
    world.prepare(large, unchecked=True)

    assert (await world.ask(PUPIL)).payload == large


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "DOSSIER_NOT_FOUND"),
        ({"content": of_pupil(OTHER_PUPIL)}, "DOSSIER_NOT_FOUND"),
        (
            {"content": dossier("BB"), "receivers": ["99XA"], "numbers": [PUPIL.digits]},
            "DOSSIER_NOT_FOUND",
        ),
        ({"receivers": ["99XB"]}, "REQUESTER_NOT_ALLOWED"),
        ({"receivers": ["0000000700099XC00002"]}, "REQUESTER_NOT_ALLOWED"),
        ({"held": True}, "DOSSIER_NOT_READY"),
        ({"sender_routing_key": "0000000700099XA00077"}, "DOSSIER_NOT_FOUND"),
    ],
    ids=["nothing", "another", "within", "school", "point", "held", "elsewhere"],
)
async def test_what_is_not_given(
    world: ProvidingWorld, options: dict[str, Any], reason: str
) -> None:
    if options:
        world.prepare(**options)

    assert await world.refusal(PUPIL) == reason
    (remembered,) = world.prepared.requests()
    assert f"{reason}".endswith(remembered.state.value)
    assert (remembered.requester.routing_key, remembered.source.routing_key) == (TO_XC, FROM_XA)


async def test_it_is_given_at_the_delivery_points_that_are_named(world: ProvidingWorld) -> None:
    world.prepare(receivers=[TO_XC], sender_routing_key=FROM_XA)

    assert (await world.ask(PUPIL)).payload == dossier("POVO")


async def test_a_requester_says_what_it_has_and_reads(world: ProvidingWorld) -> None:
    kept = world.prepare()

    newer = await world.ask(PUPIL, if_collected_after=kept.collected - dt.timedelta(seconds=1))
    unchanged = await world.refusal(PUPIL, if_collected_after=kept.collected)
    other = await world.refusal(PUPIL, accepted_versions=["2022.1"])
    known = await world.ask(PUPIL, accepted_versions=["2022.1", "2019.1"])

    assert newer.payload == known.payload == dossier("POVO")
    assert (unchanged, other) == ("DOSSIER_UNCHANGED", "DOSSIER_VERSION_MISMATCH")
    assert world.prepared.requests() == []


async def test_within_a_session_the_header_is_the_same_unless_the_dossier_is_not(
    world: ProvidingWorld,
) -> None:
    world.prepare()
    session = await world.fetching.start()

    first, again = await world.ask(PUPIL, session), await world.ask(PUPIL, session)
    world.prepare(of_pupil(PUPIL, "leerling/voornaam=Anders"))
    changed = await world.ask(PUPIL, session)
    elsewhere = await world.ask(PUPIL)

    assert first.opening.header == again.opening.header
    ids = {each.header.context.message_id for each in (first, changed, elsewhere)}
    assert len(ids) == 3
    assert b"Anders" in changed.payload


async def test_a_session_that_is_used_twice_at_once_has_one_header(world: ProvidingWorld) -> None:
    world.prepare()
    session = await world.fetching.start()
    request = world.fetching.request(session, **world.key(session, PUPIL))

    async def header() -> bytes:
        call = world.fetching.stub().FetchDossier(request, timeout=60)
        try:
            async for part in call:
                if part.opening.header.payload:
                    return bytes(part.opening.header.payload)
        finally:
            call.cancel()
        return b""

    made = [
        each
        for each in await asyncio.gather(*(header() for _ in range(4)), return_exceptions=True)
        if isinstance(each, bytes)
    ]

    assert len(set(made)) == 1


async def test_withdrawn_between_two_fetches(world: ProvidingWorld) -> None:
    kept = world.prepare()
    session = await world.fetching.start()
    await world.ask(PUPIL, session)

    world.prepared.withdraw(kept.dossier_id)

    assert await world.refusal(PUPIL, session) == "DOSSIER_NOT_FOUND"


async def test_a_pupil_who_moves_three_times_and_gets_a_bsn_on_the_way(
    world: ProvidingWorld,
) -> None:
    """It has a temporary onderwijsnummer, then another one, then a BSN."""
    first, second = own_number(1), own_number(2)
    world.prepare(of_pupil(first, PROVISIONAL))
    by_first = await world.ask(first)
    world.prepare(of_pupil(second, PROVISIONAL), numbers=[first.digits], stage=Stage.PLACEMENT)
    by_second = [(await world.ask(number)).payload for number in (first, second)]
    world.prepare(of_pupil(PUPIL), numbers=[second.digits])
    by_each = [(await world.ask(number)).payload for number in (first, second, PUPIL)]

    assert by_first.payload == of_pupil(first, PROVISIONAL)
    assert set(by_second) == {of_pupil(second, PROVISIONAL)}
    assert set(by_each) == {of_pupil(PUPIL)}


async def test_an_onderwijsnummer_with_the_digits_of_a_bsn_is_another_pupil(
    world: ProvidingWorld,
) -> None:
    number = own_number(3)
    world.prepare(of_pupil(number))

    as_bsn = type(PUPIL)(kind=PUPIL.kind, digits=number.digits)

    assert await world.refusal(as_bsn) == "DOSSIER_NOT_FOUND"


async def test_wrong_keys_find_nothing(world: ProvidingWorld) -> None:
    world.prepare()
    session = await world.fetching.start()
    right = world.key(session, PUPIL)

    for changes in (
        {"source_key_id": str(uuid4())},
        {"source_key_id": "../../../etc/passwd"},
        {"requester_key_id": str(uuid4())},
        {"requester_key_id": right["source_key_id"]},
        {"requester_key_id": "what"},
    ):
        assert await world.refusal(PUPIL, session, **changes) == "SOURCE_REFUSED"
    assert await world.refusal(PUPIL, await world.fetching.start(), **right) == "DOSSIER_NOT_FOUND"
    assert (await world.ask(PUPIL, session)).payload == dossier("POVO")


async def test_who_asked_in_vain_is_found_once_there_is_something(world: ProvidingWorld) -> None:
    session = await world.fetching.start()
    await world.refusal(PUPIL, session)
    await world.refusal(OTHER_PUPIL)
    before = {each.state for each in world.prepared.requests()}

    world.prepare(receivers=["99XB"])
    not_for_it = {each.state for each in world.prepared.requests()}
    held = world.prepare(held=True)
    not_yet = {each.state for each in world.prepared.requests()}
    world.prepared.release(held.dossier_id)
    available = [str(each.session_id) for each in world.prepared.remembered.available()]
    await world.ask(PUPIL)

    assert before == not_for_it == not_yet == {"NOT_FOUND"}
    assert available == [session]
    (left,) = world.prepared.requests()
    assert left.state == "NOT_FOUND"


async def test_a_request_is_forgotten_after_1_october(world: ProvidingWorld) -> None:
    await world.refusal(PUPIL)
    (request,) = world.prepared.requests()
    in_use = world.prepared.remembered.keys_in_use(dt.datetime.now(dt.UTC))

    world.skip(dt.timedelta(days=366))
    gone = world.prepared.requests()
    world.prepared.forget()

    assert (request.until.month, request.until.day, gone) == (10, 1, [])
    assert in_use == {world.keys["noord"].said.key_id}
    assert world.prepared.keys is not None
    assert world.prepared.keys.listed() == []


async def test_a_key_is_kept_as_long_as_a_request_needs_it(world: ProvidingWorld) -> None:
    await world.refusal(PUPIL)
    assert world.prepared.keys is not None
    (request,) = world.prepared.requests()
    last = dt.datetime.combine(request.until, dt.time(12), dt.UTC)

    world.skip(last - dt.datetime.now(dt.UTC))
    world.prepared.forget()

    assert [key.said for key in world.prepared.keys.listed()] == [world.keys["noord"].said]


@pytest.mark.parametrize("minutes", [-5, 5])
async def test_clocks_may_differ_by_five_minutes(tmp_path: Path, minutes: int) -> None:
    wrong = dt.timedelta(minutes=minutes) - dt.timedelta(seconds=minutes)
    async with providing(tmp_path, wrong=wrong) as world:
        world.prepare()

        fetched = await world.ask(PUPIL)

        assert (await world.fetching.sign_off(fetched)).result == "TRANSFERRED"


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_clock_that_is_a_day_off_gives_nothing(tmp_path: Path, days: int) -> None:
    async with providing(tmp_path, wrong=dt.timedelta(days=days)) as world:
        world.prepare()

        assert await world.refusal(PUPIL) == "SOURCE_FAILED"


async def test_no_number_is_told_to_anybody(
    world: ProvidingWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    number = own_number(4)
    await world.refusal(number)
    world.prepare(of_pupil(PUPIL), numbers=[number.digits])
    key = world.key(await world.fetching.start(), PUPIL)["search_key"]
    await world.fetching.sign_off(await world.ask(PUPIL))

    told = (
        world.log() + caplog.text + repr(world.prepared.requests()) + repr(world.prepared.listed())
    )
    with closing(sqlite3.connect(world.folder / "registry.db")) as register:
        told += "".join(register.iterdump())
    for file in world.folder.glob("*journal*"):
        told += file.read_bytes().decode("latin-1")
    for marker in (PUPIL.digits, number.digits, key.hex(), "Spoorbiels"):
        assert marker not in told
