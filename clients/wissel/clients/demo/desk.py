"""What the service desk and the vendors record before a dossier can be sent."""

from pathlib import Path
from typing import Final

from wissel.agreement.v1 import agreement_text_pb2 as agreement_text
from wissel.agreement.v1.agreement_service_pb2_grpc import AgreementServiceStub
from wissel.clients.demo.board import SWV_KVK
from wissel.clients.demo.exchange import Exchange
from wissel.clients.testing.admission import admission
from wissel.clients.testing.cast import SWV, SWV_OIN, Player
from wissel.clients.transport.connection import Connection
from wissel.clients.upload import import_schools
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.facts import TEST_SCHOOL
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
        """Return the first schools of the register, in order of BRIN, without the test school."""
        request = school_service_pb2.ListSchoolsRequest(page_size=_PAGE)
        answer = await self._connection.call(lambda c: SchoolServiceStub(c).ListSchools, request)
        return [each for each in answer.schools if each.brin != TEST_SCHOOL]

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

    async def register_texts(self, exchange: Exchange) -> None:
        """Register a text of each agreement that the boards of both sides need."""
        for kind in kinds_of(exchange):
            request = agreement_text.RegisterAgreementTextRequest(
                kind=kind,
                version="1",
                language="nl",
                counterparty="Kennisnet" if kind == "KENNISNET_OSR" else "PO-Raad en VO-raad",
                document=f"{kind}, versie 1: een voorbeeld dat niemand bindt.\n".encode(),
                data_categories=["naam en adres van scholen"],
                reason=WHY,
            )
            await self._connection.call(
                lambda c: AgreementServiceStub(c).RegisterAgreementText, request
            )


def kinds_of(exchange: Exchange) -> list[str]:
    """Return which agreements the service of an exchange asks of each side."""
    kinds = ["KENNISNET_OSR", "OSO"]
    return [*kinds, "OSO_SWV_EXTENSION"] if exchange.service == "OSO_SWV" else kinds
