"""The gates before a servicer: the first one that is closed is the reason."""

import dataclasses
from typing import Any, Final, cast

import pytest

from support.worlds import small_world
from wissel.clients.testing.cast import NOORD
from wissel.routing.facts import Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.calls.call import Call
from wissel.server.rpc.calls.gates import Gates, Serving
from wissel.server.rpc.calls.policy import POLICY, MethodPolicy
from wissel.server.rpc.calls.sharing.quota import Buckets, Quota
from wissel.server.rpc.connections.connection import ConnectionBounds
from wissel.server.rpc.connections.connections import Connections

RESOLVE: Final = POLICY["/wissel.traffic.v1.RouteService/ResolveRoute"]
UNREADABLE: Final = Refused(Reason.FIELD_INVALID)
TABLE: Final = Table.load(1, small_world.small())


class Connection:
    """The connection of a call: it has a certificate, or one that has expired."""

    def __init__(self, oin: Oin, *, expired: bool = False) -> None:
        self.oin = oin
        self.expired = expired

    def auth_context(self) -> "Connection":
        return self

    def peer(self) -> str:
        return "ipv4:192.0.2.1:50000"

    def add_done_callback(self, _: object) -> None:
        """Never call it: this call goes on."""


class Certificates:
    """Identifies a connection by its OIN."""

    def identify(self, connection: Connection, _: object) -> Any:
        if connection.expired:
            raise Refused(Reason.CERTIFICATE_EXPIRED)
        return connection


class Facts:
    """The facts in memory, of some age in seconds."""

    def __init__(self, age: float) -> None:
        self.table = TABLE
        self.age = age

    def staleness(self) -> float:
        return self.age


def gates(
    *, stopping: bool = False, age: float = 0.0, spent: bool = False, crowded: bool = False
) -> Gates:
    bucket = Buckets(Quota.RESOLVE, 1, lambda: 0.0)
    if spent:
        bucket.spend(NOORD.oin, 1)
    return Gates(
        peers=cast(Any, Certificates()),
        follower=cast(Any, Facts(age)),
        operators=frozenset(),
        serving=Serving(stopping=stopping),
        buckets={Quota.RESOLVE: bucket},
        connections=Connections(ConnectionBounds(calls=1) if crowded else ConnectionBounds()),
    )


def call(connection: Connection, policy: MethodPolicy = RESOLVE) -> Call:
    return Call("/a.B/C", policy, cast(Any, connection), TABLE, 0.0)


def let_in(opened: Gates, entering: Call, request: object) -> None:
    opened.admit(entering)
    opened.admit_request(entering, request)


AS_NOORD: Final = Connection(NOORD.oin)
STRANGER: Final = Connection(Oin("00000003999999990000"))
FOR_OPERATORS: Final = dataclasses.replace(RESOLVE, who=frozenset({Role.OPERATOR}))
ALL_CLOSED: Final[dict[str, Any]] = {"stopping": True, "age": 60.0, "spent": True}


@pytest.mark.parametrize(
    ("closed", "entering", "reason"),
    [
        (ALL_CLOSED, call(Connection(STRANGER.oin, expired=True)), Reason.CERTIFICATE_EXPIRED),
        (ALL_CLOSED, call(STRANGER), Reason.PARTY_NOT_REGISTERED),
        (ALL_CLOSED, call(AS_NOORD, FOR_OPERATORS), Reason.METHOD_NOT_ALLOWED),
        (ALL_CLOSED, call(AS_NOORD), Reason.SHUTTING_DOWN),
        ({"age": 60.0, "spent": True}, call(AS_NOORD), Reason.REGISTRY_STALE),
        ({"spent": True}, call(AS_NOORD), Reason.QUOTA_EXCEEDED),
        ({}, call(AS_NOORD), Reason.FIELD_INVALID),
    ],
)
def test_the_first_gate_that_is_closed_is_the_reason(
    closed: dict[str, Any], entering: Call, reason: Reason
) -> None:
    with pytest.raises(Refused) as refused:
        let_in(gates(**closed), entering, UNREADABLE)

    assert reason is refused.value.reason


def test_one_call_too_many_is_refused_before_anything_is_told_of_the_caller() -> None:
    crowded = gates(crowded=True, **ALL_CLOSED)
    with pytest.raises(Refused):
        crowded.admit(call(AS_NOORD))

    with pytest.raises(Refused) as refused:
        crowded.admit(call(AS_NOORD, FOR_OPERATORS))

    assert refused.value.reason is Reason.CALL_LIMIT


def test_a_call_that_is_let_in_has_its_caller_and_its_cost() -> None:
    entering = call(AS_NOORD)

    let_in(gates(), entering, b"")

    assert entering.caller is not None
    assert (NOORD.oin, Role.VENDOR) == (entering.caller.oin, entering.caller.role)
    assert entering.items == 1


def test_what_answers_always_is_let_in_by_a_hub_that_stops_or_is_behind() -> None:
    entering = call(AS_NOORD, MethodPolicy(who=frozenset({Role.VENDOR}), always=True))

    let_in(gates(**ALL_CLOSED), entering, b"")

    assert entering.caller is not None


def test_a_call_that_is_refused_costs_no_quota() -> None:
    stale = gates(age=60.0)
    with pytest.raises(Refused):
        let_in(stale, call(AS_NOORD), b"")
    cast(Facts, stale.follower).age = 0.0

    let_in(stale, call(AS_NOORD), b"")
