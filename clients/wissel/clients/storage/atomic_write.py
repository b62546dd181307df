"""Writes files so that a crash leaves the old one or the new one, and nothing else."""

import os
import sys
from pathlib import Path
from typing import Final

TEMPORARY: Final = ".tmp"


def write_durably(path: Path, content: bytes) -> None:
    """Write the file under another name, flush it to the disk, then rename it.

    Only its owner may read it. When this returns, file and name survive a power cut.
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
    """Flush the names in a folder to the disk; Windows does so by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
