"""The rules of a dossier for a samenwerkingsverband: PaO."""

from collections.abc import Iterator
from typing import Final

from wissel.clients.dossier.document import Dossier, Place, name_of
from wissel.clients.dossier.profiles import OF_OVERSTAP, Kind
from wissel.clients.dossier.rules import shared
from wissel.clients.dossier.rules.alike import of_pupil
from wissel.clients.dossier.rules.rule import Find, Rule, forbidden, required, rule, wrong

_KINDS: Final = frozenset(Kind)


def _in_care(prefix: str) -> Find:
    """Find what stands in a block `zorg`; 2019.1 has none, but older systems may still send it."""

    def find(dossier: Dossier) -> Iterator[Place]:
        for block in dossier.all("zorg"):
            for each in block:
                if name_of(each).lower().startswith(prefix):
                    yield Place(block, name_of(each))

    return find


def _not_of_po(rule_id: str, what: str, name: str) -> Rule:
    sentence = f"{what} hoort niet in een dossier van een po-school voor een samenwerkingsverband."
    return rule(rule_id, sentence, forbidden("leerling", name), only="POSWV")


def _not_of_vo(rule_id: str, what: str, name: str) -> Rule:
    sentence = f"{what} hoort niet in een dossier van een vo-school voor een samenwerkingsverband."
    return rule(rule_id, sentence, forbidden("leerling", name), only="VOSWV")


SWV: Final = (
    shared.las_part("PaO.MD01"),
    shared.validation_version("PaO.MD02"),
    rule(
        "PaO.MD03",
        "Een SWV-dossier zegt van elke categorie of die wordt uitgeleverd.",
        required("metadata", "categorie_uitlevering"),
    ),
    rule(
        "PaO.SO01",
        "Een SWV-dossier zegt of het van een po- of een vo-school komt.",
        required("metadata", "overstap"),
    ),
    rule(
        "PaO.SO02",
        "De soort overstap van een SWV-dossier is POSWV of VOSWV.",
        wrong("metadata", "overstap", lambda text: text not in OF_OVERSTAP),
    ),
    rule(
        "PaO.SO03",
        "De soort overdracht van een SWV-dossier is swv-dossier.",
        # What stands in no code list is reported as that.
        wrong("dossier", "overdrachtsoort", lambda text: text not in _KINDS - {Kind.SWV}),
    ),
    *of_pupil("PaO"),
    rule("PaO.LL12", "Een SWV-dossier bevat geen BSN of onderwijsnummer.", shared.no_number),
    _not_of_vo("PaO.VV01", "Of de leerling van een peuterspeelzaal komt", "vanpeuterspeelzaal"),
    _not_of_vo("PaO.VV02", "De naam van een peuterspeelzaal", "naampeuterspeelzaal"),
    _not_of_vo("PaO.VV03", "Voorschoolse educatie", "voorschools"),
    _not_of_vo("PaO.VV04", "Vroegschoolse educatie", "vroegschools"),
    _not_of_po("PaO.EB01", "De eindtoets basisonderwijs", "eindtoets_basisonderwijs"),
    rule(
        "PaO.OV01",
        "Als de verzorgers aansprakelijk zijn, is minstens één verzorger nodig.",
        required("leerling", "verzorger", shared.carers_liable),
    ),
    _not_of_po("PaO.VM01", "Waarheen de leerling is bevorderd", "bevorderd"),
    _not_of_po("PaO.VM02", "Een examenresultaat", "examenresultaat"),
    _not_of_po("PaO.VM03", "Een resultaat van een vo-vak", "resultaatvakkenvo"),
    _not_of_po("PaO.VM04", "Een certificaat", "certificaat"),
    _not_of_po("PaO.VM05", "Een competentie", "competenties"),
    _not_of_po("PaO.VM06", "Een stage", "stage"),
    _not_of_po("PaO.VM07", "Een overig gegeven voor het mbo", "overigvombo"),
    rule(
        "PaO.OV05",
        "Van een verzorger mag geen banknummer worden gegeven.",
        forbidden("verzorger", "banknummer"),
    ),
    rule(
        "PaO.ZB01", "Gegevens van de Verwijsindex (VIR) mogen niet worden gegeven.", _in_care("vir")
    ),
    rule(
        "PaO.ZB02",
        "Gegevens van het Zorgadviesteam (ZAT) mogen niet worden gegeven.",
        _in_care("zat"),
    ),
    *shared.results("WSp"),
)
