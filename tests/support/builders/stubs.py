"""Every stub of one caller, and the few calls that build a register over the API."""

from typing import Any

from support.worlds.hub import OPERATOR_METADATA, Hub
from wissel.agreement.v1 import agreement_service_pb2 as agreement
from wissel.agreement.v1.agreement_service_pb2_grpc import AgreementServiceStub
from wissel.audit.v1.audit_service_pb2_grpc import AuditServiceStub
from wissel.catalog.v1.catalog_service_pb2_grpc import CatalogServiceStub
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.endpoint.v1.endpoint_service_pb2_grpc import EndpointServiceStub
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.move.v1.move_service_pb2_grpc import MoveServiceStub
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.school.v1 import school_pb2
from wissel.school.v1 import school_service_pb2 as school
from wissel.school.v1.school_service_pb2_grpc import (
    SamenwerkingsverbandServiceStub,
    SchoolServiceStub,
)
from wissel.traffic.v1 import route_service_pb2 as route
from wissel.traffic.v1.route_service_pb2_grpc import RouteServiceStub

WHY = "said so by letter"
EVIDENCE = [
    party.Evidence(kind=kind, reference="report 14") for kind in ("TEST_EXCHANGE", "SECURITY_TEST")
]
"""All that a service may demand before a system is qualified."""


class Stubs:
    """The stubs of one identity; an operator's mutations carry its account."""

    def __init__(self, hub: Hub, name: str) -> None:
        channel = hub.channel(name)
        self.schools: Any = SchoolServiceStub(channel)
        self.swvs: Any = SamenwerkingsverbandServiceStub(channel)
        self.agreements: Any = AgreementServiceStub(channel)
        self.catalog: Any = CatalogServiceStub(channel)
        self.parties: Any = PartyServiceStub(channel)
        self.mandates: Any = MandateServiceStub(channel)
        self.moves: Any = MoveServiceStub(channel)
        self.endpoints: Any = EndpointServiceStub(channel)
        self.routes: Any = RouteServiceStub(channel)
        self.audit: Any = AuditServiceStub(channel)

    async def school(self, brin: str, board: str, *vestigingen: str) -> Any:
        """Register a school with its board."""
        locations = [school_pb2.Location(vestiging=v, name=f"School {brin}") for v in vestigingen]
        described = school_pb2.School(brin=brin, board_number=board, locations=locations)
        request = school.RegisterSchoolRequest(
            school=described, board_name=f"Bestuur {board}", reason=WHY
        )
        return await self.schools.RegisterSchool(request, metadata=OPERATOR_METADATA)

    async def agree(self, *kinds: str, **signatory: Any) -> None:
        """Record agreements of one signatory."""
        for kind in kinds:
            request = agreement.RecordAgreementRequest(kind=kind, reason=WHY, **signatory)
            await self.agreements.RecordAgreement(request, metadata=OPERATOR_METADATA)

    async def vendor(self, oin: str, system_id: str, *services: str) -> None:
        """Register a vendor with a system that may act for these services."""
        await self.parties.RegisterParty(
            party.RegisterPartyRequest(oin=oin, name=system_id, role="VENDOR", reason=WHY),
            metadata=OPERATOR_METADATA,
        )
        await self.agree("VENDOR_OSR", "VENDOR_OSO", party_oin=oin)
        await self.parties.RegisterSystem(
            party.RegisterSystemRequest(
                system_id=system_id, party_oin=oin, name=system_id, reason=WHY
            ),
            metadata=OPERATOR_METADATA,
        )
        for service in services:
            named: Any = {"system_id": system_id, "service": service, "reason": WHY}
            await self.parties.QualifySystem(
                party.QualifySystemRequest(evidence=EVIDENCE, **named),
                metadata=OPERATOR_METADATA,
            )
            await self.parties.SetRollout(
                party.SetRolloutRequest(rollout="OPEN", **named), metadata=OPERATOR_METADATA
            )

    async def mandate(self, brin: str, system_id: str, service: str = "OSO_OV", **more: Any) -> Any:
        """Give a mandate; returns the whole answer."""
        request = mandate.CreateMandateRequest(
            brin=brin, service=service, system_id=system_id, reason=WHY, **more
        )
        return await self.mandates.CreateMandate(request, metadata=OPERATOR_METADATA)

    async def end_mandate(self, mandate_id: str) -> Any:
        """End a mandate immediately."""
        request = mandate.EndMandateRequest(mandate_id=mandate_id, immediately=True, reason=WHY)
        return await self.mandates.EndMandate(request, metadata=OPERATOR_METADATA)

    async def endpoint(self, mandate_id: str, routing_key: str, **more: Any) -> Any:
        """Register an endpoint; returns the whole answer."""
        request = endpoint.RegisterEndpointRequest(
            mandate_id=mandate_id,
            routing_key=routing_key,
            **({"url": "https://las.example:8443"} | more),
        )
        return await self.endpoints.RegisterEndpoint(request)

    async def resolve(self, sender: str = "99XA", receiver: str = "99XC", **more: Any) -> Any:
        """Resolve an OSO_OV exchange between two schools; returns the route."""
        request = route.ResolveRouteRequest(
            sender_brin=sender, receiver_brin=receiver, **({"service": "OSO_OV"} | more)
        )
        return (await self.routes.ResolveRoute(request)).route
