"""The list of tests that may be sent (toetscodelijst), where an operator has placed it."""

from collections.abc import Iterator
from pathlib import Path

from wissel.clients.dossier.document import Dossier, path_of
from wissel.clients.dossier.findings import Finding
from wissel.clients.dossier.reading import line_of
from wissel.clients.errors import DossierUnusable


def read_toetscodes(path: Path) -> frozenset[str]:
    """Return the codes of a list: the first column of a CSV, or one code a line.

    A heading is harmless: it is a code that no dossier has. Raises
    `DossierUnusable` for a file that cannot be read or holds no code.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise DossierUnusable(msg) from None
    except UnicodeDecodeError:
        msg = f"{path} is no list of test codes: it is not UTF-8"
        raise DossierUnusable(msg) from None
    first = (line.replace(";", ",").split(",")[0].strip().strip('"') for line in text.splitlines())
    codes = frozenset(filter(None, first))
    if not codes:
        msg = f"{path} holds no test code"
        raise DossierUnusable(msg)
    return codes


def of_list(dossier: Dossier, codes: frozenset[str]) -> Iterator[Finding]:
    """Yield each test, or part of one, whose code is not in the list."""
    for name in ("eldtoetscode", "eldonderdeelcode"):
        for element in dossier.all(name):
            if (element.text or "").strip() not in codes:
                yield Finding(
                    "TOETSCODE",
                    "Deze toets staat niet in de toetscodelijst.",
                    path_of(element),
                    line_of(element),
                )
