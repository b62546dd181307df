"""Lists and pages of the register, on every database."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.builders.register_builders import actor, board, system
from support.builders.strategies.facts import mandates
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.facts import Board, Fact, Mandate, Party, Revocation, RevocationTarget, System
from wissel.server.store.register.register import SqlRegister

UNHEALTHY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
"""One register takes all examples, and a busy machine its time."""


async def _put(register: SqlRegister, *put: Fact) -> int:
    async with register.transaction(actor()) as transaction:
        await transaction.put(*put)
    return transaction.revision


async def test_a_list_is_filtered_by_its_columns(register: SqlRegister) -> None:
    await _put(register, system("las-noord", NOORD.oin), system("las-zuid", ZUID.oin))

    async with register.snapshot() as snapshot:
        found = await snapshot.find(System, party=NOORD.oin)

    assert [system("las-noord", NOORD.oin)] == found


@pytest.mark.parametrize(
    ("parties", "expected"),
    [
        ((), []),
        ((NOORD.oin,), ["las-a", "las-c"]),
        ((NOORD.oin, ZUID.oin), ["las-a", "las-b", "las-c"]),
        (("nobody",), []),
    ],
)
async def test_a_tuple_means_one_of_its_values(
    register: SqlRegister, parties: tuple[str, ...], expected: list[str]
) -> None:
    await _put(
        register, system("las-c", NOORD.oin), system("las-b", ZUID.oin), system("las-a", NOORD.oin)
    )

    async with register.snapshot() as snapshot:
        found = await snapshot.find(System, party=parties)

    assert expected == [one.system_id for one in found]


async def test_an_unknown_column_is_a_mistake_of_ours(register: SqlRegister) -> None:
    async with register.snapshot() as snapshot:
        with pytest.raises(KeyError):
            await snapshot.find(Party, shoe_size="42")


@settings(max_examples=5, suppress_health_check=UNHEALTHY)
@given(mandate=mandates())
async def test_mandates_are_found_by_the_vendor_of_their_system(
    register: SqlRegister, mandate: Mandate
) -> None:
    await _put(register, mandate, system(mandate.system_id, NOORD.oin))

    async with register.snapshot() as snapshot:
        of_noord = await snapshot.find(Mandate, party=NOORD.oin)
        of_zuid = await snapshot.find(Mandate, party=(ZUID.oin,))

    assert mandate in of_noord
    assert of_zuid == []


async def test_a_moved_fact_is_listed_where_it_is_now(register: SqlRegister) -> None:
    await _put(register, system("las-noord", NOORD.oin))
    await _put(register, system("las-noord", ZUID.oin))

    async with register.snapshot() as snapshot:
        assert await snapshot.find(System, party=NOORD.oin) == []
        assert [system("las-noord", ZUID.oin)] == await snapshot.find(System, party=ZUID.oin)


async def test_keys_are_compared_and_sorted_by_their_bytes(register: SqlRegister) -> None:
    """Capitals before small letters, whatever the locale of the database."""
    values = ["a#1", "B#1", "A#1", "b#1", "_#1", "a#0"]
    target = RevocationTarget.ISSUER_SERIAL
    await _put(register, *(Revocation(target=target, value=value) for value in values))

    async with register.snapshot() as snapshot:
        found = [one.value for one in await snapshot.find(Revocation)]
        missing = await snapshot.get(Revocation, "ISSUER_SERIAL:A#0")

    assert sorted(values) == found
    assert missing is None


@given(
    size=st.integers(1, 7),
    total=st.integers(0, 20),
)
@settings(max_examples=10, suppress_health_check=UNHEALTHY)
async def test_pages_skip_nothing_and_repeat_nothing(
    register: SqlRegister, size: int, total: int
) -> None:
    await _put(register, *(board(number, "x") for number in range(total)))
    async with register.snapshot() as snapshot:
        expected = await snapshot.find(Board)
        pinned = snapshot.revision
        seen: list[Board] = []
        while page := await snapshot.page(
            Board, after=seen[-1].number if seen else "", limit=size, pinned=pinned
        ):
            seen += page

    assert expected == seen


async def test_what_came_after_the_first_page_is_not_in_the_list(register: SqlRegister) -> None:
    await _put(register, board(1), board(5))
    pinned = await _put(register, board(9))
    await _put(register, board(7), board(9, "renamed"))

    async with register.snapshot() as snapshot:
        page = await snapshot.page(Board, after="99001", limit=10, pinned=pinned)

    assert [board(5), board(9)] == page


async def test_a_page_shows_each_fact_as_it_was_at_its_revision(register: SqlRegister) -> None:
    for name in ("first", "second", "third"):
        await _put(register, board(1, name))

    async with register.snapshot() as snapshot:
        pages = [
            await snapshot.page(Board, after="", limit=10, pinned=revision)
            for revision in range(1, 4)
        ]

    assert [[board(1, "first")], [board(1, "second")], [board(1, "third")]] == pages


async def test_what_came_under_a_filter_later_is_shown_as_it_is_now(register: SqlRegister) -> None:
    pinned = await _put(register, system("las-noord", NOORD.oin))
    await _put(register, system("las-noord", ZUID.oin))

    async with register.snapshot() as snapshot:
        page = await snapshot.page(System, after="", limit=10, pinned=pinned, party=ZUID.oin)

    assert [system("las-noord", ZUID.oin)] == page


@pytest.mark.parametrize("size", [1, 2, 7])
async def test_the_oldest_come_first_page_by_page(register: SqlRegister, size: int) -> None:
    await _put(register, board(9), board(4))
    await _put(register, board(2))
    pinned = await _put(register, board(7))
    await _put(register, board(4, "renamed"), board(3))

    async with register.snapshot() as snapshot:
        seen: list[Board] = []
        while page := await snapshot.oldest(
            Board, after=seen[-1].number if seen else "", limit=size, pinned=pinned
        ):
            seen += page

    assert [board(4, "renamed"), board(9), board(2), board(7)] == seen


async def test_nothing_follows_a_fact_that_is_not_there(register: SqlRegister) -> None:
    pinned = await _put(register, board(1), board(2))

    async with register.snapshot() as snapshot:
        assert [] == await snapshot.oldest(Board, after="nobody", limit=9, pinned=pinned)


async def test_a_page_can_be_filtered(register: SqlRegister) -> None:
    await _put(register, *(system(f"las-{n}", NOORD.oin if n % 2 else ZUID.oin) for n in range(9)))

    async with register.snapshot() as snapshot:
        page = await snapshot.page(System, after="las-1", limit=2, pinned=1, party=NOORD.oin)

    assert ["las-3", "las-5"] == [one.system_id for one in page]


async def test_a_read_sees_one_revision_throughout(register: SqlRegister) -> None:
    await _put(register, board(1, "before"))

    async with register.snapshot() as snapshot:
        await _put(register, board(1, "after"), board(2))
        found = await snapshot.find(Board)

    assert [board(1, "before")] == found
    assert snapshot.revision == 1
