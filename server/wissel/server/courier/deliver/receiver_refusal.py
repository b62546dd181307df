"""A receiver's final refusal, as the hub records it."""

from typing import Final

from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.exchange.delivery import Result, State
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.person_numbers import holds_person_number
from wissel.server.courier.receivers.call_failure import UNSPECIFIED, reason_problem

_MAX_TEXT: Final = 300


def refusal_result(refusal: las.Refusal) -> Result:
    """Return REFUSED with those of the receiver's words that may be kept and shown.

    A reason of another form than `reason_problem` allows is UNSPECIFIED. A text
    is at most 300 printable characters without a person's number, else it is
    left out. What was changed is said in the text, in square brackets.
    """
    reason, text = refusal.reason, refusal.text
    said = []
    if problem := reason_problem(reason):
        reason = UNSPECIFIED
        said.append(f"[The hub left out the receiver's reason: {problem}.]")
    if problem := _text_problem(text):
        text = ""
        said.append(f"[The hub left out the receiver's text: {problem}.]")
    return Result(
        state=State.REFUSED,
        reason=Reason.RECEIVER_REFUSED,
        detail=reason,
        text=" ".join([text, *said]).strip(),
    )


def _text_problem(text: str) -> str:
    """Return why a receiver's text may not be kept and shown, "" if it may."""
    if len(text) > _MAX_TEXT:
        return f"it has more than {_MAX_TEXT} characters"
    if not text.isprintable():
        return "it has characters that cannot be printed, such as a line break"
    if holds_person_number(text):
        return "it holds a number of a person"
    return ""
