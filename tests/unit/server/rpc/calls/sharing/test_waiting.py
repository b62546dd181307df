"""Calls that wait for the database are counted once each, and an operator's are never refused."""

from typing import Any, Final, cast

import pytest

from wissel.clients.testing.cast import NOORD
from wissel.routing.facts import Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.server.rpc.calls.call import Call, Caller
from wissel.server.rpc.calls.policy import MethodPolicy
from wissel.server.rpc.calls.sharing.waiting import WaitingCalls

ROW: Final = MethodPolicy(who=frozenset())
NOBODY: Final = cast(Any, None)


def call(role: Role = Role.VENDOR) -> Call:
    made = Call("/a.B/C", ROW, NOBODY, Table.load(1, ()), 0.0)
    made.caller = Caller(oin=NOORD.oin, party=NOORD.oin, role=role, name="", peer=NOBODY)
    return made


def test_one_call_too_many_is_refused_until_another_ends() -> None:
    waiting = WaitingCalls(1)
    with waiting.counted(call()), pytest.raises(Refused) as refused, waiting.counted(call()):
        pass

    with waiting.counted(call()):
        pass

    assert refused.value.reason is Reason.OVERLOADED


def test_a_call_that_fails_is_no_longer_counted() -> None:
    waiting = WaitingCalls(1)
    with pytest.raises(ZeroDivisionError), waiting.counted(call()):
        raise ZeroDivisionError

    with waiting.counted(call()):
        pass


def test_a_call_that_is_counted_already_needs_no_more_room() -> None:
    waiting, one = WaitingCalls(1), call()

    with waiting.counted(one):
        with waiting.counted(one):
            pass

        assert one.waits
        with pytest.raises(Refused), waiting.counted(call()):
            pass


def test_an_operator_always_finds_room_and_takes_it() -> None:
    waiting = WaitingCalls(1)
    with waiting.counted(call(Role.OPERATOR)), waiting.counted(call(Role.OPERATOR)):
        refused = pytest.raises(Refused)
        with refused, waiting.counted(call()):
            pass
