"""The shape of the table: what an answer that is documented elsewhere is here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from wissel.routing.refusals.reasons import Reason


@unique
class Standard(StrEnum):
    """Who documents an answer; a proposal is in nobody's documents."""

    OSO = "OSO"
    OSR = "OSR"
    OSR_PROPOSED = "OSR_PROPOSED"
    EDUKOPPELING = "EDUKOPPELING"


SOURCES: Final[Mapping[Standard, str]] = {
    Standard.OSO: "Kennisnet's developer wiki, OSO 2017 and 2018",
    Standard.OSR: "Kennisnet's developer wiki, OSR API V2",
    Standard.OSR_PROPOSED: "a proposal; no document of the OSR has these codes",
    Standard.EDUKOPPELING: "Edukoppeling 1.2, fault codes",
}
"""Where the names of each are from."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text in English and in Dutch."""

    en: str
    nl: str

    def read(self, language: str) -> str:
        """Return it in `en` or `nl`."""
        return self.nl if language == "nl" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """One answer that is documented elsewhere, and what says the same here.

    name       as it reads there; of OSR the operation and the status, and no other
               has the same one
    where      the message or call in which it is read, where the name does not say
    says       what it says there
    reasons    the reasons that say so here, the nearest first
    answer     the method that says so with an answer, and the value of it, if any
    note       how it differs here, or why nothing says it
    """

    standard: Standard
    name: str
    says: Said
    where: str = ""
    reasons: tuple[Reason, ...] = ()
    answer: str = ""
    note: Said | None = None
