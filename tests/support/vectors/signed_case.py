"""A vector of one signed message: what is said in it, who signs it, and the verdict."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from support.vectors import messages
from support.vectors.identities import AT, Identities
from support.vectors.messages import serialized
from support.vectors.signing import Case, Notary


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCase(ABC):
    """A message as changes to a faultless one."""

    reason: ClassVar[str]
    """What a verifier says of one that does not hold."""
    verifier: ClassVar[Mapping[str, str]] = {}
    """What a verifier must know beside the time."""

    name: str
    why: str
    holds: bool = False
    cause: str = ""
    changed: dict[str, Any] = field(default_factory=dict)
    signer: str
    payload_type: str
    unknown: bool = False
    now: dt.datetime = AT

    @abstractmethod
    def payload(self) -> bytes:
        """Return the message with its changes, serialized."""

    def to_json(self, who: Identities, notary: Notary) -> Case:
        """Return the case: signed bytes in hex, and what is said of them."""
        payload = self.payload()
        payload = messages.with_unknown_field(payload) if self.unknown else payload
        signed = notary.sign(who.by_name[self.signer], self.payload_type, payload)
        return {
            "name": self.name,
            "why": self.why,
            **({} if self.holds else {"reason": self.reason}),
            **({"cause": self.cause} if self.cause else {}),
            "now": self.now.isoformat(),
            **self.verifier,
            "payload_type": self.payload_type,
            "signed": serialized(signed).hex(),
        }
