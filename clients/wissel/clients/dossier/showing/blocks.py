"""Blocks of a dossier as HTML: fields, groups of fields, and tables of groups that are alike."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final, cast

from lxml import etree
from lxml.html import builder as html

from wissel.clients.dossier.document import name_of, text_of
from wissel.clients.dossier.reading import Element
from wissel.clients.dossier.showing.labels import label, words

_NARROW: Final = 7
"""Columns that a table may have; groups with more fields stand below each other."""


def blocks(elements: Iterable[Element], level: int) -> list[Element]:
    """Return elements as HTML: fields first, then groups under a heading of `level` 3 to 6."""
    chosen = list(elements)
    fields = [each for each in chosen if not len(each)]
    groups = [each for each in chosen if len(each)]
    parts = [_fields(fields)] if fields else []
    for name, alike in groupby(groups, key=name_of):
        parts += _groups(name, list(alike), level)
    return parts


def _fields(fields: Sequence[Element]) -> Element:
    """Return fields as a list of names and values; what repeats is one entry."""
    entries: list[Element] = []
    for name, alike in groupby(fields, key=name_of):
        entries.append(html.DT(label(name)))
        entries += [html.DD(_value(each)) for each in alike]
    return cast("Element", html.DL(*entries))


def _value(field: Element) -> str:
    value = words(name_of(field), (field.text or "").strip())
    described = field.get("omschrijving", "")
    return f"{described} ({value})" if described else value


def _groups(name: str, groups: list[Element], level: int) -> list[Element]:
    if name == "document":
        return [html.P(f"Bijlage: {text_of(each, 'bestandsnaam')}") for each in groups]
    # A list, such as adreslijst, is nothing but its entries.
    inner = [child for group in groups for child in group]
    if len(groups) == 1 and inner and len({name_of(each) for each in inner}) == 1 and len(inner[0]):
        return [_heading(name, level), *_alike(inner, level)]
    return [_heading(name, level), *_alike(groups, level)]


def _alike(groups: list[Element], level: int) -> list[Element]:
    if name_of(groups[0]) == "document":
        return _groups("document", groups, level)
    columns = list(dict.fromkeys(name_of(child) for group in groups for child in group))
    flat = not any(len(child) for group in groups for child in group)
    if flat and len(groups) > 1 and len(columns) <= _NARROW:
        return [_table(columns, groups)]
    return [html.DIV(html.CLASS("group"), *blocks(group, min(level + 1, 6))) for group in groups]


def _table(columns: Sequence[str], groups: Sequence[Element]) -> Element:
    head = html.TR(*(html.TH(label(name), scope="col") for name in columns))
    rows = [
        html.TR(*(html.TD(words(name, text_of(group, name))) for name in columns))
        for group in groups
    ]
    table = html.TABLE(html.THEAD(head), html.TBODY(*rows))
    return cast("Element", html.DIV(table, html.CLASS("wide"), tabindex="0", role="group"))


def _heading(name: str, level: int) -> Element:
    heading: Element = etree.Element(f"h{min(level, 6)}")
    heading.text = label(name)
    return heading
