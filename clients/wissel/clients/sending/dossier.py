"""Reads from a dossier what its envelope must say: the kind and the attestation.

The gegevensset (2019.1) has the kind in `overdrachtsoort` and the parents' inzage
in `inzage`, both before the pupil's data. So only the head of the file is parsed,
and nothing else of it is read, kept or shown.
"""

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from wissel.routing.exchange.envelope import TOESTEMMING, Attestation, Kind

if TYPE_CHECKING:
    from lxml import etree

_HEAD: Final = 1024 * 1024  # bytes; a file without the kind in these is no dossier
_PIECE: Final = 16 * 1024
_ROOT: Final = re.compile(
    r"\{http://www\.edustandaard\.nl/oso_gegevensset/[0-9.]+/dossier\}dossier"
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INZAGE: Final = ("inzage", "inzagedatum", "toestemming")
_DEPTH: Final = 3  # dossier, inzage, inzagedatum


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

    A file that cannot be read as a dossier counts as an overstapdossier, and
    `note` says so. Raises OSError if the file cannot be opened.
    """
    with path.open("rb") as file:
        start = file.read(_PIECE)
        file.seek(0)
        content_type = _content_type(start)
        if content_type != "application/xml":
            return _assumed(content_type, "it is not XML")
        try:
            return _from_xml(file)
        except ImportError:
            return _assumed(content_type, "lxml is not installed: pip install 'wissel[dossier]'")
        except _Unreadable as unreadable:
            return _assumed(content_type, str(unreadable))


class _Unreadable(Exception):
    """The reason why a file is no dossier, without its content."""


def _assumed(content_type: str, why: str) -> DossierFacts:
    note = f"cannot read the kind from the file ({why}): sent as {Kind.OVERSTAP}"
    return DossierFacts(kind=Kind.OVERSTAP, content_type=content_type, readable=False, note=note)


def _content_type(start: bytes) -> str:
    if start.startswith(b"PK\x03\x04"):
        return "application/zip"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "application/xml" if text.startswith(b"<") else "application/octet-stream"


def _from_xml(file: IO[bytes]) -> DossierFacts:
    found: dict[str, str] = {}
    for path, text in _elements(file):
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


def _elements(file: IO[bytes]) -> Iterator[tuple[str, str]]:
    """Yield (path below the root, text) of the elements that are used, up to `huidigeschool`.

    The parser resolves no entities, loads no DTD, uses no network and keeps
    libxml2's limits on size and depth.
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
    try:
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
    except etree.XMLSyntaxError:
        raise _Unreadable("it is not well-formed XML") from None


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
    if depth == 0 and not _ROOT.fullmatch(tag):
        raise _Unreadable("its root is not a dossier of the gegevensset")
    return tag.rpartition("}")[2]
