"""The code lists of the gegevensset 2019.1, and the 54 fields that they are for."""

from collections.abc import Iterator
from typing import Final

from wissel.clients.dossier.document import Dossier, Place
from wissel.clients.dossier.profiles import CATEGORIES
from wissel.clients.dossier.reading import Element
from wissel.clients.dossier.rules.rule import Rule

_LISTS: Final = {
    2: "01 10 20 21 22 23 30 31 32 33 34 35 40 41 42 43 44 50 51 52 60 61 70 80",
    4: "e-mail telefoon",
    5: "werk prive overig",
    6: "1 2 3 4 5 6 7 8 9",
    7: "1 2 3 4 5",
    8: "1 2 3 4 5",
    9: "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
    10: "0 1 2",
    11: "AE CAE IV CIV FN ON DLE Percentiel Percentage T-score Stanine DQ IQ ERK C-score Norm "
    "RNTRM ZML LGH AVI NAZ LM Standaardscore LA",
    13: "0 1 2 3 4 5 6 7 8 11 12 13 14 15 16 S P",
    14: "0 1 2",
    15: "0.00 0.30 1.20",
    16: "VSPO VSWEC POPO POWEC POVO VOVO VOMBO VOHBO VOWO WECWEC WECVO WECMBO POSWV VOSWV WECHBO "
    "WECWO OVERIG",
    17: "LWOO PRO",
    18: "TO BY",
    19: "bezoek post gba",
    21: "basis plus bespreek disharmonisch ondersteuning",
    22: "BB+ BB KB GT HAVO VWO Landelijk",
    23: "F79.VB F79.ZB HB F80 F81.0 F81.1 F81.2 F81.9 F82 F84 F84.0 F84.2 F84.5 F84.nld F84.mcdd "
    "F90 F90.0 F90.0+ F90.0- F91 F91.3 F95 F95.2 F41.0 F43.1 F43.2 F50 F92.0 F93.1 F94 Fspd G40 "
    "H54.0 H54.2 H91.9.d H91.9.s Z62",
    29: "overstapdossier overdrachtbinnenbrin swv-dossier",
    31: "H M L Nvt",
    33: "LAS LVS LASLVS TIB",
    35: "geslaagd afgewezen herexamen",
    36: "voldoende onvoldoende",
    37: "Ja Nee Onbekend",
    41: "1 2 3 4 5 6 7 8 9",
    42: "0011 0012 0013 0014 0016",
    43: "G",
    44: "J N",
    45: "01 02 03 04",
    46: "8000 8001",
    47: "8050 8051",
    48: "VERPLICHT OPTIONEEL VERBODEN OPT-UIT",
}
CODE_LISTS: Final = {number: frozenset(codes.split()) for number, codes in _LISTS.items()}

# Number of the list, and the fields that it is for, as parent/field; `*` is any parent.
_FIELDS: Final = (
    (2, "overstapadvies/advies overstapadvies/wensouders overstapadvies/wensleerling"),
    (2, "overstapadvies/herzienadvies"),
    (4, "communicatie/soort"),
    (5, "communicatie/aanduiding"),
    (6, "voorschools/codevoorschoolsetoeleider"),
    (7, "voorschools/codevoorschoolsehistorie"),
    (8, "voorschools/codevoorschoolsedeelname"),
    (9, "voorschools/codevoorschoolsprogramma vroegschools/codevroegschoolsprogramma"),
    (10, "*/nnca"),
    (11, "referentiescore/codereferentiescore"),
    (13, "*/jaargroep"),
    (14, "*/geslacht"),
    (15, "*/leerlinggewicht"),
    (16, "metadata/overstap"),
    (17, "rvc/rvcindicatie"),
    (18, "adres/aanduiding"),
    (19, "adres/soortadres"),
    (21, "overstapadvies/profiel"),
    (22, "referentiescore/codevergelijkingsgroep"),
    (23, "diagnose/code"),
    (29, "*/overdrachtsoort"),
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
    (48, " ".join(f"categorie_uitlevering/cat_{category}" for category in CATEGORIES)),
)


class _OfList:
    """Finds each field whose text is not in a code list."""

    def __init__(self, parent: str, field: str, codes: frozenset[str]) -> None:
        self._parent = parent
        self._field = field
        self._codes = codes

    def __call__(self, dossier: Dossier) -> Iterator[Place]:
        """Yield the places of the field."""
        for element in dossier.all(self._field):
            if (element.text or "").strip() not in self._codes and self._is_meant(element):
                yield Place(element)

    def _is_meant(self, element: Element) -> bool:
        parent = element.getparent()
        if self._parent == "*" or parent is None:
            return parent is not None
        return parent.tag.rpartition("}")[2] == self._parent


def _rules() -> Iterator[Rule]:
    for number, fields in _FIELDS:
        for each in fields.split():
            parent, _, field = each.partition("/")
            sentence = f"De waarde van {field} staat niet in codelijst {number}."
            yield Rule((f"CL{number}",), sentence, _OfList(parent, field, CODE_LISTS[number]))


OF_CODE_LISTS: Final = tuple(_rules())
