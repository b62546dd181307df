"""Which profile a dossier is checked as, and what each asks of the categories.

A profile is named by the field `overdrachtsoort` together with `overstap`. Where
these two contradict each other, the number of the pupil tells which of them is
meant: a dossier for a samenwerkingsverband has none, the others always do; the
rules of that profile then say which field is wrong.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wissel.clients.dossier.document import Dossier


class Kind(StrEnum):
    """A kind of transfer: codelijst 29."""

    OVERSTAP = "overstapdossier"
    WITHIN_BRIN = "overdrachtbinnenbrin"
    SWV = "swv-dossier"


OF_OVERSTAP: Final = frozenset({"POPO", "POVO", "VOVO"})
OF_SWV: Final = frozenset({"POSWV", "VOSWV"})
UNDOCUMENTED: Final = frozenset(
    {"VSPO", "VSWEC", "POWEC", "VOMBO", "VOHBO", "VOWO"}
    | {"WECWEC", "WECVO", "WECMBO", "WECHBO", "WECWO", "OVERIG"}
)
"""What codelijst 16 knows besides: no profile of them is published."""

_CATEGORIES: Final = (
    "metadata ouderinzage school leerling oudersverzorgers vve schoolloopbaan overstapadvies "
    "onderwijsondersteuning verzuim eindtoetsbo toetsresultaten handelingsplannen cijferlijsten "
    "vombo bijlagedocs"
)
CATEGORIES: Final = _CATEGORIES.split()

# For each category, in the order of CATEGORIES: V verplicht, o optioneel, X verboden.
_MATRIX: Final = {
    "overdrachtbinnenbrin": "VoVVoooooooooooo",
    "POPO": "VVVVVoVVooooooXo",
    "POVO": "VVVVVXVVooooooXo",
    "VOVO": "VVVVVXVVoooooooo",
    "POSWV": "VoVVVoVoVoXoooXo",
    "VOSWV": "VoVVVXVoVooooooo",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """What a dossier is checked as; `transition` is empty where none fits the kind."""

    kind: Kind
    transition: str = ""
    documented: bool = True

    @property
    def name(self) -> str:
        """The name of the profile, as in the matrix of categories."""
        return self.transition or self.kind

    def demand(self, category: str) -> str:
        """Return what the profile asks of a category: `V`, `o` or `X`."""
        row = _MATRIX.get(self.name)
        return row[CATEGORIES.index(category)] if row else "o"


def profile_of(dossier: Dossier) -> Profile:
    """Return the profile that a dossier is to be checked as."""
    said = dossier.text("overdrachtsoort")
    transition = dossier.text("metadata", "overstap")
    if said == Kind.WITHIN_BRIN:
        return Profile(Kind.WITHIN_BRIN)
    kind = _kind(dossier, said, transition)
    if transition in UNDOCUMENTED:
        return Profile(kind, transition, documented=False)
    fitting = OF_SWV if kind is Kind.SWV else OF_OVERSTAP
    return Profile(kind, transition if transition in fitting else "")


def _kind(dossier: Dossier, said: str, transition: str) -> Kind:
    by_transition = _kind_of_transition(transition)
    by_itself = next((kind for kind in Kind if kind == said), None)
    if by_itself and by_transition and by_itself is not by_transition:
        return Kind.OVERSTAP if dossier.all("bsn") or dossier.all("onderwijsnummer") else Kind.SWV
    return by_itself or by_transition or Kind.OVERSTAP


def _kind_of_transition(transition: str) -> Kind | None:
    if transition in OF_SWV:
        return Kind.SWV
    return Kind.OVERSTAP if transition in OF_OVERSTAP else None
