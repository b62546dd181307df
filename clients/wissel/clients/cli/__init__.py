"""The `wissel` command."""

import sys
from collections.abc import Sequence
from typing import Final

from wissel.clients.cli.surroundings import flush, settle

_UNTOLD: Final = 1
_USAGE: Final = 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with `arguments`, by default those of the process, and exit.

    The exit code is 0 for success, 1 for a refusal or for output that nobody takes,
    2 for wrong usage or a missing extra (it prints what to install), 3 if the hub
    cannot be reached.
    """
    if arguments is None:
        settle()
    try:
        from wissel.clients.cli.app import run  # noqa: PLC0415 - needs the extra
    except ImportError as error:
        print(f"wissel: {error.name} is missing; run: pip install 'wissel[cli]'", file=sys.stderr)
        raise SystemExit(_USAGE) from None
    try:
        code = run(sys.argv[1:] if arguments is None else arguments)
    except OSError:  # nor can it be told, on a standard error that is full
        code = _UNTOLD
    untold = flush()
    raise SystemExit(code or untold)
