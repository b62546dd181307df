"""The shell around the rules: processes, gRPC, storage and identity."""

import os
import signal
import sys
from typing import Final, NoReturn
from zoneinfo import ZoneInfoNotFoundError

_USAGE: Final = 2
_STANDARD_STREAMS: Final = (0, 1, 2)
_ENDED_BY_SIGTERM: Final = 128 + signal.SIGTERM


def main() -> None:
    """Run `wissel-server`; say what to install where something is missing."""
    _open_streams()
    # Until a command has a handler of its own: as process 1 of a container a program
    # without one is not ended by the signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_ENDED_BY_SIGTERM))
    try:
        from wissel.server.__main__ import main as run  # noqa: PLC0415 - needs the extra
    except ModuleNotFoundError as error:
        _give_up(f"{error.name} is missing; run: pip install 'wissel[server]'")
    except ZoneInfoNotFoundError:
        _give_up("this machine has no time-zone data; run: pip install tzdata")
    run()


def _give_up(problem: str) -> NoReturn:
    sys.stderr.write(f"wissel-server: {problem}\n")
    raise SystemExit(_USAGE) from None


def _open_streams() -> None:
    """Open the standard streams that are closed, so that no other file takes their place."""
    for descriptor in _STANDARD_STREAMS:
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for good
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for good
