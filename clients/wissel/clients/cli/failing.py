"""Explains an error on stderr and chooses the exit code."""

import math
from typing import Final

from wissel.clients.cli.output import note
from wissel.clients.errors import (
    EndlessList,
    FileUnusable,
    ReceiptUntrusted,
    Refused,
    Unreachable,
    WisselError,
)
from wissel.clients.transport.status_errors import from_rule
from wissel.clients.trial.exchange import ExchangeFailed
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason

EXIT_REFUSED: Final = 1
EXIT_USAGE: Final = 2
EXIT_UNREACHABLE: Final = 3
_MINUTES_FROM: Final = 600  # seconds
_HOURS_FROM: Final = 180  # minutes
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
    if isinstance(error, RuleRefused):
        error = from_rule(error)
    if isinstance(error, Refused):
        _tell(error)
        return EXIT_REFUSED
    if isinstance(error, FileUnusable):
        note(f"wissel: {error.summary}")
        for problem in error.problems:
            note(f"  {problem}")
        return EXIT_USAGE
    note(f"wissel: {error}")
    if isinstance(error, Unreachable):
        note("Fix: run `wissel doctor`, which looks at each step.")
        return EXIT_UNREACHABLE
    if isinstance(error, EndlessList):
        return EXIT_UNREACHABLE
    unproven = isinstance(error, ReceiptUntrusted | ExchangeFailed)
    return EXIT_REFUSED if unproven else EXIT_USAGE


def _tell(error: Refused) -> None:
    """Print reason, sentence, fix and contact of a refusal, and what helps here."""
    note(error.reason, style="bold red")
    for label, text in (("", error.text), ("Fix: ", error.fix), ("Contact: ", error.contact)):
        if text:
            note(f"{label}{text}")
    if error.retry_after:
        note(f"Again: in {_words(error.retry_after)}")
    for reason, help_here in _HERE.items():
        if error.reason == reason:
            note(f"Here: {help_here}")


def _words(seconds: float) -> str:
    """Return how long to wait, as a person says it."""
    if seconds < _MINUTES_FROM:
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes < _HOURS_FROM else f"{math.ceil(minutes / 60)} hours"
