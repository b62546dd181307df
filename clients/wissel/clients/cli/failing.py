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
_CERTIFICATE: Final = "look at the file of --certificate (WISSEL_CERTIFICATE); run `wissel doctor`"
_HERE: Final = {
    Reason.REASON_REQUIRED: "add --reason 'why this is done'",
    Reason.ACCOUNT_REQUIRED: "add --user your.account",
    Reason.CERTIFICATE_UNTRUSTED: _CERTIFICATE,
    Reason.CERTIFICATE_UNSUITABLE: _CERTIFICATE,
    Reason.CERTIFICATE_EXPIRED: _CERTIFICATE,
    Reason.CERTIFICATE_NOT_YET_VALID: _CERTIFICATE,
}
"""What helps with a reason, in the words of this command."""


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
        for reason, help_here in _HERE.items():
            if error.reason == reason:
                console.print(f"Here: {help_here}", markup=False)
        return EXIT_REFUSED
    console.print(f"wissel: {error}", markup=False)
    if isinstance(error, Unreachable):
        console.print("Fix: run `wissel doctor`, which looks at each step.", markup=False)
        return EXIT_UNREACHABLE
    return EXIT_REFUSED if isinstance(error, ReceiptUntrusted) else EXIT_USAGE
