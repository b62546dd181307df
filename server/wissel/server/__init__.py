"""The shell around the rules: processes, gRPC, storage and identity."""

import sys
from typing import Final

_USAGE: Final = 2


def main() -> None:
    """Run `wissel-server`; without the extra, say what to install."""
    try:
        from wissel.server.__main__ import main as run  # noqa: PLC0415 - needs the extra
    except ModuleNotFoundError as error:
        message = f"wissel-server: {error.name} is missing; run: pip install 'wissel[server]'\n"
        sys.stderr.write(message)
        raise SystemExit(_USAGE) from None
    run()
