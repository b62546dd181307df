"""Free text that the register keeps: one line, short, and never about a person."""

from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.person_numbers import refuse_person_number

NAME_LIMIT: Final = 200
"""Most characters of a name, of a place or of how to reach somebody."""


def free_line(text: str, field: str, limit: int) -> str:
    """Return a free text without the blanks around it; it may be empty.

    1. at most `limit` characters, all of them printable (so no control
       characters and no line breaks): `Refused(FIELD_INVALID)`, which does not
       repeat the text
    2. no nine digits that pass as a BSN or onderwijsnummer (design.md#texts):
       `Refused(PERSON_NUMBER_IN_TEXT)`
    """
    line = text.strip()
    if len(line) > limit or not line.isprintable():
        raise Refused(
            Reason.FIELD_INVALID, field=field, expected=f"one line of at most {limit} characters"
        )
    return refuse_person_number(line, field)


def named_line(text: str, field: str, limit: int) -> str:
    """As `free_line`, and `Refused(FIELD_REQUIRED)` for a text that is empty or blank."""
    if not text.strip():
        raise Refused(Reason.FIELD_REQUIRED, field=field)
    return free_line(text, field, limit)
