"""A receiver's final refusal, as the hub records it."""

import re
from typing import Final

from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.exchange.delivery import Result, State
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.person_numbers import holds_person_number

_REASON: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_NO_REASON: Final = "UNSPECIFIED"
_MAX_TEXT: Final = 300


def refusal_result(refusal: las.Refusal) -> Result:
    """Return REFUSED with those of the receiver's words that may be kept and shown.

    A reason is upper case, at most 64 characters, else UNSPECIFIED is recorded.
    A text is at most 300 printable characters, else none is. Neither may hold a
    person's number.
    """
    name, text = refusal.reason, refusal.text
    named = _REASON.fullmatch(name) and not holds_person_number(name)
    harmless = len(text) <= _MAX_TEXT and text.isprintable() and not holds_person_number(text)
    return Result(
        state=State.REFUSED,
        reason=Reason.RECEIVER_REFUSED,
        detail=name if named else _NO_REASON,
        text=text if harmless else "",
    )
