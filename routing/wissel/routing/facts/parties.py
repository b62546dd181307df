"""Facts about parties, their systems, and the certificates that are refused (R7)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from wissel.routing.values.identifiers import Oin, SystemId


class Role(StrEnum):
    """What a party does at the hub, which decides what it may call."""

    VENDOR = "VENDOR"
    CHAIN_PARTNER = "CHAIN_PARTNER"
    OPERATOR = "OPERATOR"
    PORTAL = "PORTAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where help is to be had: an e-mail address, a telephone and its hours; each may be empty."""

    mail: str = ""
    telephone: str = ""
    hours: str = ""

    def of(self, name: str) -> str:
        """Return how to reach the desk of whoever has a name, in one line; empty without a way.

        Such as `LAS Noord: desk@noord.example, 050 123 45 67 (9:00-17:00)`.
        """
        ways = ", ".join(filter(None, (self.mail, self.telephone)))
        if not ways:
            return ""
        return f"{name}: {ways} ({self.hours})" if self.hours else f"{name}: {ways}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation that calls the hub, identified by its OIN; `contact` is free text."""

    oin: Oin
    name: str
    role: Role
    contact: str = ""
    desk: Desk = Desk()


class SystemKind(StrEnum):
    """What an administration system is for its schools; PLATFORM is one such as OT or LDOS."""

    LAS = "LAS"
    LVS = "LVS"
    SIS = "SIS"
    PLATFORM = "PLATFORM"
    SWV = "SWV"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """An administration system; `oin` is its own, if it has one beside that of its party.

    `kind` is None where nobody has said it. Without a desk of its own its party's is
    asked. `manual_url` tells a school how to work with it, `step_plan_url` what to do to
    get connected; both may be empty.
    """

    system_id: SystemId
    party: Oin
    name: str
    oin: Oin | None = None
    kind: SystemKind | None = None
    desk: Desk = Desk()
    manual_url: str = ""
    step_plan_url: str = ""

    @property
    def acting_oin(self) -> Oin:
        """The OIN whose certificate acts for it."""
        return self.oin or self.party


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemKey:
    """A key of a system, by which pupils are found (design.md#search-keys).

    It may be used from `start` until `end`, without that moment. `public_key` is in
    lower-case hex. `statement` is what its vendor signed: a serialized Signed of a
    SystemKey, in base64. `ended` is when its vendor took it back, if it did.
    """

    system_id: SystemId
    key_id: UUID
    public_key: str
    start: dt.datetime
    end: dt.datetime
    statement: str
    ended: dt.datetime | None = None

    def has_ended(self, moment: dt.datetime) -> bool:
        """Whether its period is over at a moment, or it was taken back before."""
        return moment >= self.end or (self.ended is not None and moment >= self.ended)

    def holds_at(self, moment: dt.datetime) -> bool:
        """Whether it may be used at a moment."""
        return self.start <= moment and not self.has_ended(moment)


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
