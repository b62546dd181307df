"""Facts about parties, their systems, and the certificates that are refused (R7)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from wissel.routing.values.identifiers import Oin, Organisation, ServiceCode, SystemId


class Role(StrEnum):
    """What a party does at the hub, which decides what it may call."""

    VENDOR = "VENDOR"
    CHAIN_PARTNER = "CHAIN_PARTNER"
    OPERATOR = "OPERATOR"
    PORTAL = "PORTAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation that calls the hub, identified by its OIN; `contact` is free text."""

    oin: Oin
    name: str
    role: Role
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """An administration system; `oin` is its own, if it has one beside that of its party."""

    system_id: SystemId
    party: Oin
    name: str
    oin: Oin | None = None

    @property
    def acting_oin(self) -> Oin:
        """The OIN whose certificate acts for it."""
        return self.oin or self.party


class RolloutStage(StrEnum):
    """For which organisations a system may act for a service: none, pilots, or all (R7)."""

    CLOSED = "CLOSED"
    PILOT = "PILOT"
    OPEN = "OPEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """Whether a system is qualified for a service, and for whom it may act (R7).

    `test_message_ids` are the messages that showed it; `pilots` are the
    organisations that count while `rollout` is PILOT.
    """

    system_id: SystemId
    service: ServiceCode
    qualified: bool = False
    test_message_ids: tuple[UUID, ...] = ()
    rollout: RolloutStage = RolloutStage.CLOSED
    pilots: frozenset[Organisation] = frozenset()

    def admits(self, organisation: Organisation) -> bool:
        """Whether the rollout is open, or a pilot in which the organisation takes part."""
        if self.rollout is RolloutStage.OPEN:
            return True
        return self.rollout is RolloutStage.PILOT and organisation in self.pilots


class RevocationTarget(StrEnum):
    """How a revocation identifies certificates (design.md#revocation)."""

    ISSUER_SERIAL = "ISSUER_SERIAL"
    SPKI_SHA256 = "SPKI_SHA256"
    CERTIFICATE_SHA256 = "CERTIFICATE_SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A certificate, or every certificate with a key, that is refused wherever it is in a path.

    `value` is the SHA-256 in lower-case hex for the digests, and
    `<RFC 4514 issuer>#<serial in lower-case hex>` for an issuer and serial.
    """

    target: RevocationTarget
    value: str
