"""Facts about parties, their systems, and the certificates that are refused (R7)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from wissel.routing.values.identifiers import Oin, Organisation, ServiceCode, SystemId


class Role(StrEnum):
    """What a party is to the hub."""

    VENDOR = "VENDOR"
    CHAIN_PARTNER = "CHAIN_PARTNER"
    OPERATOR = "OPERATOR"
    PORTAL = "PORTAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who calls the hub; a party is its OIN."""

    oin: Oin
    name: str
    role: Role
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """An administration system; without an OIN of its own its party's counts."""

    system_id: SystemId
    party: Oin
    name: str
    oin: Oin | None = None

    @property
    def acting_oin(self) -> Oin:
        """The OIN whose certificate acts for it."""
        return self.oin or self.party


class RolloutStage(StrEnum):
    """How far the gates stand open for a system and a service (R7)."""

    CLOSED = "CLOSED"
    PILOT = "PILOT"
    OPEN = "OPEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """How far a system may act for a service (R7)."""

    system_id: SystemId
    service: ServiceCode
    qualified: bool = False
    test_message_ids: tuple[UUID, ...] = ()
    rollout: RolloutStage = RolloutStage.CLOSED
    pilots: frozenset[Organisation] = frozenset()


class RevocationTarget(StrEnum):
    """By what a revocation names a certificate (design.md#identity)."""

    ISSUER_SERIAL = "ISSUER_SERIAL"
    SPKI_SHA256 = "SPKI_SHA256"
    CERTIFICATE_SHA256 = "CERTIFICATE_SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A certificate, key or intermediate that is refused from now on.

    `value` is lower-case hex for the digests, `<RFC 4514 issuer>#<hex serial>`
    for an issuer and serial.
    """

    target: RevocationTarget
    value: str
