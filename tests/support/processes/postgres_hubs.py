"""Hubs as processes on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.processes.hub_process import Place
from support.processes.processes import run, spawn


def place_on(url: str, folder: Path) -> Place:
    """Return where hubs may run on an empty database, which `migrate` has made ready."""
    place = at(url, Place.make(folder, migrated=False))
    code, said = run(["wissel-server", "migrate"], environ=place.environ, cwd=folder)
    assert 0 == code, said
    return place


def at(url: str, place: Place) -> Place:
    """Return the same place with its database at another URL."""
    return Place(folder=place.folder, environ={**place.environ, "WISSEL_DATABASE_URL": url})


@contextmanager
def another(place: Place) -> Iterator[str]:
    """Let one more hub serve on the place's database; yields its address."""
    with spawn(["wissel-server", "serve"], environ=place.environ, cwd=place.folder) as process:
        yield process.line_with("serving on ").rpartition(" ")[2]
