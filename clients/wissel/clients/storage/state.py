"""Where an account keeps what its programs have to remember."""

import os
from pathlib import Path

from wissel.clients.errors import StorageError


def folder_of(variable: str, name: str, oin: str) -> Path:
    """Return `$<variable>/<OIN>`, or else the folder that `state_folder` returns for `name`.

    Raises `StorageError` for an account without a home folder.
    """
    if folder := os.environ.get(variable):
        return Path(folder) / oin
    return state_folder(name, oin, f"set {variable} to a folder")


def state_folder(name: str, oin: str, instead: str) -> Path:
    """Return `~/.local/state/wissel/<name>/<OIN>`, as the XDG base directories have it.

    Raises `StorageError` for an account without a home folder, which says what to do `instead`.
    """
    try:
        state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    except RuntimeError:
        message = f"this account has no home folder; {instead}"
        raise StorageError(message) from None
    return Path(state) / "wissel" / name / oin
