"""How far a program has come with following mandates, kept in a file."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from wissel.clients.errors import StorageError
from wissel.clients.storage.atomic_write import write_atomically
from wissel.clients.storage.private import make_private_folder
from wissel.clients.storage.state import state_folder


@dataclass(slots=True, kw_only=True)
class Place:
    """All up to `resume_token` has been done, but for the mandates that wait.

    Those are tried again on another day than `day` (`yyyy-mm-dd`). The place is that of
    one `service` at one `hub` (an OIN) with one `url`: elsewhere it counts nothing.
    """

    hub: str
    service: str
    url: str
    resume_token: str = ""
    day: str = ""
    waiting: list[str] = field(default_factory=list)


def default_place(oin: str, service: str) -> Path:
    """Return the file of the place of an OIN, for the account of this process.

    Raises `StorageError` for an account without a home folder.
    """
    return state_folder("connect", oin, "name a file for the place") / f"{service}.json"


def read_place(path: Path, new: Place) -> Place:
    """Return the place that a file has, or `new` if it has none for this hub, service and URL.

    Raises `StorageError` for a file that cannot be read.
    """
    try:
        kept = Place(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return new
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise StorageError(message) from None
    except (ValueError, TypeError):
        message = f"{path} is not the place of a watch; remove it, and all mandates are looked at"
        raise StorageError(message) from None
    same = (kept.hub, kept.service, kept.url) == (new.hub, new.service, new.url)
    return kept if same else new


def keep_place(path: Path, place: Place) -> None:
    """Write a place, so that it survives a crash. Raises `StorageError`."""
    try:
        make_private_folder(path.parent)
        write_atomically(path, json.dumps(asdict(place), indent=1).encode())
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise StorageError(message) from None
