"""Writes files so that after a crash there is either the old file or the new one."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from wissel.clients.storage.private import private_opener

TEMPORARY: Final = ".tmp"
_CANNOT: Final = frozenset(
    {
        errno.EINVAL,
        errno.EBADF,
        errno.ENOSYS,
        errno.ENOTSUP,
        errno.EOPNOTSUPP,
        errno.EISDIR,
        errno.EACCES,
        errno.EPERM,
    }
)
"""How a file system says that it does not flush folders: network disks and FUSE among them."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to another name in the same folder, flush it to disk, and rename it.

    Only its owner may read the file. When this returns the file survives a power
    cut. Raises OSError.
    """
    with (
        replacing(path, path.with_name(path.name + TEMPORARY)) as temporary,
        open(temporary, "wb", opener=private_opener) as file,
    ):
        file.write(content)


@contextmanager
def replacing(path: Path, temporary: Path) -> Iterator[Path]:
    """Yield `temporary`, a name in the folder of `path`; what the block puts there replaces `path`.

    Once the block has ended the file survives a power cut. If anything is raised
    there is no temporary file, and `path` is as it was. Raises OSError.
    """
    try:
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        # Also after the renaming, which does nothing where both names are of one file.
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Flush the entries of a folder to disk, where that can be done.

    On Windows it is not needed. On a file system that cannot do it, what has been
    renamed survives a crash of the process, and a power cut if the system that
    keeps the files sees to it. Raises OSError for a disk that fails.
    """
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
