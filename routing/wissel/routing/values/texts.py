"""Free text in the register: one short line without a person's number (design.md#texts)."""

from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.person_numbers import refuse_person_number

NAME_LIMIT: Final = 200
"""The most characters of a name, a place or contact details."""


def free_line(text: str, field: str, limit: int, *, telephones: bool = False) -> str:
    """Return a free text without the blanks around it; it may be empty.

    1. It has at most `limit` characters, all printable (so no control characters
       or line breaks): `Refused(FIELD_INVALID)`, which does not show the text.
    2. It tells no number of a person: `Refused(PERSON_NUMBER_IN_TEXT)`. With
       `telephones` the field is one in which people write how to reach them.
    """
    # 1.
    line = text.strip()
    if len(line) > limit or not line.isprintable():
        raise Refused(
            Reason.FIELD_INVALID, field=field, expected=f"one line of at most {limit} characters"
        )
    # 2.
    return refuse_person_number(line, field, telephones=telephones)


def named_line(text: str, field: str, limit: int) -> str:
    """Return as `free_line` does, or raise `Refused(FIELD_REQUIRED)` for an empty or blank text."""
    if not text.strip():
        raise Refused(Reason.FIELD_REQUIRED, field=field)
    return free_line(text, field, limit)
