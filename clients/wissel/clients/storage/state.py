"""Where an account keeps what its programs have to remember."""

import os
from pathlib import Path

from wissel.clients.errors import StorageError


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
