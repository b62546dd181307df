"""Finding and refusing numbers of persons in text.

A BSN passes the elfproef with remainder 0, an onderwijsnummer with remainder 5
(design.md#sources); python-stdnum knows both.
"""

import re
from typing import Final

from stdnum.nl import bsn, onderwijsnummer

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

# Digits of any script, however they are grouped. Matches may overlap, so that a number in front
# hides none: hence the look-ahead.
_NINE_DIGITS: Final = re.compile(r"(?<!\d)(?=(\d(?:[\s._/-]{0,3}\d){8})(?!\d))")


def holds_person_number(text: str) -> bool:
    """Whether some nine digits in `text` are a valid BSN or onderwijsnummer."""
    for match in _NINE_DIGITS.finditer(text):
        digits = "".join(str(int(each)) for each in match[1] if each.isdecimal())
        if bsn.is_valid(digits) or onderwijsnummer.is_valid(digits):
            return True
    return False


def refuse_person_number(text: str, field: str) -> str:
    """Return `text`, or raise `Refused(PERSON_NUMBER_IN_TEXT)` if it holds such a number."""
    if holds_person_number(text):
        raise Refused(Reason.PERSON_NUMBER_IN_TEXT, field=field)
    return text
