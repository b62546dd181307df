"""The facts that are kept for who reads a list page by page are those of a few, for a while."""

import pytest

from support.eventually import eventually_async
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.requests.pinned import OF_ONE, PARTIES, PinnedTables


def table(revision: int) -> Table:
    return Table.load(revision, [])


def oin(number: int) -> Oin:
    return Oin(f"0000000799000{number:02d}00000")


def kept(pinned: PinnedTables, of: Oin, revision: int) -> bool:
    try:
        return pinned.at(of, revision).revision == revision
    except Refused:
        return False


async def test_of_one_party_the_latest_are_kept() -> None:
    pinned = PinnedTables()
    for revision in range(OF_ONE + 1):
        pinned.pin(oin(0), table(revision))

    assert [False, *[True] * OF_ONE] == [kept(pinned, oin(0), at) for at in range(OF_ONE + 1)]
    assert not kept(pinned, oin(1), OF_ONE)


async def test_of_many_parties_those_who_asked_last_are_kept() -> None:
    pinned = PinnedTables()
    for number in range(PARTIES):
        pinned.pin(oin(number), table(1))
    pinned.pin(oin(0), table(1))
    pinned.pin(oin(PARTIES), table(1))

    assert [0, *range(2, PARTIES + 1)] == [
        number for number in range(PARTIES + 1) if kept(pinned, oin(number), 1)
    ]


async def test_they_are_forgotten_after_a_while() -> None:
    pinned = PinnedTables(seconds=0)
    pinned.pin(oin(0), table(1))
    held = kept(pinned, oin(0), 1)
    await eventually_async(lambda: not kept(pinned, oin(0), 1), "they are forgotten")

    with pytest.raises(Refused) as refusal:
        pinned.at(oin(0), 1)

    assert held
    assert (Reason.PAGE_EXPIRED, "page_token") == (refusal.value.reason, refusal.value.field)
    assert {"seconds": "0"} == dict(refusal.value.metadata)
