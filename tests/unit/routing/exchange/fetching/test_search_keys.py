"""Search keys: both sides make the same, and nothing else makes it."""

import hashlib
import hmac
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from support.builders.strategies.names import named
from wissel.routing.exchange.fetching.search_keys import (
    KeyOf,
    NumberKind,
    PupilNumber,
    number_behind,
    search_key,
    session_secret,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import SystemId

ONE = X25519PrivateKey.from_private_bytes(b"1" * 32)
OTHER = X25519PrivateKey.from_private_bytes(b"2" * 32)
SESSION = UUID("5f1c9d9e-6a3e-4a0f-9d5e-0b7c1a2d3e4f")
SOURCE = KeyOf(system_id=SystemId("las-noord"), key_id=UUID(int=1))
REQUESTER = KeyOf(system_id=SystemId("las-zuid"), key_id=UUID(int=2))
LOW_ORDER = (
    bytes(32),
    bytes([1]) + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
)
"""All points of small order of Curve25519, and those written above its prime."""


def keys_of(key: X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def secret(**changed: Any) -> bytes:
    said: dict[str, Any] = {
        "own": ONE,
        "other": keys_of(OTHER),
        "session": SESSION,
        "source": SOURCE,
        "requester": REQUESTER,
    }
    return session_secret(**(said | changed))


def numbers() -> st.SearchStrategy[PupilNumber]:
    digits = st.text("0123456789", min_size=9, max_size=9)
    return st.builds(PupilNumber, kind=st.sampled_from(NumberKind), digits=digits)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.uuids())
def test_both_sides_make_the_same_secret(one: bytes, other: bytes, session: UUID) -> None:
    first = X25519PrivateKey.from_private_bytes(one)
    second = X25519PrivateKey.from_private_bytes(other)

    mine = secret(own=first, other=keys_of(second), session=session)
    theirs = secret(own=second, other=keys_of(first), session=session)

    assert mine == theirs
    assert len(mine) == 32


def test_every_part_of_a_session_is_in_its_secret() -> None:
    strange = KeyOf(system_id=SystemId("las-west"), key_id=UUID(int=3))
    secrets = [
        secret(),
        secret(session=UUID(int=7)),
        secret(source=REQUESTER, requester=SOURCE),
        secret(source=strange),
        secret(requester=strange),
        secret(source=KeyOf(system_id=SOURCE.system_id, key_id=strange.key_id)),
        secret(requester=KeyOf(system_id=REQUESTER.system_id, key_id=strange.key_id)),
        secret(own=OTHER, other=keys_of(OTHER)),
    ]

    assert len(set(secrets)) == len(secrets)


@given(named(SystemId), named(SystemId), named(SystemId), named(SystemId))
def test_other_systems_make_another_secret(
    one: SystemId, two: SystemId, three: SystemId, four: SystemId
) -> None:
    """Also when their names run together to the same text."""

    def of(source: SystemId, requester: SystemId) -> bytes:
        return secret(
            source=KeyOf(system_id=source, key_id=SOURCE.key_id),
            requester=KeyOf(system_id=requester, key_id=REQUESTER.key_id),
        )

    assert (of(one, two) == of(three, four)) == ((one, two) == (three, four))


def test_names_that_run_together_are_kept_apart() -> None:
    def of(source: str, requester: str) -> bytes:
        return secret(
            source=KeyOf(system_id=SystemId(source), key_id=UUID(int=1)),
            requester=KeyOf(system_id=SystemId(requester), key_id=UUID(int=2)),
        )

    assert of("las-a", "bcd") != of("las-ab", "cd")


@pytest.mark.parametrize("key", LOW_ORDER)
def test_a_key_of_low_order_makes_no_secret(key: bytes) -> None:
    with pytest.raises(Refused, match="SYSTEM_KEY_INVALID"):
        secret(other=key)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_size_makes_no_secret(size: int) -> None:
    with pytest.raises(Refused, match="SYSTEM_KEY_INVALID"):
        secret(other=b"9" * size)


@given(numbers())
def test_a_search_key_is_an_hmac_of_kind_and_number(number: PupilNumber) -> None:
    text = f"{number.kind}:{number.digits}".encode()

    assert search_key(secret(), number) == hmac.new(secret(), text, hashlib.sha256).digest()


@given(st.lists(numbers(), max_size=20), numbers())
def test_a_dossier_is_found_by_its_own_number_alone(
    prepared: list[PupilNumber], asked: PupilNumber
) -> None:
    found = number_behind(secret(), search_key(secret(), asked), prepared)

    assert found == (asked if asked in prepared else None)


def test_the_key_of_another_session_finds_nothing() -> None:
    number = PupilNumber(kind=NumberKind.BSN, digits="999990019")
    other = secret(session=UUID(int=7))

    assert number_behind(secret(), search_key(other, number), [number]) is None
    assert number_behind(secret(), b"short", [number]) is None


def test_the_kind_of_number_is_part_of_the_key() -> None:
    both = [PupilNumber(kind=kind, digits="999990019") for kind in NumberKind]

    for one, other in permutations(both):
        assert number_behind(secret(), search_key(secret(), one), [other]) is None


@pytest.mark.parametrize(
    "text", ["", "12345678", "1234567890", "12345678x", "\uff11" * 9, "12345678\n"]
)
def test_what_is_no_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="nine digits") as caught:
        PupilNumber(kind=NumberKind.BSN, digits=text)

    assert not text or text not in str(caught.value)


def test_a_number_is_not_in_what_is_printed_of_it() -> None:
    assert "999990019" not in repr(PupilNumber(kind=NumberKind.OWN, digits="999990019"))
