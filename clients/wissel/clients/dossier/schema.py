"""The XSD of the gegevensset, where an operator has placed it: it is not ours to ship.

What libxml2 says about a violation quotes the value at fault. So only its kind
and the names in it are used, and the sentence is ours.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast

from lxml import etree

from wissel.clients.dossier.document import path_of
from wissel.clients.dossier.findings import Finding
from wissel.clients.dossier.reading import Element
from wissel.clients.errors import DossierUnusable

FILE_NAME: Final = "OSO_gegevensset.xsd"
MOST: Final = 100
"""Violations that are told; more of them help nobody."""

_NAMED: Final = re.compile(r"\{[^}]*\}([\w.-]+)")
_EXPECTED: Final = re.compile(r"Expected is (?:one of )?\((.*)\)")
_SENTENCES: Final = (
    ("PATTERN", "De waarde heeft niet de vorm die het schema voorschrijft."),
    ("LENGTH", "De waarde is korter of langer dan het schema toestaat."),
    ("ENUMERATION", "De waarde is geen van de waarden die het schema toestaat."),
    ("CLUSIVE", "De waarde is kleiner of groter dan het schema toestaat."),
    ("DATATYPE", "De waarde is niet van het soort dat het schema voorschrijft."),
    ("ATTRIBUTE", "Een attribuut is niet toegestaan of ontbreekt."),
)


class Schema:
    """A compiled XSD. It may be kept and used again and again, by one thread at a time."""

    def __init__(self, schema: etree.XMLSchema) -> None:
        self._schema = schema

    @classmethod
    def of_folder(cls, folder: Path) -> "Schema":
        """Read `OSO_gegevensset.xsd` in a folder; raise `DossierUnusable` if it cannot be used."""
        path = folder / FILE_NAME
        try:
            parser = etree.XMLParser(no_network=True, resolve_entities=False)
            return cls(etree.XMLSchema(etree.parse(path, parser)))
        except OSError:
            message = f"{folder} holds no {FILE_NAME}: place the XSD of the OSO gegevensset there"
            raise DossierUnusable(message) from None
        except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
            msg = f"{path} is no XSD: {error}"
            raise DossierUnusable(msg) from None

    def check(self, root: Element) -> Iterator[Finding]:
        """Yield what violates the schema, at most `MOST` of it."""
        if self._schema.validate(root):
            return
        tree = root.getroottree()
        for error in islice(cast("Iterable[Any]", self._schema.error_log), MOST):
            found = cast("list[Element]", tree.xpath(error.path)) if error.path else []
            path = path_of(found[0]) if found else ""
            yield Finding("XSD", _sentence(error.type_name, error.message), path, error.line)


def _sentence(kind: str, message: str) -> str:
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        expected = _EXPECTED.search(message)
        names = _NAMED.findall(expected[1])[:8] if expected else []
        wanted = f" Verwacht wordt {' of '.join(names)}." if names else ""
        if "Missing child" in message:
            return f"In dit element ontbreekt iets dat verplicht is.{wanted}"
        return f"Dit element mag hier niet staan.{wanted}"
    for part, sentence in _SENTENCES:
        if part in kind:
            return sentence
    return "Dit voldoet niet aan het schema van de gegevensset."
