"""Files with private keys, which are kept from others."""

import os
import stat
import sys
from pathlib import Path

from wissel.routing.signing.key_files import key_file_problem


class KeyFileError(Exception):
    """A key file cannot be used; the message names the file and the fix."""


def read_key(path: Path) -> bytes:
    """Return the content of a key file.

    Raises `KeyFileError` if it cannot be read, or is not kept from others: see
    `key_file_problem`. Owner and mode are those of the open file, so that the file
    cannot be replaced between the check and the reading.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            problem = key_file_problem(str(path), status.st_uid, status.st_mode)
            if sys.platform != "win32" and problem is not None:
                raise KeyFileError(problem)
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
