"""Explains an error on stderr and chooses the exit code."""

import math
from typing import Final

from wissel.clients.cli.output import err
from wissel.clients.errors import ReceiptUntrusted, Refused, Unreachable, WisselError
from wissel.clients.transport.status_errors import from_rule
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason

EXIT_REFUSED: Final = 1
EXIT_USAGE: Final = 2
EXIT_UNREACHABLE: Final = 3
_OPTION_FOR: Final = {
    Reason.REASON_REQUIRED: "--reason 'why this is done'",
    Reason.ACCOUNT_REQUIRED: "--user your.account",
}
"""The option of this command with which a reason is fixed."""


def explain_failure(error: WisselError | RuleRefused) -> int:
    """Print reason, sentence, fix and contact of an error on stderr; return the exit code."""
    console = err()
    if isinstance(error, RuleRefused):
        error = from_rule(error)
    if isinstance(error, Refused):
        console.print(f"{error.reason}", style="bold red", markup=False)
        for label, text in (("", error.text), ("Fix: ", error.fix), ("Contact: ", error.contact)):
            if text:
                console.print(f"{label}{text}", markup=False)
        if error.retry_after:
            console.print(f"Again: in {math.ceil(error.retry_after)} s", markup=False)
        for reason, option in _OPTION_FOR.items():
            if error.reason == reason:
                console.print(f"Here: add {option}", markup=False)
        return EXIT_REFUSED
    console.print(f"wissel: {error}", markup=False)
    if isinstance(error, Unreachable):
        console.print("Fix: run `wissel doctor`, which looks at each step.", markup=False)
        return EXIT_UNREACHABLE
    return EXIT_REFUSED if isinstance(error, ReceiptUntrusted) else EXIT_USAGE
