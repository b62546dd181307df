"""The `wissel` command."""

import sys
from collections.abc import Sequence
from typing import Final

_USAGE: Final = 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit code.

    0 done, 1 refused, 2 wrong usage, 3 unreachable. Without `arguments` those of
    the process count. Where the extra is absent, it says what to install.
    """
    try:
        from wissel.clients.cli.app import run  # noqa: PLC0415 - needs the extra
    except ImportError as error:
        print(f"wissel: {error.name} is missing; run: pip install 'wissel[cli]'", file=sys.stderr)
        raise SystemExit(_USAGE) from None
    raise SystemExit(run(sys.argv[1:] if arguments is None else arguments))
