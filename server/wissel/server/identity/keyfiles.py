"""Files with private keys, which only their owner may read."""

import os
import stat
import sys
from pathlib import Path
from typing import Final

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class KeyFileError(Exception):
    """A key file cannot be used; the message names the file and the fix."""


def read_key(path: Path) -> bytes:
    """Return the content of a key file.

    Raises `KeyFileError` if it cannot be read, or if its group or others have any
    rights on it (design.md#running). The mode is that of the open file, so that
    the file cannot be replaced between the check and the reading.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if sys.platform != "win32" and mode & _OTHERS:
                message = f"{path}: others may read this key (mode {mode:04o}); chmod 600 {path}"
                raise KeyFileError(message)
            return file.read()
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise KeyFileError(message) from None


def write_key(path: Path, pem: bytes) -> None:
    """Write a key file that only its owner may read; an earlier one is replaced atomically."""
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    partial.replace(path)
