"""Requests in vain: how many are remembered of whom, and until when."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from support.prepared.folder import NOW, XA
from wissel.clients import Prepared, StorageError
from wissel.clients.providing.storing.database import Database
from wissel.clients.providing.storing.records import RememberedRequest, RequestState
from wissel.clients.providing.storing.requests import Requests
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.exchange.envelope import Address, Kind
from wissel.routing.values.identifiers import Brin, Oin, RoutingKey, SystemId

SOURCE: Final = Address(organisation=XA, routing_key=RoutingKey("0000000700099XA00001"))
ONE, OTHER = RoutingKey("0000000700099XB00001"), RoutingKey("0000000700099XB00002")


@pytest.fixture
def requests(tmp_path: Path) -> Requests:
    return Requests(Database(tmp_path), of_point=3, of_oin=5)


def asked(
    number: int, key: RoutingKey = ONE, oin: Oin = ZUID.oin, **more: Any
) -> RememberedRequest:
    """Return a request, made so many seconds after noon."""
    fields: dict[str, Any] = {
        "session_id": UUID(int=number),
        "source": SOURCE,
        "requester_oin": oin,
        "requester": Address(organisation=Brin("99XB"), routing_key=key),
        "kind": Kind.OVERSTAP,
        "asked": NOW + dt.timedelta(seconds=number),
        "until": dt.date(2026, 10, 1),
        "state": RequestState.NOT_FOUND,
        "search_key": bytes(32),
        "source_key_id": UUID(int=1000 + number),
        "requester_key_id": UUID(int=1),
        "requester_system": SystemId("las-zuid"),
        "requester_public_key": bytes(32),
    }
    return RememberedRequest(**(fields | more))


def numbers(found: Sequence[RememberedRequest]) -> list[int]:
    return [each.session_id.int for each in found]


def test_of_a_requester_the_newest_are_remembered(requests: Requests) -> None:
    for number in range(5):
        requests.remember(asked(number))
    of_point = numbers(requests.listed())
    for number in range(5, 8):
        requests.remember(asked(number, OTHER))
    for number in range(8, 10):
        requests.remember(asked(number, oin=NOORD.oin))

    assert of_point == [4, 3, 2]
    assert numbers(requests.listed()) == [9, 8, 7, 6, 5, 4, 3]


def test_the_same_again_is_one_request(requests: Requests) -> None:
    requests.remember(asked(1))
    again = asked(1, state=RequestState.NOT_READY)
    requests.remember(again)

    assert requests.listed() == [again]
    assert bytes(32).hex() not in repr(again)


def test_keys_are_in_use_until_the_day_of_the_request(requests: Requests) -> None:
    short = asked(1, until=dt.date(2026, 6, 1))
    told = asked(2)
    for each in (short, told, asked(3)):
        requests.remember(each)
    requests.told(told, done=True)

    assert requests.keys_in_use(NOW) == {UUID(int=1001), UUID(int=1003)}
    assert requests.keys_in_use(NOW + dt.timedelta(days=30)) == {UUID(int=1003)}
    assert numbers(requests.waiting(XA, Kind.OVERSTAP, NOW.date())) == [1, 3]
    assert requests.waiting(XA, Kind.WITHIN_BRIN, NOW.date()) == []


def test_a_folder_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    Prepared(tmp_path)
    with Database(tmp_path).open() as connection:
        connection.execute("PRAGMA user_version = 2")

    with pytest.raises(StorageError, match="later version"):
        Prepared(tmp_path)
