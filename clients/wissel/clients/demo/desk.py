"""What the service desk and the vendors record before a dossier can be sent."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from wissel.agreement.v1 import agreement_service_pb2 as agreement
from wissel.agreement.v1.agreement_service_pb2_grpc import AgreementServiceStub
from wissel.clients.demo.board import SWV_KVK
from wissel.clients.demo.exchange import Exchange, Side
from wissel.clients.testing.admission import admission
from wissel.clients.testing.cast import SWV, SWV_OIN, Player
from wissel.clients.transport.connection import Connection
from wissel.clients.upload import import_schools
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.endpoint.v1.endpoint_service_pb2_grpc import EndpointServiceStub
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.school.v1 import school_pb2, school_service_pb2
from wissel.school.v1.school_service_pb2_grpc import (
    SamenwerkingsverbandServiceStub,
    SchoolServiceStub,
)

WHY: Final = "demonstration"
_PAGE: Final = 1000


class Desk:
    """The service desk of the demo, which calls the hub as its operator."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def import_schools(self, path: Path) -> school_service_pb2.ImportSchoolsResponse:
        """Upload one file of DUO open data; see `upload.import_schools`."""
        header = school_service_pb2.ImportSchoolsHeader(file_name=path.name, reason=WHY)
        return await import_schools(self._connection, path, header)

    async def schools(self) -> list[school_pb2.School]:
        """Return the first schools of the register, in order of BRIN."""
        request = school_service_pb2.ListSchoolsRequest(page_size=_PAGE)
        answer = await self._connection.call(lambda c: SchoolServiceStub(c).ListSchools, request)
        return list(answer.schools)

    async def register_swv(self) -> None:
        """Record the samenwerkingsverband of the demo."""
        request = school_service_pb2.RegisterSamenwerkingsverbandRequest(
            swv=SWV,
            name="Samenwerkingsverband De Brug",
            oin=SWV_OIN,
            kvk_number=SWV_KVK,
            reason=WHY,
        )
        await self._connection.call(
            lambda c: SamenwerkingsverbandServiceStub(c).RegisterSamenwerkingsverband, request
        )

    async def register_party(self, player: Player) -> None:
        """Record a party."""
        request = party.RegisterPartyRequest(
            oin=player.oin, name=player.title, role=player.role, reason=WHY
        )
        await self._connection.call(lambda c: PartyServiceStub(c).RegisterParty, request)

    async def admit_vendor(self, player: Player, service: str) -> None:
        """Record a vendor's agreements and its system, qualified and open for the service."""
        steps = admission(
            oin=player.oin,
            name=player.title,
            system_id=player.system_id,
            service=service,
            reason=WHY,
        )
        for method, request in steps:
            await self._connection.call(method, request)

    async def sign_for(self, exchange: Exchange) -> list[str]:
        """Record the agreements of the boards of both sides; return who signed them."""
        signed: list[str] = []
        for side in (exchange.sender, exchange.receiver):
            who = side.board_number or side.swv
            if who in signed:
                continue
            signed.append(who)
            for kind in _kinds(exchange):
                request = agreement.RecordAgreementRequest(kind=kind, reason=WHY)
                if side.board_number:
                    request.board_number = side.board_number
                else:
                    request.swv = side.swv
                await self._record(request)
        return signed

    async def _record(self, request: agreement.RecordAgreementRequest) -> None:
        await self._connection.call(lambda c: AgreementServiceStub(c).RecordAgreement, request)


async def register_endpoint(connection: Connection, side: Side, mandate_id: str, url: str) -> str:
    """As the mandated vendor: record where messages for the side go; return the id."""
    request = endpoint.RegisterEndpointRequest(
        mandate_id=mandate_id,
        routing_key=side.routing_key,
        url=url,
        vestiging=side.vestiging,
        aanleverpunt=side.aanleverpunt,
    )
    answer = await connection.call(lambda c: EndpointServiceStub(c).RegisterEndpoint, request)
    return answer.endpoint.endpoint_id


def _kinds(exchange: Exchange) -> Iterable[str]:
    kinds = ["KENNISNET_OSR", "OSO"]
    return [*kinds, "OSO_SWV_EXTENSION"] if exchange.service == "OSO_SWV" else kinds
