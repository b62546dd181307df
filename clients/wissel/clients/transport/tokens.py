"""The token of the person for whom a portal calls, from a file that is written anew."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from wissel.clients.errors import WisselError

Token = Callable[[], str]
"""Returns the token with which a call is made now, a JWT; asked for each call."""
_MAX: Final = 8 * 1024  # no longer one fits the metadata of a call


def token_file(path: Path) -> Token:
    """Return what reads the token in a file at each call, so that a renewed one counts.

    It raises `WisselError` for a file that cannot be read or holds no token; what it
    holds is never shown.
    """

    def read() -> str:
        try:
            with path.open("rb") as file:
                token = file.read(_MAX + 2).strip()
        except OSError as error:
            message = f"{path}: {error.strerror}"
            raise WisselError(message) from None
        if not 0 < len(token) <= _MAX or not token.isascii() or b" " in token or b"\n" in token:
            message = f"{path}: this is no token; the file holds one JWT and nothing else"
            raise WisselError(message)
        return token.decode()

    return read
