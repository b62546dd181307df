"""The test LAS remembers ids and digests, within bounds, and for 32 days."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from wissel.clients.testing.cast import NOORD, ZUID
from wissel.clients.trial import answer_id
from wissel.clients.trial.ledger import (
    KEPT,
    MOST_IN_A_DAY,
    MOST_IN_AN_HOUR,
    Ledger,
    Received,
    TooMany,
)

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def message(number: int, arrived: dt.datetime = NOW, oin: str = NOORD.oin) -> Received:
    sender, message_id = type(NOORD.oin)(oin), UUID(int=number)
    return Received(
        sender_oin=sender,
        message_id=message_id,
        sha256="ab" * 32,
        service="OSO_OV",
        place="99XA",
        routing_key="",
        answer_id=answer_id(sender, message_id),
        arrived=arrived,
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "test-las")
    yield opened
    opened.close()


def test_what_arrived_is_due_until_it_is_answered(ledger: Ledger) -> None:
    ledger.add(message(1))
    ledger.add(message(2))

    ledger.answered(message(1))
    ledger.later(message(2), NOW + HOUR)

    assert [] == list(ledger.due(NOW, 10))
    assert [replace(message(2), attempts=1)] == list(ledger.due(NOW + HOUR, 10))


def test_a_repeat_is_answered_once(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.add(message(1))
    ledger.answered(message(1))
    ledger.add(message(1))

    assert [] == list(ledger.due(NOW + HOUR, 10))


def test_it_goes_on_with_what_an_earlier_process_left(tmp_path: Path) -> None:
    first = Ledger(tmp_path)
    first.add(message(1))
    first.close()
    second = Ledger(tmp_path)

    assert [message(1)] == list(second.due(NOW, 10))
    second.close()


def test_one_vendor_has_so_many_in_an_hour_and_others_have_theirs(ledger: Ledger) -> None:
    for number in range(MOST_IN_AN_HOUR):
        ledger.add(message(number))

    with pytest.raises(TooMany, match=f"{MOST_IN_AN_HOUR} .* hour"):
        ledger.add(message(1000))
    ledger.add(message(1000, oin=ZUID.oin))
    ledger.add(message(1001, NOW + HOUR))


def test_and_so_many_in_a_day(ledger: Ledger) -> None:
    for number in range(MOST_IN_A_DAY):
        ledger.add(message(number, NOW + number // MOST_IN_AN_HOUR * HOUR))

    with pytest.raises(TooMany, match=f"{MOST_IN_A_DAY} .* day"):
        ledger.add(message(1000, NOW + 10 * HOUR))


def test_it_forgets_after_32_days(ledger: Ledger) -> None:
    ledger.add(message(1))
    ledger.add(message(2, NOW + HOUR))

    assert 1 == ledger.forget(NOW + KEPT + dt.timedelta(seconds=1))
    assert not ledger.sent_as_answer(message(1).answer_id)
    assert ledger.sent_as_answer(message(2).answer_id)


def test_the_id_of_an_answer_follows_from_sender_and_message() -> None:
    assert answer_id(NOORD.oin, UUID(int=1)) == answer_id(NOORD.oin, UUID(int=1))
    assert 3 == len(
        {answer_id(NOORD.oin, UUID(int=1)), answer_id(ZUID.oin, UUID(int=1))}
        | {answer_id(NOORD.oin, UUID(int=2))}
    )
