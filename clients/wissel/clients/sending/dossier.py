"""Reads from a dossier what its envelope must say: the kind and the attestation.

The gegevensset (2019.1) has the kind in `overdrachtsoort` and the parents' inzage
in `inzage`, both before the pupil's data. So only the head of the file is parsed,
and nothing else of it is read, kept or shown.
"""

import codecs
import datetime as dt
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from wissel.routing.exchange.envelope import TOESTEMMING, Attestation, Kind

if TYPE_CHECKING:
    from lxml import etree

_HEAD: Final = 1024 * 1024  # bytes; a file without the kind in these is no dossier
_PIECE: Final = 16 * 1024
_ROOT: Final = re.compile(
    r"\{http://www\.edustandaard\.nl/oso_gegevensset/[0-9.]+/dossier\}(dossier|terugkoppeling)"
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INZAGE: Final = ("inzage", "inzagedatum", "toestemming")
_DEPTH: Final = 3  # dossier, inzage, inzagedatum
_UTF32_MARKS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_FAMILIES: Final = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
    (b"<\0\0\0", "UTF-32LE"),
    (b"\0\0\0<", "UTF-32BE"),
    (b"<\0", "UTF-16LE"),
    (b"\0<", "UTF-16BE"),
    (b"\x4c\x6f\xa7\x94", "CP037"),  # `<?xml` in EBCDIC
)
"""How the bytes of an XML file begin, and the encoding in which its declaration can be read."""
_DECLARED: Final = re.compile(r"<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]{0,39})")


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierFacts:
    """What a file says of itself.

    If it is not `readable` as a dossier, the kind is an assumption and `note`
    says why. `content_type` is a media type.
    """

    kind: Kind
    attestation: Attestation = field(default_factory=Attestation)
    content_type: str = "application/octet-stream"
    readable: bool = True
    note: str = ""


def read_dossier(path: Path) -> DossierFacts:
    """Return the facts in the head of the file at `path`.

    A file that cannot be read as a dossier, nor is a terugkoppeling, counts as an
    overstapdossier, and `note` says so. Raises OSError if the file cannot be opened.
    """
    with path.open("rb") as file:
        return facts_in(file)


def facts_in(file: IO[bytes]) -> DossierFacts:
    """Return the same of a file that is open at its beginning."""
    start = file.read(_PIECE)
    # libxml2 knows the mark of every encoding but this one.
    file.seek(4 if start.startswith(_UTF32_MARKS) else 0)
    content_type = _content_type(start)
    if content_type != "application/xml":
        return _assumed(content_type, "it is not XML")
    try:
        return _from_xml(file, _encoding(start))
    except ImportError:
        return _assumed(content_type, "lxml is not installed: pip install 'wissel[dossier]'")
    except _IsFeedback:
        return DossierFacts(kind=Kind.FEEDBACK, content_type=content_type)
    except _Unreadable as unreadable:
        return _assumed(content_type, str(unreadable))


class _IsFeedback(Exception):
    """It is no dossier but the answer to one."""


class _Unreadable(Exception):
    """The reason why a file is no dossier, without its content."""


def _assumed(content_type: str, why: str) -> DossierFacts:
    note = f"cannot read the kind from the file ({why}): sent as {Kind.OVERSTAP}"
    return DossierFacts(kind=Kind.OVERSTAP, content_type=content_type, readable=False, note=note)


def _content_type(start: bytes) -> str:
    if start.startswith(b"PK\x03\x04"):
        return "application/zip"
    text = _readable(start).lstrip("\ufeff \t\r\n")
    return "application/xml" if text.startswith("<") else "application/octet-stream"


def _encoding(start: bytes) -> str:
    """Return the encoding that an XML file declares, or else the one that it begins in."""
    declared = _DECLARED.search(_readable(start))
    return declared[1] if declared else _family(start) or "UTF-8"


def _readable(start: bytes) -> str:
    return start.decode(_family(start) or "latin-1", errors="replace")


def _family(start: bytes) -> str:
    return next((name for begin, name in _FAMILIES if start.startswith(begin)), "")


def _from_xml(file: IO[bytes], encoding: str) -> DossierFacts:
    found: dict[str, str] = {}
    for path, text in _elements(file, encoding):
        found.setdefault(path, text)
    return DossierFacts(
        kind=_kind(found.get("overdrachtsoort", "")),
        attestation=_attestation(found),
        content_type="application/xml",
    )


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        raise _Unreadable("it has no overdrachtsoort of codelijst 29") from None


def _attestation(found: dict[str, str]) -> Attestation:
    given = found.get("inzage/inzage", "") in {"true", "1"}
    toestemming = found.get("inzage/toestemming", "")
    return Attestation(
        inzage=given,
        inzage_date=_date(found.get("inzage/inzagedatum", "")) if given else None,
        toestemming=toestemming if toestemming in TOESTEMMING else "",
    )


def _date(text: str) -> dt.date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _elements(file: IO[bytes], encoding: str) -> Iterator[tuple[str, str]]:
    """Yield (path below the root, text) of the elements that are used, up to `huidigeschool`.

    `encoding` is named if the file cannot be read in it. The parser resolves no
    entities, loads no DTD, uses no network and keeps libxml2's limits on size and
    depth.
    """
    from lxml import etree  # noqa: PLC0415 - an extra, without which a file counts as unreadable

    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    trail: list[str] = []
    with _named(encoding):
        for piece in itertools.islice(iter(lambda: file.read(_PIECE), b""), _HEAD // _PIECE):
            parser.feed(piece)
            for event, element in _starts_and_ends(parser):
                name = _name(element, depth=len(trail) if event == "start" else len(trail) - 1)
                if event == "start":
                    trail.append(name)
                    if trail[1:] == ["huidigeschool"]:
                        return
                    continue
                if 1 < len(trail) <= _DEPTH and _counts(trail[1:]):
                    yield "/".join(trail[1:]), (element.text or "").strip()
                trail.pop()


@contextmanager
def _named(encoding: str) -> Iterator[None]:
    """Raise `_Unreadable`, with the encoding, for what the parser cannot read in the block."""
    from lxml import etree  # noqa: PLC0415 - as above

    unknown = f"its encoding, {encoding}, cannot be read"
    codes = etree.ErrorTypes.ERR_UNKNOWN_ENCODING, etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING
    try:
        yield
    except etree.XMLSyntaxError as error:
        other = f"it is not well-formed XML in {encoding}"
        code = error.code  # type: ignore[attr-defined] # the stubs do not know it
        raise _Unreadable(unknown if code in codes else other) from None
    except LookupError:
        raise _Unreadable(unknown) from None


def _starts_and_ends(parser: "etree.XMLPullParser") -> Iterator[tuple[str, "etree._Element"]]:
    for event, element in parser.read_events():
        if element is not None and not isinstance(
            element, tuple
        ):  # tuples are events of namespaces
            yield event, element


def _counts(path: list[str]) -> bool:
    return path == ["overdrachtsoort"] or (path[0] == "inzage" and path[-1] in _INZAGE)


def _name(element: "etree._Element", *, depth: int) -> str:
    """Return the local name; the root must be a dossier of the gegevensset."""
    tag = str(element.tag)
    root = _ROOT.fullmatch(tag)
    if depth == 0 and not root:
        raise _Unreadable("its root is not a dossier of the gegevensset")
    if depth == 0 and root and root[1] == Kind.FEEDBACK:
        raise _IsFeedback
    return tag.rpartition("}")[2]
