"""The person behind a portal: who makes the hub verify a token, and who has to bring one."""

import datetime as dt
from typing import Any, Final, cast

import pytest

from wissel.clients.testing.cast import NOORD, PORTAL
from wissel.routing.facts import Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.registry.persons import Person
from wissel.server.rpc.calls.call import Call, Caller
from wissel.server.rpc.calls.persons import PersonGate
from wissel.server.rpc.calls.policy import MethodPolicy, PersonNeed
from wissel.server.rpc.calls.sharing.quota import Buckets, Quota

SOMEBODY: Final = cast(Person, object())


class Connection:
    """What came along with a call."""

    def __init__(self, *tokens: str) -> None:
        self._pairs = [("accept-language", "nl"), *(("authorization", each) for each in tokens)]

    def invocation_metadata(self) -> Any:
        return self._pairs


class CountingVerifier:
    """Takes every token for somebody's, and counts them."""

    def __init__(self) -> None:
        self.verified: list[str] = []

    async def verify(self, presented: str, portal: Oin) -> Person:
        self.verified.append(presented)
        return SOMEBODY


def call(role: Role, need: PersonNeed, *tokens: str) -> Call:
    policy = MethodPolicy(who=frozenset(Role), person=need)
    made = Call("/a.B/C", policy, cast(Any, Connection(*tokens)), cast(Any, None), 0.0)
    oin = PORTAL.oin if role is Role.PORTAL else NOORD.oin
    made.caller = Caller(oin=oin, party=oin, role=role, name="", peer=cast(Any, None))
    return made


def gate(verifier: CountingVerifier, quota: int = 100) -> PersonGate:
    buckets = Buckets(Quota.TOKEN, quota, lambda: 0.0)
    return PersonGate(verifier, buckets, lambda: dt.datetime.now(dt.UTC))


@pytest.mark.parametrize("need", [PersonNeed.OPTIONAL, PersonNeed.REQUIRED, PersonNeed.SIGNATORY])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PORTAL])
async def test_who_is_no_portal_has_nothing_verified(role: Role, need: PersonNeed) -> None:
    verifier = CountingVerifier()

    await gate(verifier).admit(call(role, need))
    with pytest.raises(Refused) as refused:
        await gate(verifier).admit(call(role, need, "Bearer x"))

    assert Reason.TOKEN_NOT_EXPECTED is refused.value.reason
    assert {"role": role} == refused.value.metadata
    assert [] == verifier.verified


@pytest.mark.parametrize(
    ("need", "tokens", "reason"),
    [
        (PersonNeed.REQUIRED, (), Reason.TOKEN_REQUIRED),
        (PersonNeed.SIGNATORY, (), Reason.TOKEN_REQUIRED),
        (PersonNeed.REQUIRED, ("Bearer x", "Bearer y"), Reason.TOKEN_MALFORMED),
        (PersonNeed.OPTIONAL, ("Bearer x", "Bearer x"), Reason.TOKEN_MALFORMED),
    ],
)
async def test_a_portal_brings_one_token(
    need: PersonNeed, tokens: tuple[str, ...], reason: Reason
) -> None:
    verifier = CountingVerifier()

    with pytest.raises(Refused) as refused:
        await gate(verifier).admit(call(Role.PORTAL, need, *tokens))

    assert reason is refused.value.reason
    assert [] == verifier.verified


async def test_a_portal_comes_without_a_person_where_it_may() -> None:
    without, with_one = (
        call(Role.PORTAL, PersonNeed.OPTIONAL),
        call(Role.PORTAL, PersonNeed.OPTIONAL, "Bearer x"),
    )
    guard = gate(CountingVerifier())

    await guard.admit(without)
    await guard.admit(with_one)

    assert (None, SOMEBODY) == (without.person, with_one.person)


async def test_a_quota_is_spent_before_anything_is_verified() -> None:
    verifier = CountingVerifier()
    guard = gate(verifier, quota=2)

    for _ in range(2):
        await guard.admit(call(Role.PORTAL, PersonNeed.REQUIRED, "Bearer x"))
    with pytest.raises(Refused) as refused:
        await guard.admit(call(Role.PORTAL, PersonNeed.REQUIRED, "Bearer x"))

    assert Reason.QUOTA_EXCEEDED is refused.value.reason
    assert 2 == len(verifier.verified)
