"""The numbers of a pupil: a BSN and an onderwijsnummer pass their test, or are none."""

from collections.abc import Iterator

from stdnum.nl import bsn, onderwijsnummer

from wissel.clients.dossier.document import Dossier, path_of
from wissel.clients.dossier.findings import Finding
from wissel.clients.dossier.reading import line_of


def numbers(dossier: Dossier) -> Iterator[Finding]:
    """Yield each number of a pupil that fails its test."""
    for name, is_valid in (("bsn", bsn.is_valid), ("onderwijsnummer", onderwijsnummer.is_valid)):
        for element in dossier.all(name):
            text = (element.text or "").strip()
            if not (text.isascii() and text.isdigit() and is_valid(text)):
                sentence = f"Dit {name} bestaat niet: het voldoet niet aan de elfproef."
                yield Finding(f"PGN.{name}", sentence, path_of(element), line_of(element))
