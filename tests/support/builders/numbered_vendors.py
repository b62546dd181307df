"""Changes of the register that a service desk makes, and that can be told apart."""

from wissel.clients.hub import AsyncHub
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub


async def register_vendor(desk: AsyncHub, number: int) -> tuple[int, str]:
    """Register a vendor; return the revision in which that was acknowledged, and its OIN."""
    oin = f"0000000399{number:06d}0000"
    request = party.RegisterPartyRequest(
        oin=oin, name=f"Vendor {number}", role="VENDOR", reason="testing"
    )
    done = await desk.call(lambda channel: PartyServiceStub(channel).RegisterParty, request)
    return done.revision, oin
