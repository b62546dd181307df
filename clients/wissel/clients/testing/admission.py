"""The calls with which a service desk admits a vendor."""

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from wissel.agreement.v1 import agreement_service_pb2 as agreement
from wissel.agreement.v1.agreement_service_pb2_grpc import AgreementServiceStub
from wissel.clients.transport.connection import Unary
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub

_EVIDENCE: Final = [
    party.Evidence(kind=kind, reference="made up") for kind in ("TEST_EXCHANGE", "SECURITY_TEST")
]
"""All that a service may demand; nothing was tested, as nothing here is real."""
Call: TypeAlias = tuple[Unary[Any, Any], Any]
"""A unary method and its request."""


def admission(*, oin: str, name: str, system_id: str, service: str, reason: str) -> Iterator[Call]:
    """Yield the calls after which a registered vendor can take part with one system.

    In this order: its agreements, its system, the qualification of the system for
    `service`, and the rollout, which is open.
    """
    for kind in ("VENDOR_OSR", "VENDOR_OSO"):
        yield (
            lambda c: AgreementServiceStub(c).RecordAgreement,
            agreement.RecordAgreementRequest(party_oin=oin, kind=kind, reason=reason),
        )
    yield (
        lambda c: PartyServiceStub(c).RegisterSystem,
        party.RegisterSystemRequest(system_id=system_id, party_oin=oin, name=name, reason=reason),
    )
    yield (
        lambda c: PartyServiceStub(c).QualifySystem,
        party.QualifySystemRequest(
            system_id=system_id, service=service, evidence=_EVIDENCE, reason=reason
        ),
    )
    yield (
        lambda c: PartyServiceStub(c).SetRollout,
        party.SetRolloutRequest(
            system_id=system_id, service=service, rollout="OPEN", reason=reason
        ),
    )
