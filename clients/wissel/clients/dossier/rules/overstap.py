"""The rules of an overstapdossier: OVa."""

from collections.abc import Iterator
from typing import Final

from wissel.clients.dossier.document import Dossier, Place, is_true, name_of
from wissel.clients.dossier.profiles import OF_SWV, Kind
from wissel.clients.dossier.reading import Element
from wissel.clients.dossier.rules import shared
from wissel.clients.dossier.rules.alike import of_pupil
from wissel.clients.dossier.rules.final_test import OF_TESTS
from wissel.clients.dossier.rules.rule import forbidden, required, rule, wrong

_KINDS: Final = frozenset(Kind)


def _was_seen(inzage: Element) -> bool:
    return is_true(inzage, "inzage")


def _is_block(inzage: Element) -> bool:
    """Whether this is the block `inzage`, and not the field of that name in it."""
    parent = inzage.getparent()
    return parent is not None and name_of(parent) == "dossier"


def _contact_needed(advice: Element) -> bool:
    return is_true(advice, "contactnodig")


def _not_seen(dossier: Dossier) -> Iterator[Place]:
    for inzage in dossier.all("inzage"):
        if _is_block(inzage) and not _was_seen(inzage):
            yield Place(inzage, "inzage")


def _without_advice(dossier: Dossier) -> Iterator[Place]:
    """Find the advice that lacks; schools for special education give none."""
    if dossier.text("huidigeschool", "soort") != "SO":
        yield from required("overstapadvies", "advies")(dossier)


OVERSTAP: Final = (
    shared.las_part("OVa.MD01|OVb.MD01"),
    shared.validation_version("OVa.MD02|OVb.MD02"),
    rule(
        "OVa.OS03|OVb.OS01",
        "De soort overdracht van dit dossier is overstapdossier of overdrachtbinnenbrin.",
        # What stands in no code list is reported as that.
        wrong("dossier", "overdrachtsoort", lambda text: text not in _KINDS - {Kind.OVERSTAP}),
    ),
    rule(
        "OVa.MD03",
        "Een overstapdossier zegt van elke categorie of die wordt uitgeleverd.",
        required("metadata", "categorie_uitlevering"),
    ),
    rule(
        "OVa.OS01",
        "Een overstapdossier zegt om welke soort overstap het gaat.",
        required("metadata", "overstap"),
    ),
    rule(
        "OVa.OS02",
        "De soort overstap van een overstapdossier is POPO, POVO of VOVO.",
        wrong("metadata", "overstap", lambda text: text not in OF_SWV),
    ),
    rule("OVa.IZ01", "Een overstapdossier bevat het blok inzage.", required("dossier", "inzage")),
    rule("OVa.IZ02", "De ouders of verzorgers moeten het dossier hebben ingezien.", _not_seen),
    rule(
        "OVa.IZ03",
        "Als het dossier is ingezien, staat erbij op welke dag.",
        required("inzage", "inzagedatum", _was_seen),
    ),
    rule(
        "OVa.IZ04",
        "Als het dossier is ingezien, staat erbij of de ouders het eens zijn met de inhoud.",
        required("inzage", "akkoord", _was_seen),
    ),
    rule(
        "OVa.IZ05",
        "Bij een overstap van vo naar vo staat erbij of er toestemming is voor de overdracht.",
        required("inzage", "toestemming", _is_block),
        only="VOVO",
    ),
    *of_pupil("OVa"),
    rule("OVa.LL12", "Van de leerling is het BSN of onderwijsnummer nodig.", shared.one_number()),
    rule(
        "OVa.LL13",
        "Bij een overstap van po naar vo is de leerlingcode van de school nodig.",
        required("leerling", "leerlingid"),
        only="POVO",
    ),
    rule(
        "OVa.LL14",
        "De inschrijfdatum van de leerling is nodig.",
        required("leerling", "datuminschrijving"),
    ),
    rule(
        "OVa.LL15",
        "Er moet staan of de verzorgers aansprakelijk zijn.",
        required("leerling", "verzorgersaansprakelijk"),
    ),
    rule(
        "OVa.AI01",
        "Als de verzorgers niet aansprakelijk zijn, is de instelling nodig die dat wel is.",
        required("leerling", "aansprakelijkeinstelling", shared.carers_not_liable),
        only="POPO",
    ),
    rule(
        "WSa.AI02",
        "Als de verzorgers niet aansprakelijk zijn, is de instelling nodig die dat wel is.",
        required("leerling", "aansprakelijkeinstelling", shared.carers_not_liable),
        only="POVO",
    ),
    rule(
        "OVa.VV01",
        "Voorschoolse educatie hoort alleen in een dossier van po naar po.",
        forbidden("leerling", "voorschools"),
        only="POVO VOVO",
    ),
    rule(
        "OVa.VV02",
        "Vroegschoolse educatie hoort alleen in een dossier van po naar po.",
        forbidden("leerling", "vroegschools"),
        only="POVO VOVO",
    ),
    rule(
        "OVa.OA01",
        "Een overstapdossier bevat het blok overstapadvies.",
        required("leerling", "overstapadvies"),
    ),
    rule(
        "OVa.OV01|OVa.TR01",
        "Als de verzorgers aansprakelijk zijn, is minstens één verzorger nodig.",
        required("leerling", "verzorger", shared.carers_liable),
    ),
    rule(
        "OVa.OA02",
        "Bij een overstap van po naar vo is het advies van de school nodig.",
        _without_advice,
        only="POVO",
    ),
    rule(
        "OVa.OA03",
        "Er moet staan of contact met de school nodig is.",
        required("overstapadvies", "contactnodig"),
    ),
    rule(
        "OVa.OA04",
        "Als contact nodig is, hoort de contactpersoon erbij.",
        required("overstapadvies", "contactpersoon", _contact_needed),
    ),
    rule(
        "OVa.OA05",
        "Als contact nodig is, hoort het telefoonnummer erbij.",
        required("overstapadvies", "contacttelefoon", _contact_needed),
    ),
    *OF_TESTS,
    *shared.results("WSa"),
)
