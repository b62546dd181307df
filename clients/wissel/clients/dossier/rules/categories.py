"""The categories of a dossier: what is demanded, forbidden or switched off, and what is there.

82 checks, published without ids. Ours say the category, what is said of it, and,
where a category has several parts, which of them is there: `CAT.vve.verboden.voorschools`.
"""

from collections.abc import Iterator
from typing import Final

from wissel.clients.dossier.document import Dossier, Place, child_of
from wissel.clients.dossier.profiles import CATEGORIES, Profile
from wissel.clients.dossier.rules.rule import Find, Rule

_SUPPORT: Final = (
    "toelichting_onderwijsbehoeften diagnose medicijngebruik opp tlv arrangement_cluster12 "
    "arrangement_pao lwoo rvc"
)
# Of each category: the block that its parts stand in, and the parts.
_PARTS: Final = {
    "metadata": ("dossier", "deeldossier overdrachtsoort"),
    "ouderinzage": ("dossier", "inzage"),
    "oudersverzorgers": ("leerling", "verzorgersaansprakelijk verzorger aansprakelijkeinstelling"),
    "vve": ("leerling", "vanpeuterspeelzaal naampeuterspeelzaal voorschools vroegschools"),
    "schoolloopbaan": ("leerling", "schoolloopbaanlijst"),
    "overstapadvies": ("leerling", "overstapadvies"),
    "onderwijsondersteuning": ("onderwijsondersteuning", _SUPPORT),
    "verzuim": ("leerling", "verzuim"),
    "eindtoetsbo": ("leerling", "eindtoets_basisonderwijs"),
    "toetsresultaten": ("leerling", "toetslijst"),
    "handelingsplannen": ("onderwijsondersteuning", "handelingsplan"),
    "cijferlijsten": ("leerling", "cijferlijstlijst"),
    "vombo": (
        "leerling",
        "bevorderd examenresultaat resultaatvakkenvo certificaat competenties stage overigvombo",
    ),
    "bijlagedocs": ("leerling", "overigdocumentlijst"),
}
_UNWANTED: Final = {"VERBODEN": "verboden", "OPT-UIT": "uitgezet"}


def _blocks(dossier: Dossier, block: str, part: str) -> Iterator[Place]:
    """Yield where a part of a category stands."""
    if part == "deeldossier":  # of the metadata, any field but those that say the profile
        block = "metadata"
    for parent in dossier.all(block):
        if child_of(parent, part) is not None:
            yield Place(parent, part)


def _lacking(category: str, block: str, parts: list[str]) -> Find:
    field = f"cat_{category}"

    def find(dossier: Dossier) -> Iterator[Place]:
        if dossier.delivery.get(field) != "VERPLICHT":
            return
        if not any(True for part in parts for _ in _blocks(dossier, block, part)):
            parent = next(iter(dossier.all(block)), None)
            pupil = next(iter(dossier.all("leerling")), dossier.root)
            # A carer is what is asked for; the field about liability is none.
            wanted = "verzorger" if category == "oudersverzorgers" else parts[0]
            yield Place(parent, wanted) if parent is not None else Place(pupil, block)

    return find


def _unwanted(category: str, said: str, block: str, part: str) -> Find:
    field = f"cat_{category}"

    def find(dossier: Dossier) -> Iterator[Place]:
        if dossier.delivery.get(field) == said:
            yield from _blocks(dossier, block, part)

    return find


def _rules() -> Iterator[Rule]:
    for category, (block, names) in _PARTS.items():
        parts = names.split()
        wanted = [part for part in parts if part != "verzorgersaansprakelijk"]
        sentence = f"De categorie {category} is verplicht, maar het dossier bevat er niets uit."
        yield Rule((f"CAT.{category}.verplicht",), sentence, _lacking(category, block, wanted))
        for said, word in _UNWANTED.items():
            for part in parts:
                suffix = f".{part}" if len(parts) > 1 else ""
                sentence = f"De categorie {category} is {word}, maar het dossier bevat {part}."
                yield Rule(
                    (f"CAT.{category}.{word}{suffix}",),
                    sentence,
                    _unwanted(category, said, block, part),
                )


OF_CATEGORIES: Final = tuple(_rules())

_MUST: Final = {"V": "VERPLICHT", "X": "VERBODEN"}


def matrix(dossier: Dossier, profile: Profile) -> Iterator[tuple[Rule, Place]]:
    """Yield each category of which the dossier says something else than its profile demands."""
    for delivery in dossier.all("categorie_uitlevering"):
        for category in CATEGORIES:
            must = _MUST.get(profile.demand(category), "")
            said = dossier.delivery.get(f"cat_{category}")
            # What stands in no code list is reported as that, what lacks by the XSD.
            if must and said in {"VERPLICHT", "OPTIONEEL", "VERBODEN", "OPT-UIT"} - {must}:
                sentence = (
                    f"In een dossier {profile.name} is de categorie {category} {must.lower()}."
                )
                found = Rule((f"CAT.{category}.profiel",), sentence, _nowhere)
                yield found, Place(delivery, f"cat_{category}")


def _nowhere(_: Dossier) -> Iterator[Place]:
    return iter(())
