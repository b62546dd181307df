"""Makes the process fit for a command, whatever the environment is that it was started in."""

import contextlib
import os
import sys
import warnings
from typing import Final, TextIO

_WIDTHS: Final = ("COLUMNS", "LINES", "TERMINAL_WIDTH")
_WIDEST: Final = 1000


def settle() -> None:
    """Make standard streams, widths and warnings such that no command fails on them.

    1. File descriptors 0 to 2 are open. If one is closed, the next file or socket
       would get its number, and what libraries print would end up in it.
    2. Characters that an encoding of output has not are written as escapes.
    3. A width that is no number of 1 to 1000 is not there, and the libraries that
       draw tables look at the terminal.
    4. Warnings of libraries, for those who develop them, are not errors.
    """
    # 1.
    for number in range(3):
        _open(number)
    sys.stdout = _usable(sys.stdout)
    sys.stderr = _usable(sys.stderr)
    # 2.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[attr-defined] # both are files
    # 3.
    for name in _WIDTHS:
        if not _is_width(os.environ.get(name, "1")):
            del os.environ[name]
    # 4.
    if not sys.flags.dev_mode:
        warnings.simplefilter("ignore")


def flush() -> int:
    """Write out what is left for the standard streams; return 1 if nobody takes it, else 0."""
    return max(_flush(sys.stdout), _flush(sys.stderr))


def _flush(stream: TextIO) -> int:
    try:
        stream.flush()
    except (OSError, ValueError):
        # Python would try again at its end, and fail on that.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return 1
    return 0


def _open(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free


def _usable(stream: TextIO | None) -> TextIO:
    """Return the stream, or one that takes everything if it was closed at the start."""
    return stream if stream is not None else open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - for as long as the process lives


def _is_width(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text[:9]) <= _WIDEST
