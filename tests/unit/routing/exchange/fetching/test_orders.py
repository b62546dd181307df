"""Orders to a source travel unchanged, and what is wrong with one is found."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.sessions import ORDER, SEARCH_KEY
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.fetching.orders import (
    MOST_VERSIONS,
    ProvideOrder,
    Wish,
    key_bytes,
    order_fields,
    parse_wish,
    read_order,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

TEXTS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=64)
MOMENTS = st.none() | st.integers(1, 10**15).map(
    lambda since: dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=since)
)
WISHES = st.builds(
    Wish,
    key=st.binary(min_size=32, max_size=32) | st.uuids(),
    source_key_id=TEXTS,
    requester_key_id=TEXTS,
    if_collected_after=MOMENTS,
    accepted_versions=st.lists(TEXTS, max_size=MOST_VERSIONS).map(tuple),
)


def encoded(order: ProvideOrder, **changes: Any) -> bytes:
    fields = {**order_fields(order), **changes}
    return dossier_pb2.ProvideOrder(**fields).SerializeToString()


@given(WISHES)
def test_an_order_comes_out_as_it_went_in(wish: Wish) -> None:
    order = replace(ORDER, wish=wish)

    assert read_order(encoded(order), dossier_pb2.ProvideOrder) == order


@given(st.binary(max_size=200))
def test_whatever_comes_is_an_order_or_refused(data: bytes) -> None:
    try:
        order = read_order(data, dossier_pb2.ProvideOrder)
    except Refused:
        return
    assert read_order(encoded(order), dossier_pb2.ProvideOrder) == order


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hub_oin": ""}, "hub_oin"),
        ({"session_id": ""}, "session_id"),
        ({"source": {}}, "source.brin"),
        ({"overdrachtsoort": "iets"}, "overdrachtsoort"),
        ({"search_key": b""}, "search_key"),
        ({"search_key": SEARCH_KEY[1:]}, "search_key"),
        ({"search_key": None, "link_key": "geen"}, "link_key"),
        ({"source_key_id": "x" * 65}, "source_key_id"),
        ({"requester_key_id": "a\nb"}, "requester_key_id"),
        ({"accepted_versions": ["1"] * 11}, "accepted_versions"),
        ({"accepted_versions": ["x" * 193]}, "accepted_versions"),
        ({"issued_time": None}, "issued_time"),
        ({"expire_time": None}, "expire_time"),
    ],
)
def test_a_field_that_is_wrong_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as caught:
        read_order(encoded(ORDER, **changes), dossier_pb2.ProvideOrder)

    assert caught.value.field == field


def test_unknown_fields_are_not_passed_over() -> None:
    with pytest.raises(Refused) as caught:
        read_order(encoded(ORDER) + b"\xf8\x07\x01", dossier_pb2.ProvideOrder)

    assert caught.value.reason is Reason.ORDER_INVALID


def test_neither_key_is_shown() -> None:
    assert repr(SEARCH_KEY) not in repr(ORDER)
    assert key_bytes(UUID(int=7)) == UUID(int=7).bytes
    assert key_bytes(SEARCH_KEY) == SEARCH_KEY


def test_a_wish_has_one_key() -> None:
    nothing: dict[str, Any] = {
        "search_key": b"",
        "link_key": "",
        "source_key_id": "",
        "requester_key_id": "",
        "if_collected_after": None,
        "accepted_versions": (),
    }
    with pytest.raises(Refused) as caught:
        parse_wish(**nothing)

    assert caught.value.reason is Reason.FIELD_REQUIRED
