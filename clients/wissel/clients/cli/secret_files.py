"""Numbers of pupils and link keys, which are read from files: arguments are for all to read."""

import json
import sys
from pathlib import Path
from typing import Final
from uuid import UUID

import typer

from wissel.clients.errors import WisselError

_LARGEST: Final = 4096  # bytes


def secret_in(name: str) -> str:
    """Return the text of a file, or of standard input for `-`; raises `WisselError`."""
    try:
        if name == "-":
            read = sys.stdin.buffer.read(_LARGEST)
        else:
            with Path(name).open("rb") as file:
                read = file.read(_LARGEST)
    except OSError as error:
        message = f"{name}: {error.strerror}"
        raise WisselError(message) from None
    return read.decode("utf-8", "replace").strip()


def link_key_in(name: str) -> UUID:
    """Return the link key in a file: a UUID, or a notification as `wissel las serve` keeps it.

    What was read is in no message. Raises `WisselError`, and `typer.BadParameter`.
    """
    text = secret_in(name)
    try:
        said = json.loads(text)["link_key"] if text.startswith("{") else text
        if not said:
            message = f"{name}: it has no link key; what it tells of is fetched by --number-file"
            raise typer.BadParameter(message)
        return UUID(said)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        message = f"{name}: this is no link key"
        raise typer.BadParameter(message) from None
