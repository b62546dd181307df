"""How the overviews say it, in Dutch."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

SECTORS: Final[Mapping[str, str]] = {
    "PO": "Basisonderwijs",
    "SO": "Speciaal onderwijs",
    "VO": "Voortgezet onderwijs",
    "MBO": "Middelbaar beroepsonderwijs",
}
KINDS: Final[Mapping[str, str]] = {
    "LAS": "Leerlingadministratiesysteem",
    "LVS": "Leerlingvolgsysteem",
    "SIS": "Studentinformatiesysteem",
    "PLATFORM": "Platform",
    "SWV": "Systeem voor samenwerkingsverbanden",
}
_MONTHS: Final = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
_SMALL: Final = frozenset(
    (
        "aan",
        "ad",
        "bij",
        "de",
        "den",
        "der",
        "en",
        "gem",
        "het",
        "in",
        "op",
        "te",
        "ten",
        "ter",
        "van",
        "'s",
        "'t",
    )
)
_ALWAYS_SMALL: Final = frozenset({"'s", "'t"})
_PROVINCES: Final = frozenset(
    ("ca", "dr", "fl", "fr", "gld", "gn", "lb", "nb", "nh", "ov", "ut", "ze", "zh")
)
_WORDS: Final = re.compile(r"[^\s-]+|[\s-]+")


def in_order(name: str) -> tuple[str, str]:
    """Return by what a name is sorted: its letters without their marks, then all of it.

    `'s-Gravenhage` stands with the g, `Écharpe` with the e.
    """
    letters = unicodedata.normalize("NFKD", name.casefold()).removeprefix("'s").removeprefix("'t")
    return "".join(each for each in letters if each.isalnum() or each == " ").strip(), name


def town(name: str) -> str:
    """Return the name of a town as people write it, where a file has it in capitals.

    `'S-GRAVENHAGE` is `'s-Gravenhage`, `ALPHEN AAN DEN RIJN` `Alphen aan den Rijn`.
    """
    if not name.isupper():
        return name
    words: list[str] = _WORDS.findall(name.lower())
    return "".join(_word(word, first=not at) for at, word in enumerate(words))


def _word(word: str, *, first: bool) -> str:
    if word in _ALWAYS_SMALL or (word in _SMALL and not first):
        return word
    if word in _PROVINCES:
        return word.upper()
    if word.startswith("ij"):
        return f"IJ{word[2:]}"
    return word[:1].upper() + word[1:]


def day(date: dt.date) -> str:
    """Return a day, such as `1 augustus 2026`."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def number(value: int) -> str:
    """Return a number, such as `8.622`."""
    return f"{value:,}".replace(",", ".")
