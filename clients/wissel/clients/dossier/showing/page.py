"""A dossier as one HTML page, in the nine categories in which schools know it.

Nothing on the page is executed or fetched: no script, no link to elsewhere, and
a content policy that says so. Attachments are listed, not opened.
"""

from collections.abc import Iterator
from importlib import resources
from typing import Final, cast

from lxml import etree
from lxml.html import builder as html

from wissel.clients.dossier.document import Dossier, child_of, name_of, path_of, text_of
from wissel.clients.dossier.findings import Report, Severity
from wissel.clients.dossier.reading import Element, read
from wissel.clients.dossier.showing.blocks import blocks

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_CAREER: Final = (
    "schoolloopbaanlijst vanpeuterspeelzaal naampeuterspeelzaal voorschools vroegschools "
    "onderwijsondersteuning"
)
_MARKS: Final = (
    "cijferlijstlijst bevorderd examenresultaat resultaatvakkenvo certificaat competenties "
    "stage overigvombo"
)
# The categories in the order of the client's list of what a dossier holds, and their blocks.
_OF_PUPIL: Final = (
    ("Overstapadvies", "overstapadvies"),
    ("Schoolloopbaan en zorg", _CAREER),
    ("Handelingsplan", "handelingsplan"),
    ("Sociaal-emotioneel functioneren", ""),
    ("Verzuim", "verzuim"),
    ("Toetsresultaten", "eindtoets_basisonderwijs toetslijst"),
    ("Cijferlijst", _MARKS),
)
_ELSEWHERE: Final = frozenset(name for _, names in _OF_PUPIL for name in names.split()) | {
    "overigdocumentlijst"
}
_NO_BLOCK: Final = (
    "De gegevensset 2019.1 heeft hier geen velden voor; een verslag staat bij de bijlagen."
)
_EMPTY: Final = "Het dossier bevat hier niets over."


def page(data: bytes, report: Report) -> bytes:
    """Return a dossier as a page in UTF-8; raise `Unreadable` if it cannot be read.

    `report` is what checking it gave; the page says so at the top.
    """
    dossier = Dossier(read(data).elements)
    body = html.BODY(
        html.HEADER(html.H1("Dossier"), *_opening(dossier, report)),
        html.MAIN(*_sections(dossier)),
    )
    head = html.HEAD(
        html.META(charset="utf-8"),
        html.META({"http-equiv": "Content-Security-Policy", "content": _POLICY}),
        html.META(name="viewport", content="width=device-width, initial-scale=1"),
        html.TITLE("Dossier"),
        html.STYLE(resources.files(__package__).joinpath("dossier.css").read_text("utf-8")),
    )
    whole = html.HTML({"lang": "nl"}, head, body)
    return bytes(etree.tostring(whole, method="html", encoding="utf-8", doctype="<!DOCTYPE html>"))


def _opening(dossier: Dossier, report: Report) -> Iterator[Element]:
    """Yield what the dossier is, whether it passed, and whether it was seen by the parents."""
    made = dossier.text("metadata", "datum")
    yield html.P(
        f"{report.profile or 'Onbekend profiel'}, gemaakt op {made or 'een onbekende dag'}."
    )
    if report.passed:
        yield html.P(html.CLASS("good"), "Het dossier voldoet aan de regels die zijn getoetst.")
    else:
        yield html.P(html.CLASS("bad"), "Het dossier voldoet niet aan de regels:")
        yield html.UL(
            *(html.LI(f"{each.rule}: {each.sentence} ({each.path})") for each in report.errors)
        )
    warnings = [each for each in report.findings if each.severity is Severity.WARNING]
    if warnings:
        yield html.UL(*(html.LI(f"{each.sentence} ({each.path})") for each in warnings))
    seen = child_of(dossier.root, "inzage")
    if seen is not None:
        yield html.SECTION(html.H2("Inzage"), *blocks(seen, 3))


def _sections(dossier: Dossier) -> Iterator[Element]:
    school = dossier.all("huidigeschool")
    pupil = next(iter(dossier.all("leerling")), None)
    yield _section(
        "Instelling of school",
        [each for block in school for each in block if name_of(each) != "leerling"],
    )
    of_pupil = [] if pupil is None else [e for e in pupil if name_of(e) not in _ELSEWHERE]
    yield _section("Leerling en ouders of verzorgers", of_pupil)
    for title, names in _OF_PUPIL:
        yield _section(title, list(_chosen(pupil, names.split())), _EMPTY if names else _NO_BLOCK)
    yield _attachments(dossier)


def _chosen(pupil: Element | None, names: list[str]) -> Iterator[Element]:
    """Yield the blocks of a category; the plans stand within another block, apart from it."""
    if pupil is None:
        return
    for each in pupil:
        name = name_of(each)
        if name == "onderwijsondersteuning" and ("handelingsplan" in names or name in names):
            plans = "handelingsplan" in names
            yield from (child for child in each if (name_of(child) == "handelingsplan") == plans)
        elif name in names:
            yield each


def _section(title: str, elements: list[Element], empty: str = _EMPTY) -> Element:
    parts = blocks(elements, 3) if elements else [html.P(html.CLASS("empty"), empty)]
    return cast("Element", html.SECTION(html.H2(title), *parts))


def _attachments(dossier: Dossier) -> Element:
    items = [
        html.LI(
            html.STRONG(text_of(each, "bestandsnaam")),
            f" {text_of(each, 'omschrijving')} ",
            html.SMALL(path_of(each)),
        )
        for each in dossier.all("document")
    ]
    listed = html.UL(*items) if items else html.P(html.CLASS("empty"), "Er zijn geen bijlagen.")
    return cast("Element", html.SECTION(html.H2("Bijlagen"), listed))
