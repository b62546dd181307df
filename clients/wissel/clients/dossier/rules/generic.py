"""The rules of every dossier, whatever its profile: OG.01 to OG.05."""

import re
from collections.abc import Iterator
from typing import Final

from wissel.clients.dossier.document import Dossier, Place, child_of, is_false, text_of
from wissel.clients.dossier.reading import Element
from wissel.clients.dossier.rules.rule import Find, forbidden, rule, wrong

STANDARD_VERSION: Final = "2019.1"
_SHORTEST: Final = 4
_LONGEST: Final = 256
# The characters are those of the documentation of the field.
_EMAIL: Final = re.compile(r"[0-9A-Za-z!#$%*+=?^_`{|}~.\-]{1,64}@[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)+")
_LWOO_END: Final = re.compile(r"\d{4}-07-31")


def _fault_of(address: str) -> str:
    """Return which demand an address fails first, or nothing."""
    if len(address) < _SHORTEST:
        return "short"
    if len(address) > _LONGEST:
        return "long"
    if "@" not in address:
        return "at"
    return "" if _EMAIL.fullmatch(address) else "characters"


def _email(fault: str) -> Find:
    def find(dossier: Dossier) -> Iterator[Place]:
        for each in dossier.all("communicatie"):
            is_email = text_of(each, "soort") == "e-mail" and child_of(each, "nummer") is not None
            if is_email and _fault_of(text_of(each, "nummer")) == fault:
                yield Place(each, "nummer")

    return find


def _mark_lacks(carer: Element) -> bool:
    return child_of(carer, "overleden") is None


def _lives(carer: Element) -> bool:
    return is_false(carer, "overleden")


GENERIC: Final = (
    rule("OG.01", "Een e-mailadres heeft minstens 4 tekens.", _email("short")),
    rule("OG.01", "Een e-mailadres heeft hoogstens 256 tekens.", _email("long")),
    rule("OG.01", "Een e-mailadres bevat een @.", _email("at")),
    rule(
        "OG.01",
        "Voor of achter de @ van dit e-mailadres staat iets dat daar niet mag staan.",
        _email("characters"),
    ),
    rule(
        "OG.02",
        f"De standaardversie van deze gegevensset is {STANDARD_VERSION}.",
        wrong("metadata", "standaardversie", lambda text: text == STANDARD_VERSION),
    ),
    rule(
        "OG.03",
        "Een LWOO-aanwijzing eindigt op 31 juli.",
        wrong("lwoo", "lwoo_einddatum", lambda text: bool(_LWOO_END.fullmatch(text))),
    ),
    rule(
        "OG.04",
        "Een overlijdensdatum mag er alleen zijn als er ook staat dat de verzorger overleden is.",
        forbidden("verzorger", "overlijdensdatum", _mark_lacks),
    ),
    rule(
        "OG.04",
        "Er is een overlijdensdatum, maar er staat dat deze verzorger niet overleden is.",
        forbidden("verzorger", "overlijdensdatum", _lives),
    ),
    rule(
        "OG.05", "Van een huisarts wordt geen roepnaam gegeven.", forbidden("huisarts", "roepnaam")
    ),
    rule(
        "OG.05", "Van een huisarts wordt geen geslacht gegeven.", forbidden("huisarts", "geslacht")
    ),
    rule(
        "OG.05",
        "Van een huisarts wordt niet gegeven of het adres geheim is.",
        forbidden("huisarts", "adresgeheim"),
    ),
)
