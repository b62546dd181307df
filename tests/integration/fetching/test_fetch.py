"""A dossier is fetched with the SDK from a scripted source, through a real hub."""

import asyncio
import datetime as dt
from dataclasses import replace
from uuid import UUID, uuid4

import grpc
import pytest

from support.builders import envelopes
from support.fakes.source import (
    Providing,
    failing,
    one_after_the_other,
    providing,
    refusing,
    silent,
    waiting,
)
from support.notifying import TO_SWV, NotifyWorld
from support.requesting import PUPIL, Requesting
from support.worlds import small_world
from support.worlds.forwarding import evergreen
from wissel.clients import Patience, Refused, RefuseMessage
from wissel.clients.las import Became
from wissel.clients.transport.retry import IMPATIENT
from wissel.routing.exchange.fetching.transfers import MOST_NOT_FOUND, TransferResult
from wissel.routing.exchange.outcome import OutcomeResult


async def test_a_dossier_is_fetched_accepted_and_signed_for(world: Requesting) -> None:
    seen: list[tuple[int, int]] = []

    fetched = await world.fetch(progress=lambda done, total: seen.append((done, total)))

    assert fetched.result is TransferResult.TRANSFERRED
    assert world.administration.payloads == [envelopes.PAYLOAD]
    assert fetched.receipt is not None
    assert fetched.receipt.size == len(envelopes.PAYLOAD)
    assert [world.asked_for(order) for order in world.source.orders] == [PUPIL]
    assert world.fetch_world.entries()[-1] == (1, "DELIVERED")
    assert seen[0] == (0, len(envelopes.PAYLOAD))
    assert seen[-1] == (len(envelopes.PAYLOAD), len(envelopes.PAYLOAD))
    assert list((world.store / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("reason", "result"),
    [
        ("DOSSIER_NOT_FOUND", "NOT_FOUND"),
        ("DOSSIER_NOT_READY", "NOT_READY"),
        ("DOSSIER_UNCHANGED", "UNCHANGED"),
        ("DOSSIER_VERSION_MISMATCH", "VERSION_MISMATCH"),
        ("REQUESTER_NOT_ALLOWED", "REQUESTER_NOT_ALLOWED"),
    ],
)
async def test_a_source_that_has_none_is_a_result(
    world: Requesting, reason: str, result: str
) -> None:
    world.source.provide = refusing(reason)

    fetched = await world.fetch()

    (point,) = fetched.points
    assert (fetched.result, point.result, fetched.receipt) == (result, result, None)
    assert point.error is not None
    assert point.error.reason == reason
    assert await world.ended_as(fetched) == result
    assert world.administration.given == []


async def test_what_a_source_says_otherwise_is_told(world: Requesting) -> None:
    world.source.provide = refusing("TOO_BUSY", "Morgen weer.")

    (point,) = (await world.fetch()).points

    assert point.result is TransferResult.FAILED
    assert point.error is not None
    assert point.error.reason == "SOURCE_REFUSED"
    assert point.error.metadata["source_reason"] == "TOO_BUSY"


FAILING = {
    "it damages the bytes": (
        providing(envelopes.PAYLOAD[:-1] + b"x", said=envelopes.PAYLOAD),
        "SOURCE_INVALID",
    ),
    "it gives too few": (
        providing(envelopes.PAYLOAD[:-1], said=envelopes.PAYLOAD),
        "SOURCE_INVALID",
    ),
    "it gives too many": (
        providing(envelopes.PAYLOAD + b"x", said=envelopes.PAYLOAD),
        "SOURCE_INVALID",
    ),
    "it gives that of another session": (providing(session_id=uuid4()), "SOURCE_INVALID"),
    "it is silent": (silent(), "SOURCE_TOO_SLOW"),
    "it falls silent": (silent(after=1), "SOURCE_TOO_SLOW"),
    "it breaks off": (failing(grpc.StatusCode.UNAVAILABLE, after=1), "SOURCE_FAILED"),
}


@pytest.mark.parametrize(("provide", "reason"), FAILING.values(), ids=FAILING.keys())
async def test_nothing_of_what_is_not_whole_is_accepted(
    world: Requesting, provide: Providing, reason: str
) -> None:
    world.source.provide = provide

    fetched = await world.fetch(await world.hub(IMPATIENT))

    (point,) = fetched.points
    assert (fetched.result, point.error and point.error.reason) == ("FAILED", reason)
    assert await world.ended_as(fetched) == "FAILED"
    assert (world.administration.given, world.files()) == ([], [])


async def test_what_may_pass_is_fetched_again(world: Requesting) -> None:
    ways = [failing(grpc.StatusCode.UNAVAILABLE, after=1), providing()]
    world.source.provide = one_after_the_other(*ways)

    fetched = await world.fetch(await world.hub(Patience(total=20.0, first=0.01, most=0.02)))

    assert fetched.result is TransferResult.TRANSFERRED
    assert len(world.source.orders) == 2
    assert world.administration.payloads == [envelopes.PAYLOAD]


async def test_the_delivery_points_are_asked_until_one_gives_it(world: Requesting) -> None:
    await world.with_points(1, 2, 3)
    answers = {
        small_world.key(small_world.XA, 1): refusing("DOSSIER_NOT_FOUND"),
        small_world.key(small_world.XA, 2): providing(),
    }
    world.source.provide = lambda source, order, context: answers[order.source.routing_key](
        source, order, context
    )

    fetched = await world.fetch()

    assert [each.result for each in fetched.points] == ["NOT_FOUND", "TRANSFERRED"]
    assert fetched.result is TransferResult.TRANSFERRED
    assert [world.asked_for(order) for order in world.source.orders] == [PUPIL, PUPIL]


async def test_without_a_dossier_the_best_answer_is_signed_off(world: Requesting) -> None:
    await world.with_points(1, 2, 3)
    reasons = ["DOSSIER_NOT_FOUND", "DOSSIER_NOT_READY", "REQUESTER_NOT_ALLOWED"]
    world.source.provide = one_after_the_other(*map(refusing, reasons))

    fetched = await world.fetch()

    assert fetched.result is TransferResult.NOT_READY
    assert await world.ended_as(fetched) == "NOT_READY"
    results = ["NOT_FOUND", "NOT_READY", "REQUESTER_NOT_ALLOWED"]
    assert [each.result for each in fetched.points] == results


async def test_one_delivery_point_may_be_named(world: Requesting) -> None:
    await world.with_points(1, 2)
    second = small_world.key(small_world.XA, 2)

    fetched = await world.fetch(source_routing_key=second)

    assert [order.source.routing_key for order in world.source.orders] == [second]
    assert fetched.result is TransferResult.TRANSFERRED


async def test_too_many_numbers_without_a_dossier_are_told_with_their_wait(
    world: Requesting,
) -> None:
    world.source.provide = refusing("DOSSIER_NOT_FOUND")
    hub = await world.hub()
    for _ in range(MOST_NOT_FOUND):
        await world.fetch(hub)

    with pytest.raises(Refused) as caught:
        await world.fetch(hub)

    assert caught.value.reason == "NOT_FOUND_EXCEEDED"
    assert (caught.value.retry_after or 0) > 60


async def test_what_the_requester_asks_reaches_the_source(world: Requesting) -> None:
    since = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)

    await world.fetch(if_collected_after=since, accepted_versions=["2019.1"])

    (order,) = world.source.orders
    assert order.wish.if_collected_after == since
    assert order.wish.accepted_versions == ("2019.1",)


async def test_a_link_key_asks_for_the_dossier_of_an_swv(world: Requesting) -> None:
    point = small_world.endpoint(small_world.A_NOORD_SWV, 1, version=small_world.SWV_2026)
    await world.fetch_world.world.hub.put(*evergreen([replace(point, url=world.source.url)]))
    announcing = NotifyWorld(world=world.fetch_world.world, source=world.source)
    await announcing.announce()
    await announcing.told()
    link = UUID(announcing.las.notified[0].link_key)
    hub = await world.hub()

    fetched = await hub.fetch(
        link,
        source="99XA",
        requester="PO9901",
        routing_key=TO_SWV,
        accept=world.administration.accept,
    )

    (order,) = world.source.orders
    assert (order.wish.key, order.kind) == (link, "swv-dossier")
    assert fetched.result is TransferResult.TRANSFERRED


async def test_what_accept_refuses_is_final(world: Requesting) -> None:
    world.administration.then = [RefuseMessage("ADMINISTRATION_UNKNOWN", "Niet hier.")]

    fetched = await world.fetch()

    (point,) = fetched.points
    assert (fetched.result, fetched.receipt) == ("FAILED", None)
    assert point.error is not None
    assert point.error.metadata["receiver_reason"] == "ADMINISTRATION_UNKNOWN"
    assert await world.ended_as(fetched) == "FAILED"
    assert world.files() == []


async def test_an_outcome_is_reported(world: Requesting) -> None:
    world.administration.then = [Became(result=OutcomeResult.REJECTED, rules=("OVa.IZ05",))]
    hub = await world.hub()

    fetched = await world.fetch(hub)

    assert fetched.receipt is not None
    found = await hub.delivery(str(fetched.receipt.message_id), fetched.sender_oin)
    assert (found.delivery.outcome, list(found.delivery.outcome_rule_ids)) == (
        "REJECTED",
        ["OVa.IZ05"],
    )


async def test_a_fetch_that_is_cancelled_leaves_nothing(world: Requesting) -> None:
    world.source.provide = waiting(asyncio.Event(), before=2)
    hub = await world.hub()
    fetch = asyncio.create_task(world.fetch(hub))
    await world.fetch_world.ended((1, "ACCEPTED"))
    fetch.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetch

    assert world.files() == []
    assert await world.results() == ["FAILED"]


async def test_a_hub_that_is_closed_ends_its_fetches(world: Requesting) -> None:
    world.source.provide = waiting(asyncio.Event(), before=2)
    hub = await world.hub()
    fetch = asyncio.create_task(world.fetch(hub))
    await world.fetch_world.ended((1, "ACCEPTED"))

    await hub.close()

    assert fetch.done()
    assert world.files() == []
    assert await world.results() == ["FAILED"]


async def test_an_option_that_is_not_well_formed_is_named(world: Requesting) -> None:
    hub = await world.hub()
    for changes, field in (
        ({"source": "99"}, "source"),
        ({"requester": "x"}, "requester"),
        ({"routing_key": "x"}, "routing_key"),
        ({"kind": "x"}, "kind"),
        ({"kind": "swv-dossier", "keys": "no such folder"}, "kind"),
        ({"initiator": "123456782"}, "initiator"),
        ({"if_collected_after": dt.datetime(2026, 9, 1)}, "if_collected_after"),  # noqa: DTZ001 - that is the mistake
    ):
        with pytest.raises(Refused) as caught:
            await world.fetch(hub, **changes)
        assert caught.value.field == field
    assert world.source.orders == []
