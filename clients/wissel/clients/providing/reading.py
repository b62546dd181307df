"""What is read of a dossier before it is prepared: whose it is, of which kind and version.

Needs the extra `dossier` (lxml), so it is imported where it is used.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

from wissel.clients.dossier.checking import check
from wissel.clients.dossier.document import Dossier
from wissel.clients.dossier.reading import LARGEST, NAMESPACE, PREFIX, Unreadable, read
from wissel.clients.dossier.schema import Schema
from wissel.clients.dossier.toetscodes import read_toetscodes
from wissel.clients.errors import DossierUnfit, DossierUnusable
from wissel.clients.sending.dossier import DossierFacts, facts_in
from wissel.routing.exchange.fetching.search_keys import NumberKind, PupilNumber, pupil_number

_TOLD: Final = 5
_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A dossier as its file says it.

    `provisional` is its `voorlopigdossier` and `day` its `metadata/datum`, None where
    they are not there; `versions` are its `standaardversie` and its namespace.
    """

    data: bytes = field(repr=False)
    facts: DossierFacts
    numbers: frozenset[PupilNumber] = field(repr=False)
    brin: str
    provisional: bool | None
    versions: frozenset[str]
    day: dt.date | None


def bytes_of(path: Path) -> bytes:
    """Return the bytes of a dossier; raises `DossierUnusable`, also for more than is read."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise DossierUnusable(message) from None
    if len(data) > LARGEST:
        message = f"{path}: it is larger than {LARGEST >> 20} MiB"
        raise DossierUnusable(message)
    return data


def read_content(path: Path, further: Iterable[str]) -> Content:
    """Return what the dossier at `path` says; `further` are numbers of its pupil beside it.

    Raises `DossierUnusable`, which repeats no number.
    """
    data = bytes_of(path)
    try:
        tree = read(data)
    except Unreadable as unreadable:
        message = f"{path}: {unreadable.finding.rule}: {unreadable.finding.sentence}"
        raise DossierUnusable(message) from None
    if sum(each.tag == f"{PREFIX}dossier" for each in tree.elements) != 1:
        message = f"{path}: one dossier is prepared at a time, and this is not one"
        raise DossierUnusable(message)
    facts = facts_in(BytesIO(data))
    if not facts.readable:
        message = f"{path}: {facts.note.partition(':')[0]}"
        raise DossierUnusable(message)
    dossier = Dossier(tree.elements)
    numbers = frozenset((*_numbers_in(dossier), *map(number_in, further)))
    if sum(each.kind is NumberKind.BSN for each in numbers) > 1:
        message = f"{path}: a pupil has one BSN, and the dossier has another than was given"
        raise DossierUnusable(message)
    versions = (dossier.text("metadata", "standaardversie"), NAMESPACE)
    return Content(
        data=data,
        facts=facts,
        numbers=numbers,
        brin=dossier.text("huidigeschool", "brincode"),
        provisional=_TRUTH.get(dossier.text("inzage", "voorlopigdossier")),
        versions=frozenset(filter(None, versions)),
        day=_day(dossier.text("metadata", "datum")),
    )


def check_content(path: Path, data: bytes, folder: Path | None, codes: Path | None) -> None:
    """Check a dossier by its rules, with the gegevensset and toetscodelijst where given.

    Raises `DossierUnfit`, with the rules that it breaks, for each error.
    """
    report = check(
        data,
        schema=Schema.of_folder(folder) if folder else None,
        toetscodes=read_toetscodes(codes) if codes else None,
    )
    if report.passed:
        return
    told = ", ".join([*report.broken[:_TOLD], *["…"][: len(report.broken) > _TOLD]])
    number = len(report.errors)
    message = (
        f"{path}: the dossier has {number} mistake{'s' if number != 1 else ''} ({told}). "
        "Fix: `wissel dossier check` tells each with its place"
    )
    raise DossierUnfit(message)


def number_in(text: str) -> PupilNumber:
    """Return a BSN or onderwijsnummer; raises `DossierUnusable`, which does not repeat it."""
    try:
        return pupil_number(text)
    except ValueError as error:
        raise DossierUnusable(str(error)) from None


def _numbers_in(dossier: Dossier) -> Iterator[PupilNumber]:
    for kind, name in ((NumberKind.BSN, "bsn"), (NumberKind.OWN, "onderwijsnummer")):
        text = dossier.text("huidigeschool", "leerling", name)
        if not text:
            continue
        try:
            number = pupil_number(text)
        except ValueError:
            number = None
        if number is None or number.kind is not kind:
            message = f"the {name} in the dossier is none: PGN.{name}"
            raise DossierUnusable(message)
        yield number


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
