"""Whether a dossier that came is of the pupil that was asked for, by the numbers in it."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from wissel.clients.errors import StorageError
from wissel.clients.las.message import IncomingMessage, RefuseMessage
from wissel.routing.exchange.fetching.search_keys import (
    NumberKind,
    PupilNumber,
    is_of_another,
)

if TYPE_CHECKING:
    from wissel.clients.dossier.reading import Content

OTHER_PUPIL: Final = "OTHER_PUPIL"
_NAMES: Final = ((NumberKind.BSN, "bsn"), (NumberKind.OWN, "onderwijsnummer"))


def holds_another(path: Path, asked: PupilNumber) -> bool:
    """Whether the dossier at `path` is of another pupil than `asked`: see `is_of_another`.

    What cannot be read as a dossier is not, nor is anything without lxml (the extra
    `dossier`). What it says of its own format counts for nothing: the source says that.
    Raises `StorageError` for a file that cannot be read.
    """
    if importlib.util.find_spec("lxml") is None:
        return False
    from wissel.clients.dossier.reading import Unreadable, read  # noqa: PLC0415 - needs the extra

    try:
        content = read(path.read_bytes())
    except Unreadable:
        return False
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise StorageError(message) from None
    return is_of_another(asked, frozenset(_numbers_in(content)))


def refuse_other(_: IncomingMessage) -> NoReturn:
    """Refuse a message for good: the `accept` of a dossier of another pupil."""
    raise RefuseMessage(OTHER_PUPIL, "The dossier is not of the pupil that was asked for.")


def _numbers_in(content: "Content") -> Iterator[PupilNumber]:
    """Yield the numbers of each pupil; a text that is not nine digits is no number."""
    from wissel.clients.dossier.reading import PREFIX  # noqa: PLC0415 - needs the extra

    pupils = [each for each in content.elements if each.tag == f"{PREFIX}leerling"]
    for kind, name in _NAMES:
        for found in (each for pupil in pupils for each in pupil.iterchildren(PREFIX + name)):
            try:
                yield PupilNumber(kind=kind, digits=(found.text or "").strip())
            except ValueError:
                continue
