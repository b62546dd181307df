"""The service desk of a hub for tests: it records what a vendor needs to take part."""

from typing import Final

from wissel.agreement.v1 import agreement_service_pb2 as agreement
from wissel.agreement.v1 import agreement_text_pb2 as agreement_text
from wissel.agreement.v1.agreement_service_pb2_grpc import AgreementServiceStub
from wissel.clients.addressing import organisation as named
from wissel.clients.addressing import parse_address
from wissel.clients.blocking import Hub
from wissel.clients.errors import Refused
from wissel.clients.testing.admission import admission
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.exchange.envelope import Address
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin
from wissel.school.v1 import school_pb2, school_service_pb2
from wissel.school.v1.school_service_pb2_grpc import SchoolServiceStub

WHY: Final = "testing"
BOARD: Final = "99901"
_OPENED: Final = ("00",)


class ServiceDesk:
    """The operator of a hub for tests. All its schools belong to one board."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._signed = False

    def admit(self, *, oin: str, name: str, system_id: str, service: str) -> None:
        """Register a vendor and its system, with agreements, qualified and open."""
        call = self.hub.call
        call(
            lambda c: PartyServiceStub(c).RegisterParty,
            party.RegisterPartyRequest(oin=oin, name=name, role="VENDOR", reason=WHY),
        )
        steps = admission(oin=oin, name=name, system_id=system_id, service=service, reason=WHY)
        for method, request in steps:
            call(method, request)

    def portal(self, *, oin: str, name: str) -> None:
        """Register a portal."""
        self.hub.call(
            lambda c: PartyServiceStub(c).RegisterParty,
            party.RegisterPartyRequest(oin=oin, name=name, role="PORTAL", reason=WHY),
        )

    def school(self, place: str) -> Address:
        """Register the school of `place` (`99XB` or `99XB02`) if it is not; return its address."""
        address = parse_address(place, "place")
        brin = Brin.parse(address.organisation, "place")
        numbers = sorted({*_OPENED, *([address.vestiging[4:]] if address.vestiging else ())})
        locations = [
            school_pb2.Location(vestiging=f"{brin}{number}", name=f"School {brin} {number}")
            for number in numbers
        ]
        school = school_pb2.School(
            brin=brin, name=f"School {brin}", board_number=BOARD, locations=locations
        )
        request = school_service_pb2.RegisterSchoolRequest(
            school=school, board_name="Board of the tests", reason=WHY
        )
        try:
            self.hub.call(lambda c: SchoolServiceStub(c).RegisterSchool, request)
        except Refused as refused:
            if refused.reason != Reason.ALREADY_REGISTERED:
                raise
        self._sign()
        return address

    def mandate(self, organisation: str, service: str, system_id: str) -> str:
        """Give a mandate for a BRIN or samenwerkingsverband from today on; return its id."""
        request = mandate.CreateMandateRequest(
            service=service, system_id=system_id, reason=WHY, **named(organisation)
        )
        done = self.hub.call(lambda c: MandateServiceStub(c).CreateMandate, request)
        return done.mandate.mandate_id

    def text(self, kind: str, document: bytes = b"A text that binds nobody.\n") -> str:
        """Register version 1 of a text that boards or vendors may accept; return its digest."""
        request = agreement_text.RegisterAgreementTextRequest(
            kind=kind,
            version="1",
            language="nl",
            counterparty="Kennisnet",
            document=document,
            reason=WHY,
        )
        done = self.hub.call(lambda c: AgreementServiceStub(c).RegisterAgreementText, request)
        return done.text.document_sha256

    def _sign(self) -> None:
        if not self._signed:
            for kind in ("KENNISNET_OSR", "OSO", "OSO_SWV_EXTENSION", "VVA"):
                self._record(
                    agreement.RecordAgreementRequest(board_number=BOARD, kind=kind, reason=WHY)
                )
            self._signed = True

    def _record(self, request: agreement.RecordAgreementRequest) -> None:
        self.hub.call(lambda c: AgreementServiceStub(c).RecordAgreement, request)
