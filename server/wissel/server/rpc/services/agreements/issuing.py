"""What the hub signs about acceptances."""

import hashlib

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.acceptance import Acceptance, acceptance_fields
from wissel.routing.exchange.signed_messages import signed_fields
from wissel.routing.signing.dsse import AGREEMENT_ACCEPTANCE, Signer
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.ports import Renewed
from wissel.server.registry.agreements.accepting import IssuedAcceptance


class HubAcceptances:
    """Signs acceptances with the hub's key; implements `AcceptanceIssuer`."""

    def __init__(self, signer: Renewed[Signer]) -> None:
        self._signer = signer

    @property
    def hub_oin(self) -> Oin:
        """The OIN under which it signs."""
        return self._signer.current.oin

    def issue(self, acceptance: Acceptance) -> IssuedAcceptance:
        """Return the acceptance, signed."""
        payload = dossier_pb2.AgreementAcceptance(
            **acceptance_fields(acceptance)
        ).SerializeToString()
        signed = self._signer.current.sign(payload, AGREEMENT_ACCEPTANCE)
        return IssuedAcceptance(
            digest=hashlib.sha256(payload).hexdigest(),
            signed=dossier_pb2.Signed(**signed_fields(signed)).SerializeToString(),
        )
