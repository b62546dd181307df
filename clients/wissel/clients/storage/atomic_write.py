"""Writes files so that after a crash there is either the old file or the new one."""

import os
import sys
from pathlib import Path
from typing import Final

TEMPORARY: Final = ".tmp"


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to another name in the same folder, flush it to disk, and rename it.

    Only its owner may read the file. When this returns the file survives a power
    cut. Raises OSError.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        with open(temporary, "wb", opener=_private) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Flush the entries of a folder to disk; on Windows that is not needed."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
