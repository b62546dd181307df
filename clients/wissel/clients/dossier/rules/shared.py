"""Checks that several profiles have under ids of their own."""

from collections.abc import Iterator
from typing import Final

from wissel.clients.dossier.document import (
    Dossier,
    Place,
    child_of,
    is_false,
    is_true,
    name_of,
    text_of,
)
from wissel.clients.dossier.reading import Element
from wissel.clients.dossier.rules.rule import Find, Rule, forbidden, one_of, rule, wrong

VALIDATION_VERSION: Final = "2019.1.1"
FOR_SECRET_TELEPHONE: Final = "9999999999"  # noqa: S105 - no password
FOR_SECRET_EMAIL: Final = "geheim@geheim.geheim"  # noqa: S105 - no password
_WITH_LAS: Final = frozenset({"LAS", "LASLVS"})
_SUBPARTS: Final = frozenset({"LAS", "LVS", "LASLVS", "TIB"})
_RAW_SCORES: Final = (
    "aantalopgaven", "aantalgoed", "aantalfout", "aantalgelezen", "tijd", "vaardigheidsscore"
)  # fmt: skip


def secret_address(person: Element) -> bool:
    """Whether the address of a person is secret."""
    return is_true(person, "adresgeheim")


def open_address(person: Element) -> bool:
    """Whether it is said that the address of a person is no secret."""
    return is_false(person, "adresgeheim")


def carers_liable(pupil: Element) -> bool:
    """Whether the carers of a pupil are liable."""
    return is_true(pupil, "verzorgersaansprakelijk")


def carers_not_liable(pupil: Element) -> bool:
    """Whether it is said that they are not."""
    return is_false(pupil, "verzorgersaansprakelijk")


def las_part(ids: str) -> Rule:
    """Return the rule that a dossier holds the part of a LAS."""
    # A value of no code list is reported as that.
    right = wrong(
        "metadata", "deeldossier", lambda text: text in _WITH_LAS or text not in _SUBPARTS
    )
    return rule(
        ids, "Het dossier moet een LAS-deel bevatten, niet alleen een LVS- of TIB-deel.", right
    )


def validation_version(ids: str) -> Rule:
    """Return the rule of the version of the validation."""
    return rule(
        ids,
        f"De validatieversie van deze gegevensset is {VALIDATION_VERSION}.",
        wrong("metadata", "validatieversie", lambda text: text == VALIDATION_VERSION),
    )


def secret_numbers(pupil: str, carer: str) -> Iterator[Rule]:
    """Yield the rules of secret telephones and e-mail addresses; carers have an id of their own."""
    for sort, value, what in (
        ("telefoon", FOR_SECRET_TELEPHONE, "een geheim telefoonnummer"),
        ("e-mail", FOR_SECRET_EMAIL, "een geheim e-mailadres"),
    ):
        sentence = f"Voor {what} staat in het dossier {value}."
        yield rule(pupil, sentence, _secret(sort, value, of_carer=False))
        yield rule(carer, sentence, _secret(sort, value, of_carer=True))


def _secret(sort: str, value: str, *, of_carer: bool) -> Find:
    def find(dossier: Dossier) -> Iterator[Place]:
        for each in dossier.all("communicatie"):
            is_secret = text_of(each, "soort") == sort and is_true(each, "geheim")
            if is_secret and text_of(each, "nummer") != value and _is_of_carer(each) == of_carer:
                yield Place(each, "nummer")

    return find


def _is_of_carer(communication: Element) -> bool:
    owner = communication.getparent()
    owner = owner.getparent() if owner is not None else None
    return owner is not None and name_of(owner) == "verzorger"


def some_address() -> Find:
    """Find a pupil whose address is no secret and who has none, Dutch or foreign."""
    return one_of("leerling", "adreslijst", "adresbuitenland", when=open_address)


def one_number() -> Find:
    """Find a pupil without BSN or onderwijsnummer."""
    return one_of("leerling", "bsn", "onderwijsnummer")


def no_number(dossier: Dossier) -> Iterator[Place]:
    """Find each BSN or onderwijsnummer of a pupil."""
    for name in ("bsn", "onderwijsnummer"):
        yield from forbidden("leerling", name)(dossier)


def results(prefix: str) -> tuple[Rule, ...]:
    """Return the three rules of results, which are published without an id; these are ours."""
    return (
        rule(
            f"{prefix}.TR01",
            "Een toetsresultaat bevat een score, een referentiescore of een bijlage.",
            one_of("resultaat", "toetsscore", "referentiescore", "document"),
        ),
        rule(
            f"{prefix}.TR02",
            "Een toetsscore bevat een aantal (opgaven, goed, fout of gelezen), "
            "de tijd of de vaardigheidsscore.",
            one_of("toetsscore", *_RAW_SCORES),
        ),
        rule(
            f"{prefix}.TR03",
            "Een score bevat een waarde of een kwalificatie.",
            one_of("score", "waarde", "kwalificatie"),
        ),
    )


def has(parent: Element, name: str) -> bool:
    """Whether there is such a child."""
    return child_of(parent, name) is not None
