"""Which receivers are pinged, in which order, and who leads a round."""

import datetime as dt
from dataclasses import replace

import pytest

from support.worlds import small_world as w
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.facts import Service
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.reachability.observation import Pinged, Receiver, first_of
from wissel.server.courier.reachability.ports import Round
from wissel.server.courier.reachability.receivers import (
    MOST_OF_ONE,
    in_turn,
    not_yet_pinged,
    receivers_of,
)

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
LEASE, EVERY = dt.timedelta(minutes=5), dt.timedelta(hours=1)
ROUND = Round(holder="one", lease=NOW + LEASE, started=NOW, ended=False, version=3)


def dead(number: int, oin: str = ZUID.oin) -> Receiver:
    return Receiver(f"host{number:04}.example", 443, Oin(oin))


def test_each_host_port_and_oin_is_one_receiver_whatever_leads_there() -> None:
    table = Table.load(1, w.small())

    found = receivers_of(table, w.TODAY)

    assert {ZUID.oin, NOORD.oin} >= {each.oin for each in found}
    assert len(found) == len({(each.host, each.port, each.oin) for each in found}) < 10


def test_of_services_that_are_not_forwarded_nobody_is_pinged() -> None:
    facts = [
        replace(fact, forwardable=False) if isinstance(fact, Service) else fact
        for fact in w.small()
    ]

    assert set() == receivers_of(Table.load(1, facts), w.TODAY)


def test_parties_take_turns_and_none_has_more_than_its_bound() -> None:
    many = [dead(number) for number in range(MOST_OF_ONE + 100)]
    few = [dead(number, NOORD.oin) for number in range(3)]

    found = in_turn([*many, *few])

    assert {*few, *many[:MOST_OF_ONE]} == set(found)
    assert set(few) <= set(found[:6])
    assert found == in_turn([*few, *reversed(many)])


def test_what_was_looked_at_in_this_round_is_left_out() -> None:
    known = {
        dead(1): first_of(dead(1), Pinged(None), NOW - EVERY),
        dead(2): first_of(dead(2), Pinged(None), NOW + LEASE),
        dead(3): first_of(dead(3), Pinged(None), NOW + 9 * EVERY),  # by a clock that was ahead
    }
    every = [dead(number) for number in range(4)]

    left = not_yet_pinged(every, known, NOW, NOW + 2 * LEASE)

    assert [dead(0), dead(1), dead(3)] == left


@pytest.mark.parametrize(
    ("last", "at", "due"),
    [
        (ROUND, NOW + LEASE / 2, False),
        (ROUND, NOW + LEASE, True),
        (ROUND, NOW - LEASE, True),  # the lease is further ahead than one can be
        (replace(ROUND, ended=True), NOW + EVERY / 2, False),
        (replace(ROUND, ended=True), NOW + EVERY, True),
        (replace(ROUND, ended=True), NOW - EVERY, True),  # a round that is still to come
    ],
)
def test_a_round_is_led_by_one_and_by_another_once_that_one_is_gone(
    last: Round, at: dt.datetime, due: bool
) -> None:
    assert due == last.due(at, LEASE, EVERY)


def test_what_was_left_is_led_on_and_what_ended_begins_anew() -> None:
    later = NOW + EVERY

    assert NOW == ROUND.led_by("two", later, LEASE).started
    assert later == replace(ROUND, ended=True).led_by("two", later, LEASE).started
    assert NOW - EVERY == ROUND.led_by("two", NOW - EVERY, LEASE).started
