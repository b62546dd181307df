"""What a board's person does through a portal, with agreements and mandates."""

import hashlib
from typing import Final

from wissel.agreement.v1 import agreement_service_pb2 as agreement
from wissel.agreement.v1.agreement_service_pb2_grpc import AgreementServiceStub
from wissel.clients.demo.exchange import Side
from wissel.clients.testing.issuer import DevelopmentIssuer
from wissel.clients.transport.connection import Connection
from wissel.impact.v1 import impact_pb2 as impact
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub

SWV_KVK: Final = "90000001"
"""The KvK number by which a login is that of the samenwerkingsverband of the demo."""


def login(issuer: DevelopmentIssuer, side: Side) -> str:
    """Log somebody in who signs for a side's board or samenwerkingsverband; return the token."""
    if side.board_number:
        return issuer.token(boards=[side.board_number], signs=True)
    return issuer.token(kvk=SWV_KVK, signs=True)


async def agree(portal: Connection, kind: str) -> agreement.AcceptAgreementResponse:
    """Ask for an agreement, read its text and accept it; return the hub's signed answer."""
    asked = agreement.OfferAgreementRequest(kind=kind)
    offer = await portal.call(lambda c: AgreementServiceStub(c).OfferAgreement, asked)
    agreement_id = offer.agreement.agreement_id
    reading = agreement.GetAgreementTextRequest(agreement_id=agreement_id)
    text = await portal.call(lambda c: AgreementServiceStub(c).GetAgreementText, reading)
    accepting = agreement.AcceptAgreementRequest(
        agreement_id=agreement_id, document_sha256=hashlib.sha256(text.document).hexdigest()
    )
    return await portal.call(lambda c: AgreementServiceStub(c).AcceptAgreement, accepting)


async def give_mandate(
    portal: Connection, side: Side, service: str, system: str
) -> mandate.CreateMandateResponse:
    """Let a system act for a side."""
    request = mandate.CreateMandateRequest(service=service, system_id=system)
    if side.brin:
        request.brin = side.brin
    else:
        request.swv = side.swv
    return await portal.call(lambda c: MandateServiceStub(c).CreateMandate, request)


async def copy_mandate(portal: Connection, mandate_id: str) -> list[mandate.CopyRow]:
    """Copy a mandate to the board's other schools as their preview shows; return its rows."""
    preview = await portal.call(
        lambda c: MandateServiceStub(c).PreviewCopy,
        mandate.PreviewCopyRequest(mandate_id=mandate_id),
    )
    if not preview.copy_count:
        return list(preview.rows)
    request = mandate.CopyMandateRequest(mandate_id=mandate_id, token=preview.token)
    copied = await portal.call(lambda c: MandateServiceStub(c).CopyMandate, request)
    return list(copied.rows)


async def what_ending_does(portal: Connection, mandate_id: str) -> impact.Impact:
    """Return what ending a mandate with immediate effect would do; nothing is ended."""
    request = mandate.EndMandateRequest(mandate_id=mandate_id, immediately=True, validate_only=True)
    answer = await portal.call(lambda c: MandateServiceStub(c).EndMandate, request)
    return answer.impact


async def end_mandate(portal: Connection, mandate_id: str) -> int:
    """End a mandate with immediate effect; return the revision from which it counts."""
    request = mandate.EndMandateRequest(mandate_id=mandate_id, immediately=True)
    answer = await portal.call(lambda c: MandateServiceStub(c).EndMandate, request)
    return answer.revision
