"""ValidateMandate asks the database for nothing but the mandate itself, of those who may see it."""

import datetime as dt
from typing import Any, NoReturn, cast

import pytest

from support.worlds import small_world
from wissel.clients.testing.cast import DUO, NOORD, OPERATOR, ZUID
from wissel.mandate.v1.mandate_service_pb2 import ValidateMandateRequest
from wissel.routing.facts import Role
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.calls.call import Call, Caller, enter
from wissel.server.rpc.calls.policy import POLICY
from wissel.server.rpc.calls.sharing.waiting import WaitingCalls
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.services.mandates.servicer import MandateServicer

METHOD = "/wissel.mandate.v1.MandateService/ValidateMandate"
NOON = dt.datetime.combine(small_world.TODAY, dt.time(12), dt.UTC)
TABLE = Table.load(1, small_world.small())
OF_ZUID = ValidateMandateRequest(brin="99XC", supplier_oin=ZUID.oin, service="OSO_OV")


class DatabaseAsked(Exception):
    """The servicer wants to read the register."""


class NoDatabase:
    """A register that nobody may read."""

    def snapshot(self) -> NoReturn:
        raise DatabaseAsked


def validating(oin: Oin, role: Role) -> Any:
    """Begin a call of ValidateMandate by a party; return its servicer."""
    call = Call(METHOD, POLICY[METHOD], cast(Any, None), TABLE, 0.0)
    call.caller = Caller(oin=oin, party=oin, role=role, name="", peer=cast(Any, None))
    enter(call)
    nothing: Any = None
    return MandateServicer(
        Backend(
            register=cast(Any, NoDatabase()),
            follower=nothing,
            gates=nothing,
            waiting=WaitingCalls(1),
            clock=lambda: NOON,
            new_id=nothing,
            hub_oin=OPERATOR.oin,
            signer=nothing,
            trust=nothing,
            max_closed_share=0.02,
        )
    )


@pytest.mark.parametrize(
    ("oin", "role"),
    [(NOORD.oin, Role.VENDOR), (DUO.oin, Role.CHAIN_PARTNER)],
)
async def test_a_third_party_is_answered_without_the_database(oin: Oin, role: Role) -> None:
    servicer = validating(oin, role)

    answer = await servicer.ValidateMandate(OF_ZUID, None)

    assert (answer.result, answer.registry_revision) == ("OK", 1)


@pytest.mark.parametrize(
    ("oin", "role"),
    [(ZUID.oin, Role.VENDOR), (OPERATOR.oin, Role.OPERATOR)],
)
async def test_who_may_see_the_mandate_gets_it_from_the_database(oin: Oin, role: Role) -> None:
    servicer = validating(oin, role)

    with pytest.raises(DatabaseAsked):
        await servicer.ValidateMandate(OF_ZUID, None)


async def test_nobody_asks_the_database_for_a_mandate_that_is_not_there() -> None:
    servicer = validating(OPERATOR.oin, Role.OPERATOR)
    none = ValidateMandateRequest(brin="99XC", supplier_oin=NOORD.oin, service="OSO_OV")

    answer = await servicer.ValidateMandate(none, None)

    assert (answer.result, answer.reason) == ("NOK", "MANDATE_MISSING")
