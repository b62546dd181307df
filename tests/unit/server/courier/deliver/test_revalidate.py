"""Whether a decision still holds, and when it has to be made again (ADR 12)."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, Final, cast

import pytest

from support.builders import envelopes
from support.builders.queries import decided, query, route, vendor
from support.worlds import small_world
from support.worlds.stores import utc_now
from wissel.clients.testing.cast import NOORD
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Route
from wissel.routing.facts import Fact
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.bounds import Limits
from wissel.server.courier.deliver.revalidate import HEAD_VALID_SECONDS, Revalidation
from wissel.server.courier.message import Message, SendingParty
from wissel.server.courier.sharing.slot import Slot
from wissel.server.courier.streams.request_stream import RequestStream
from wissel.server.courier.timeline import Timeline
from wissel.traffic.v1 import traffic_service_pb2 as pb

ELSEWHERE: Final = small_world.endpoint(
    small_world.C_ZUID, 1, vestiging="01", aanleverpunt="1", url="https://elsewhere.example"
)
UNRELATED: Final = small_world.parties()[0]


class Follower:
    """Facts in memory that are behind by `behind` seconds; the database has one revision more."""

    def __init__(self, *newer: Fact, behind: float = 0.0) -> None:
        self.table = small_world.table()
        self.heads_read = 0
        self._newer = newer
        self._behind = behind

    async def reached(self, revision: int) -> None:
        """Take the newer facts into use."""
        if revision > self.table.revision:
            self.table = small_world.table(*self._newer, revision=revision)

    async def head_revision(self) -> int:
        """Return the revision of the newer facts."""
        self.heads_read += 1
        return 2 if self._newer else 1

    def staleness(self) -> float:
        """Return how many seconds the facts are behind."""
        return self._behind


class Trust:
    """Trusts every path, but for `problem`."""

    def __init__(self, problem: Reason | None = None) -> None:
        self._problem = problem

    def check(self, *_: object) -> None:
        """Raise the problem, if there is one."""
        if self._problem is not None:
            raise Refused(self._problem)


def revalidation(follower: Follower, trust: Trust | None = None) -> Revalidation:
    """Return the revalidation on these facts."""

    def again(_: Message) -> Route:
        return route(decide(follower.table, query(), small_world.TODAY))

    parties: Any = trust or Trust()
    return Revalidation(parties, cast("Any", follower), utc_now, again)


def message(refused: Reason | None = None) -> Message:
    """Return a message whose sender would be let in again, or is `refused`."""

    def recheck() -> None:
        if refused is not None:
            raise Refused(refused)

    async def nothing() -> AsyncIterator[pb.ForwardEnvelopeRequest]:
        return
        yield

    return Message(
        sender=SendingParty(asker=vendor(), recheck=recheck),
        signed=dossier_pb2.Signed(),
        header=envelopes.header(),
        digest=b"",
        path=cast("Any", None),
        stream=RequestStream(nothing(), Limits()),
        timeline=Timeline(time.perf_counter),
        slot=Slot(NOORD.oin),
        deadline=0.0,
    )


def before() -> Route:
    """Return the route that was decided at revision 1."""
    return route(decided())


def seconds_ago(seconds: float) -> float:
    return asyncio.get_running_loop().time() - seconds


OLD: Final = HEAD_VALID_SECONDS + 60.0


async def test_a_head_just_read_is_relied_on() -> None:
    follower, decision = Follower(ELSEWHERE, behind=OLD), before()

    current = await revalidation(follower).at_start(message(), decision, seconds_ago(0.0))

    assert current is decision
    assert 0 == follower.heads_read


async def test_facts_that_are_not_behind_save_the_reading_of_an_old_head() -> None:
    follower, decision = Follower(behind=0.0), before()

    current = await revalidation(follower).at_start(message(), decision, seconds_ago(OLD))

    assert current is decision
    assert 0 == follower.heads_read


async def test_an_old_head_is_read_again() -> None:
    follower, decision = Follower(behind=OLD), before()

    current = await revalidation(follower).at_start(message(), decision, seconds_ago(OLD))

    assert current is decision
    assert 1 == follower.heads_read


async def test_the_same_way_on_newer_facts_is_taken() -> None:
    follower = Follower(UNRELATED, behind=OLD)

    current = await revalidation(follower).at_start(message(), before(), seconds_ago(OLD))

    assert 2 == current.revision
    assert current.unchanged_since(before())


async def test_another_way_is_not_taken() -> None:
    follower = Follower(ELSEWHERE, behind=OLD)

    with pytest.raises(Refused, match="CONTENTION"):
        await revalidation(follower).at_start(message(), before(), seconds_ago(OLD))


async def test_after_the_claim_the_facts_catch_up_with_the_head() -> None:
    follower = Follower(ELSEWHERE)

    current = await revalidation(follower).after_claim(message(), before(), 2)

    assert "https://elsewhere.example" == current.url


async def test_after_the_claim_a_route_as_new_as_the_head_holds() -> None:
    decision = before()

    assert await revalidation(Follower()).after_claim(message(), decision, 1) is decision


async def test_a_head_that_could_not_be_read_decides_nothing() -> None:
    with pytest.raises(Refused, match="REGISTRY_STALE"):
        await revalidation(Follower()).after_claim(message(), before(), None)


@pytest.mark.parametrize(
    ("sender", "trust"),
    [(Reason.CERTIFICATE_REVOKED, None), (None, Reason.CERTIFICATE_REVOKED)],
    ids=["the caller", "the signer"],
)
async def test_caller_and_signer_are_checked_again(
    sender: Reason | None, trust: Reason | None
) -> None:
    follower = Follower(UNRELATED)

    with pytest.raises(Refused, match="CERTIFICATE_REVOKED"):
        await revalidation(follower, Trust(trust)).after_claim(message(sender), before(), 2)
