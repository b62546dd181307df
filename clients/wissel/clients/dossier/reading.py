"""Reads a dossier safely: bytes of anybody become a tree, or one finding that says why not.

In this order, so that nothing expensive is done for what will be refused:

1. the size;
2. the prolog, with expat, up to the first opening tag: a document type is
   refused before any entity in it could be expanded, and only UTF-8 and UTF-16
   are read;
3. the whole, with libxml2, without entities, network or document type;
4. the root: a format that is not the one that is checked is refused by its name;
5. depth, number of elements, and length of attributes.
"""

from dataclasses import dataclass
from itertools import islice
from typing import Final, cast
from xml.parsers import expat

from lxml import etree

from wissel.clients.dossier.findings import Finding

Element = etree._Element  # noqa: SLF001 - the name that lxml gives its elements

NAMESPACE: Final = "http://www.edustandaard.nl/oso_gegevensset/2019/dossier"
PREFIX: Final = f"{{{NAMESPACE}}}"

LARGEST: Final = 32 << 20
"""Bytes of a file: a dossier of 25 MB with its attachments in Base64 fits."""
DEEPEST: Final = 32
"""The gegevensset nests to 12."""
MOST_ELEMENTS: Final = 200_000
LONGEST_ATTRIBUTE: Final = 1_000
_PROLOG: Final = 64 << 10
_STEP: Final = 4 << 10
_ENCODINGS: Final = frozenset({"UTF-8", "UTF8", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII"})
_OF_ENCODING: Final = frozenset(
    {
        expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING],
        expat.errors.codes[expat.errors.XML_ERROR_INCORRECT_ENCODING],
    }
)
_EDUSTANDAARD: Final = "http://www.edustandaard.nl/oso_gegevensset/"


class Unreadable(Exception):
    """The bytes are no dossier that can be checked; `finding` says why."""

    def __init__(self, rule: str, sentence: str, line: int = 0) -> None:
        super().__init__(f"{rule}: {sentence}")
        self.finding = Finding(rule, sentence, line=line)


@dataclass(frozen=True, slots=True)
class Content:
    """A tree that was read, with all its elements in document order."""

    root: Element
    elements: list[Element]


def read(data: bytes) -> Content:
    """Return the tree of a gegevensset 2019.1, or raise `Unreadable`."""
    if len(data) > LARGEST:  # 1.
        msg = "XML.GROOTTE"
        raise Unreadable(msg, f"Het bestand is groter dan {LARGEST >> 20} MiB.")
    _look_at_prolog(data)  # 2.
    root = _parse(data)  # 3.
    _expect_format(root)  # 4.
    return Content(root, _bounded(root))  # 5.


def line_of(element: Element) -> int:
    """Return the line on which an element begins, from 1, or 0 if it came from no file."""
    return cast("int | None", element.sourceline) or 0


class _Opened(Exception):
    """The first opening tag was reached."""


def _look_at_prolog(data: bytes) -> None:
    parser = expat.ParserCreate()
    parser.XmlDeclHandler = _declared
    parser.StartDoctypeDeclHandler = _doctype
    parser.StartElementHandler = _opened
    try:
        for start in range(0, min(len(data), _PROLOG), _STEP):
            parser.Parse(data[start : start + _STEP], start + _STEP >= len(data))
    except _Opened:
        return
    except expat.ExpatError as error:
        if error.code in _OF_ENCODING:
            raise _encoding(error.lineno) from None
        msg = "XML.VORM"
        raise Unreadable(msg, "Het bestand is geen welgevormde XML.", error.lineno) from None
    except LookupError:  # an encoding that Python does not know either
        raise _encoding(1) from None
    msg = "XML.VORM"
    raise Unreadable(
        msg, f"Binnen {_PROLOG >> 10} KiB begint het dossier niet: er is geen openingstag."
    )


def _declared(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.upper() not in _ENCODINGS:
        raise _encoding(1)


def _doctype(*_: object) -> None:
    msg = "XML.DTD"
    raise Unreadable(
        msg, "Een dossier mag geen documenttype (DOCTYPE) en geen entiteiten bevatten.", 1
    )


def _opened(*_: object) -> None:
    raise _Opened


def _encoding(line: int) -> Unreadable:
    return Unreadable("XML.CODERING", "De tekens van een dossier zijn UTF-8 of UTF-16.", line)


def _parse(data: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,  # an attachment is one text of many megabytes; the size is bounded above
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        code: int = getattr(error, "code", 0)  # as libxml2 numbers them
        if code in {etree.ErrorTypes.ERR_INVALID_ENCODING, etree.ErrorTypes.ERR_INVALID_CHAR}:
            raise _encoding(line) from None
        msg = "XML.VORM"
        raise Unreadable(msg, "Het bestand is geen welgevormde XML.", line) from None


def _expect_format(root: Element) -> None:
    name = etree.QName(root)
    namespace = name.namespace or ""
    if namespace == NAMESPACE:
        if name.localname == "dossier" or root.find(f"{{{NAMESPACE}}}dossier") is not None:
            return
        if name.localname == "terugkoppeling":
            msg = "XML.FORMAAT"
            raise Unreadable(
                msg,
                "Dit is een terugkoppeling van een samenwerkingsverband en geen dossier; "
                "daarvoor zijn geen regels gepubliceerd.",
                1,
            )
    if "dod" in name.localname.lower() or "dod" in namespace.lower().split("/"):
        msg = "XML.FORMAAT"
        raise Unreadable(
            msg,
            "Dit is een Digitaal Overdrachtsdossier (DOD). "
            "DOD is sinds 1 januari 2017 vervangen door OSO.",
            1,
        )
    if namespace.startswith(_EDUSTANDAARD) and namespace != NAMESPACE:
        year = namespace.removeprefix(_EDUSTANDAARD).split("/")[0][:10]
        msg = "XML.FORMAAT"
        raise Unreadable(
            msg, f"Dit is een OSO gegevensset van {year}; getoetst wordt die van 2019.", 1
        )
    msg = "XML.FORMAAT"
    raise Unreadable(
        msg,
        f"Dit is geen OSO-dossier: het begint met het element '{name.localname[:60]}'.",
        1,
    )


_TOO_DEEP: Final = etree.XPath("/*" + "/*" * DEEPEST)
_TOO_LONG: Final = etree.XPath(f"//*[@*[string-length() > {LONGEST_ATTRIBUTE}]]")


def _bounded(root: Element) -> list[Element]:
    """Return all elements; raise `Unreadable` for what is too many, too deep or too long."""
    elements = list(islice(root.iter(etree.Element), MOST_ELEMENTS + 1))
    if len(elements) > MOST_ELEMENTS:
        msg = "XML.OMVANG"
        raise Unreadable(msg, f"Het dossier heeft meer dan {MOST_ELEMENTS} elementen.")
    for deep in cast("list[Element]", _TOO_DEEP(root)):
        sentence = f"Het dossier is dieper genest dan {DEEPEST} niveaus."
        msg = "XML.DIEPTE"
        raise Unreadable(msg, sentence, line_of(deep))
    for long in cast("list[Element]", _TOO_LONG(root)):
        msg = "XML.OMVANG"
        raise Unreadable(msg, "Een attribuut is te lang.", line_of(long))
    return elements
