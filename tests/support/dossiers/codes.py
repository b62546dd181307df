"""A code of no list for each field that has a list."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from support.dossiers.editing import dossier
from support.dossiers.mutations import Mutation
from wissel.clients.dossier.profiles import CATEGORIES
from wissel.clients.dossier.reading import PREFIX

_WRONG: Final = "onbekend"


def _of_lists() -> Iterator[Mutation]:
    """Yield a code of no list for each of the 54 fields."""
    for number, path in (
        (2, "overstapadvies/advies overstapadvies/wensouders overstapadvies/wensleerling"),
        (2, "overstapadvies/herzienadvies"),
        (4, "communicatie/soort"),
        (5, "communicatie/aanduiding"),
        (6, "voorschools/codevoorschoolsetoeleider"),
        (7, "voorschools/codevoorschoolsehistorie"),
        (8, "voorschools/codevoorschoolsedeelname"),
        (9, "voorschools/codevoorschoolsprogramma vroegschools/codevroegschoolsprogramma"),
        (10, "leerling/nnca"),
        (11, "referentiescore/codereferentiescore"),
        (13, "schoolloopbaan/jaargroep"),
        (14, "leerling/geslacht"),
        (15, "leerling/leerlinggewicht"),
        (16, "metadata/overstap"),
        (17, "rvc/rvcindicatie"),
        (18, "adres/aanduiding"),
        (19, "adres/soortadres"),
        (21, "overstapadvies/profiel"),
        (22, "referentiescore/codevergelijkingsgroep"),
        (23, "diagnose/code"),
        (29, "dossier/overdrachtsoort"),
        (31, "tlv/tlvcategorie"),
        (33, "metadata/deeldossier"),
        (35, "examenresultaat/examenuitslag"),
        (36, "resultaatvakkenvo/beoordelingexamenvak"),
        (37, "inzage/akkoord inzage/toestemming"),
        (41, "verzorger/relatietotkind"),
        (42, "eindtoetsresultaat/toetssoort"),
        (43, "eindtoetsresultaat/toetsniveau"),
        (44, "eindtoetsresultaat/wettelijke_ontheffing"),
        (45, "onderdeel/ond_referentieniveau domein/dom_referentieniveau"),
        (46, "onderdeel/onderdeelcode"),
        (47, "domein/domeincode"),
        (48, " ".join(f"categorie_uitlevering/cat_{each}" for each in CATEGORIES)),
    ):  # fmt: skip
        for each in path.split():
            yield f"CL{number}", "POPO", _wrong_code(each)


def _wrong_code(path: str) -> tuple[str, ...]:
    parent, _, field = path.partition("/")
    root = etree.fromstring(dossier("POPO"))
    if parent == "dossier" or root.find(f".//{PREFIX}{parent}/{PREFIX}{field}") is not None:
        return (f"{field if parent == 'dossier' else path}={_WRONG}",)
    if root.find(f".//{PREFIX}{parent}") is not None:
        return (f"{parent}+<{field}>{_WRONG}</{field}>",)
    # A block of its own, which no rule but the code list looks into.
    return (f"huidigeschool+<{parent}><{field}>{_WRONG}</{field}></{parent}>",)


OF_LISTS: Final = tuple(_of_lists())
