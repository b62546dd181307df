"""Files and folders that tell about a child: their owner's alone, whatever the umask."""

import os
from pathlib import Path


def private_opener(path: str, flags: int) -> int:
    """Open a file as `open(..., opener=private_opener)` asks; a new one is its owner's alone."""
    return os.open(path, flags, 0o600)


def make_private_folder(folder: Path) -> None:
    """Make a folder and its parents where they are absent; new ones are their owner's alone.

    Raises OSError.
    """
    # `mkdir(parents=True)` gives its mode to the last folder only.
    for each in [*reversed(folder.parents), folder]:
        each.mkdir(mode=0o700, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Make an empty file where there is none; a new one is its owner's alone. Raises OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def is_open_to_others(path: Path) -> bool:
    """Whether others than the owner may read, write or enter `path`. Raises OSError."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)
