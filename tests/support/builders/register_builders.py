"""Who acts in tests of the register, and on what."""

import hashlib

from wissel.clients.testing.cast import OPERATOR
from wissel.routing.facts import Board, Party, Role, System
from wissel.routing.values.identifiers import BoardNumber, Oin, SystemId
from wissel.server.registry.ports import Actor


def actor(
    caller: Oin = OPERATOR.oin,
    *,
    method: str = "wissel.test.v1.TestService/Change",
    request_id: str = "",
    body: bytes = b"",
    subject: str = "",
    proven: bool = False,
    reason: str = "",
) -> Actor:
    """An act of the operator, unless said otherwise."""
    return Actor(
        caller=caller,
        method=method,
        subject=subject,
        proven=proven,
        reason=reason,
        request_id=request_id,
        body_sha256=hashlib.sha256(body).digest() if request_id else b"",
    )


def board(number: int, name: str = "") -> Board:
    """A board with a number from 99000."""
    return Board(number=BoardNumber(str(99000 + number)), name=name)


def party(oin: Oin, name: str) -> Party:
    """A vendor."""
    return Party(oin=oin, name=name, role=Role.VENDOR)


def system(system_id: str, owner: Oin) -> System:
    """A system of a vendor."""
    return System(system_id=SystemId(system_id), party=owner, name=system_id)
