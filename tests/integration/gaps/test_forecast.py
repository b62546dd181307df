"""What will change if nothing is done, as each hears of its own (design.md#forecast)."""

import asyncio
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.builders.stubs import Stubs
from support.fakes.broker import bearer
from support.worlds import small_world as w
from support.worlds.hub import Hub, reason_of, running_hub
from support.worlds.persons.portal_world import portal_world
from wissel.clients.testing.cast import DUO, NOORD, SWV, ZUID
from wissel.routing.facts import AgreementKind
from wissel.routing.values.days import ONE_DAY, Period, day_of
from wissel.server.rpc.calls.sharing.turns import WAITING
from wissel.server.rpc.services.routes import forecasting
from wissel.traffic.v1 import route_service_pb2 as pb

TODAY = day_of(dt.datetime.now(dt.UTC))
LAST = TODAY + 30 * ONE_DAY
NEXT = LAST + ONE_DAY
ENDING = dataclasses.replace(w.C_ZUID, period=Period(w.START, LAST))
"""The mandate of 99XC to Zuid, with its last day."""
LAPSING = w.agreement(w.BOARD_1, AgreementKind.OSO, end=LAST + 9 * ONE_DAY)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=[*w.small(), ENDING, LAPSING]) as started:
        yield started


async def forecast(hub: Hub, name: str, **asked: Any) -> pb.ForecastRoutesResponse:
    request = pb.ForecastRoutesRequest(**({"days": 90} | asked))
    answer: pb.ForecastRoutesResponse = await Stubs(hub, name).routes.ForecastRoutes(request)
    return answer


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return reason_of(error.value)


def told(answer: pb.ForecastRoutesResponse) -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [
        (event.date, [(each.happening, each.entity, each.entity_id) for each in event.causes])
        for event in answer.events
    ]


MANDATE_ENDS = (str(NEXT), [("ENDS", "MANDATE", str(ENDING.mandate_id))])
AGREEMENT_ENDS = (
    str(LAST + 10 * ONE_DAY),
    [("ENDS", "AGREEMENT", str(LAPSING.agreement_id))],
)


async def test_what_breaks_is_told_with_its_day_its_cause_and_what_keeps_it(hub: Hub) -> None:
    answer = await forecast(hub, "desk")

    assert [MANDATE_ENDS, AGREEMENT_ENDS] == told(answer)
    assert (str(TODAY), str(TODAY + 90 * ONE_DAY)) == (answer.from_date, answer.to_date)
    assert await hub.register.head_revision() == answer.registry_revision
    mandate, agreement = answer.events
    assert (2, 1) == (mandate.routes.lost, mandate.senders.lost)
    assert ("MANDATE_MISSING", str(LAST)) == (mandate.reason, mandate.causes[0].date)
    assert [("GIVE_MANDATE", "BOARD")] == [(each.action, each.owner) for each in mandate.fixes]
    assert [("SIGN_AGREEMENT", "BOARD")] == [(each.action, each.owner) for each in agreement.fixes]
    assert (w.BOARD_1, "OSO") == (agreement.causes[0].signatory, agreement.causes[0].agreement)
    assert all(
        each.text and each.owner_text and each.contact
        for event in answer.events
        for each in event.fixes
    )
    assert {(str(NEXT), "")} == {(each.start_date, each.end_date) for each in mandate.examples}
    assert [(ZUID.oin, 2), (NOORD.oin, 2)] == sorted(
        ((each.key, each.routes.lost) for each in answer.total.by_vendor.groups), reverse=True
    )


async def test_the_words_follow_the_language_of_the_caller(hub: Hub) -> None:
    request = pb.ForecastRoutesRequest(days=90)

    answer = await Stubs(hub, "desk").routes.ForecastRoutes(
        request, metadata=[("accept-language", "nl")]
    )

    assert "het bestuur" == answer.events[0].fixes[0].owner_text


async def test_what_follows_later_is_told_too(hub: Hub) -> None:
    """A successor that begins a week later leaves a gap, which ends when it begins."""
    back = NEXT + 7 * ONE_DAY
    successor = w.mandate(w.XC, w.LAS_ZUID, name="2", period=Period(back))
    await hub.put(successor, w.endpoint(successor, 7, vestiging="01", period=Period(back)))

    answer = await forecast(hub, "desk", brin="99XC")

    breaks, sends, receives = answer.events
    assert MANDATE_ENDS == told(answer)[0]
    assert {str(back - ONE_DAY)} == {each.end_date for each in breaks.examples}
    assert (str(back), 0, 1) == (sends.date, sends.routes.gained, sends.senders.gained)
    assert ["MANDATE"] == [each.entity for each in sends.causes]
    assert (str(back), 2, 0) == (receives.date, receives.routes.gained, receives.senders.gained)
    assert ["MANDATE", "ENDPOINT"] == [each.entity for each in receives.causes]
    assert not receives.fixes


async def test_each_hears_of_its_own(hub: Hub) -> None:
    """What its school's board signed counts for the routes to a vendor's own systems."""
    assert [MANDATE_ENDS] == told(await forecast(hub, "zuid"))
    assert [AGREEMENT_ENDS] == told(await forecast(hub, "noord"))
    assert [] == told(await forecast(hub, "duo"))


async def test_a_vendor_is_not_told_who_takes_its_place(hub: Hub) -> None:
    """Location 00 of 99XB goes from Noord to Zuid."""
    own = dataclasses.replace(w.B_NOORD, period=Period(w.START, LAST))
    other = w.mandate(w.XB, w.LAS_ZUID, name="2", period=Period(NEXT))
    endpoint = w.endpoint(other, 8, vestiging="00", period=Period(NEXT))
    await hub.put(own, other, endpoint)

    noord = await forecast(hub, "noord", brin="99XB")
    zuid = await forecast(hub, "zuid", brin="99XB")

    sends, receives = noord.events
    assert [[("ENDS", "MANDATE", str(own.mandate_id))]] * 2 == [why for _, why in told(noord)]
    assert (1, False) == (sends.senders.lost, sends.caused_by_others)
    assert (1, True) == (receives.routes.lost, receives.caused_by_others)
    for foreign in (str(other.mandate_id), str(endpoint.endpoint_id), w.LAS_ZUID, ZUID.oin):
        assert foreign not in str(noord)
    for foreign in (str(own.mandate_id), w.LAS_NOORD, NOORD.oin):
        assert foreign not in str(zuid)


async def test_the_owner_of_a_service_hears_of_that(hub: Hub) -> None:
    given = w.mandate(w.XA, w.LAS_NOORD, w.RIO, period=Period(w.START, LAST))
    await hub.put(given)

    answer = await forecast(hub, "duo")

    assert [("ENDS", "MANDATE", str(given.mandate_id))] == told(answer)[0][1]
    assert {w.RIO} == {each.key for each in answer.total.by_service.groups}
    assert [] == told(await forecast(hub, "duo", service="OSO_OV"))
    assert DUO.oin not in {each.key for each in answer.total.by_vendor.groups}


async def test_a_person_hears_of_its_own_schools(tmp_path: Path) -> None:
    async with portal_world(tmp_path, facts=[ENDING, LAPSING]) as world:
        routes, token = world.portal.routes, bearer(world.broker.token())
        request = pb.ForecastRoutesRequest(days=90)
        answer = await routes.ForecastRoutes(request, metadata=token)
        request.brin = "99XC"
        others = await routes.ForecastRoutes(request, metadata=token)
        silent = await refused(routes.ForecastRoutes(request))

    assert [AGREEMENT_ENDS] == told(answer)
    assert [] == told(others)
    assert "TOKEN_REQUIRED" == silent


@pytest.mark.parametrize(
    ("asked", "events"),
    [
        ({"service": "OSO_OV"}, [MANDATE_ENDS, AGREEMENT_ENDS]),
        ({"service": "OSO_OV", "brin": "99XC"}, [MANDATE_ENDS]),
        ({"service": "RIO_PO"}, []),
        ({"brin": "99ZZ"}, []),
        ({"swv": SWV}, []),
        ({"board_number": w.BOARD_1}, [AGREEMENT_ENDS]),
        ({"days": 31}, [MANDATE_ENDS]),
        ({"days": 30}, []),
    ],
)
async def test_what_is_asked_about(hub: Hub, asked: dict[str, Any], events: Any) -> None:
    assert events == told(await forecast(hub, "desk", **asked))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"days": 0}, "FIELD_INVALID"),
        ({"days": 367}, "FIELD_INVALID"),
        ({"days": -1}, "FIELD_INVALID"),
        ({"service": "NONE"}, "SERVICE_NOT_FOUND"),
        ({"service": "oso ov"}, "IDENTIFIER_MALFORMED"),
        ({"brin": "x"}, "IDENTIFIER_MALFORMED"),
        ({"brin": "99XA", "swv": SWV}, "FIELD_INVALID"),
        ({"board_number": "1"}, "IDENTIFIER_MALFORMED"),
        ({"page_size": -1}, "FIELD_INVALID"),
        ({"page_token": "nonsense"}, "PAGE_TOKEN_INVALID"),
        ({"at_least_revision": 10**9}, "REVISION_UNKNOWN"),
    ],
)
async def test_what_cannot_be_asked(hub: Hub, asked: dict[str, Any], reason: str) -> None:
    assert reason == await refused(forecast(hub, "desk", **asked))


async def test_all_pages_are_of_one_revision(hub: Hub) -> None:
    """What is recorded meanwhile is in none of them."""
    first = await forecast(hub, "desk", page_size=1)
    await hub.put(w.C_ZUID)

    second = await forecast(hub, "desk", page_size=1, page_token=first.next_page_token)

    assert [MANDATE_ENDS, AGREEMENT_ENDS] == told(first) + told(second)
    assert first.registry_revision == second.registry_revision
    assert first.total == second.total
    assert "" == second.next_page_token
    assert [AGREEMENT_ENDS] == told(await forecast(hub, "desk"))


async def test_a_page_ends_before_it_is_more_than_clients_take(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecasting, "MAX_BYTES", 1)

    first = await forecast(hub, "desk")
    second = await forecast(hub, "desk", page_token=first.next_page_token)

    assert [MANDATE_ENDS, AGREEMENT_ENDS] == told(first) + told(second)
    assert (1, "") == (len(first.events), second.next_page_token)


async def test_a_page_of_what_is_not_kept_is_refused(hub: Hub) -> None:
    first = await forecast(hub, "desk", page_size=1)
    for number in range(6):
        await hub.put(dataclasses.replace(ENDING, period=Period(w.START, LAST - number * ONE_DAY)))
        await forecast(hub, "desk", page_size=1)

    expired = forecast(hub, "desk", page_size=1, page_token=first.next_page_token)

    assert "PAGE_EXPIRED" == await refused(expired)


async def test_a_token_is_for_what_was_asked(hub: Hub) -> None:
    first = await forecast(hub, "desk", page_size=1)

    other = forecast(hub, "desk", days=91, page_size=1, page_token=first.next_page_token)

    assert "PAGE_TOKEN_INVALID" == await refused(other)


async def test_of_one_party_a_few_wait_and_more_are_refused(hub: Hub) -> None:
    calls = [forecast(hub, "noord") for _ in range(WAITING * 4)]

    answers = await asyncio.gather(*calls, return_exceptions=True)

    reasons = {reason_of(each) for each in answers if isinstance(each, grpc.aio.AioRpcError)}
    assert reasons <= {"IMPACT_LIMIT"}
    assert any(not isinstance(each, BaseException) for each in answers)
