"""What somebody reads of the past."""

from typing import Any

from support.builders.stubs import Stubs
from support.fakes.broker import bearer
from support.worlds.persons.portal_world import PortalWorld
from wissel.audit.v1 import audit_service_pb2 as pb


async def told(world: PortalWorld, name: str, **asked: Any) -> list[pb.HistoryEntry]:
    """Return what a machine reads: a vendor, DUO or the desk."""
    stubs = Stubs(world.hub, name)
    answer = await stubs.audit.ListHistory(pb.ListHistoryRequest(**asked))
    return list(answer.entries)


async def told_to(world: PortalWorld, board: str, **asked: Any) -> list[pb.HistoryEntry]:
    """Return what a person of a board reads."""
    token = bearer(world.broker.token(boards=[board]))
    answer = await world.portal.audit.ListHistory(pb.ListHistoryRequest(**asked), metadata=token)
    return list(answer.entries)
