"""The `wissel` command."""

import sys
from collections.abc import Sequence
from typing import Final

_USAGE: Final = 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with `arguments`, by default those of the process, and exit.

    The exit code is 0 for success, 1 for a refusal, 2 for wrong usage or a missing
    extra (it prints what to install), 3 if the hub cannot be reached.
    """
    try:
        from wissel.clients.cli.app import run  # noqa: PLC0415 - needs the extra
    except ImportError as error:
        print(f"wissel: {error.name} is missing; run: pip install 'wissel[cli]'", file=sys.stderr)
        raise SystemExit(_USAGE) from None
    raise SystemExit(run(sys.argv[1:] if arguments is None else arguments))
