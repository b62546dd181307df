"""Numbers of persons: where one may not stand, it is refused (design.md#texts).

A BSN passes the elfproef with remainder 0, an onderwijsnummer with remainder 5
(design.md#sources); python-stdnum knows both.

There are two ways to look. `holds_person_number` finds any nine digits that
pass, however they stand: for identifiers and for what other systems sent.
`tells_person_number` finds what a person wrote as such a number: for free text,
where telephones and tickets must not be taken for one.
"""

import re
from collections.abc import Iterator
from typing import Final

from stdnum.nl import bsn, onderwijsnummer

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

# Digits of any script, however they are grouped. Matches may overlap, so that a number in front
# hides none: hence the look-ahead.
_NINE_DIGITS: Final = re.compile(r"(?<!\d)(?=(\d(?:[\s._/-]{0,3}\d){8})(?!\d))")

_NUMBER_LENGTH: Final = 9
# Groups of digits with the same separator between each two. A letter before or after, also with a
# hyphen or underscore between, makes it a part of a name: INC123456789, T-123456789.
_GROUPS: Final = re.compile(
    r"(?<![^\W_])(?<![^\W\d_][-_])\d+(?:(?P<by>[\s._/-]{1,3})\d+(?:(?P=by)\d+)*)?(?![^\W_])"
)
_USUAL_GROUPS: Final = ((3, 3, 3), (4, 2, 3))  # as on documents: 123 456 789, 1234.56.789
_DIGITS: Final = re.compile(r"\d+")
_AFTER_A_WORD: Final = re.compile(
    r"""
    (?<![^\W_])
    (?: bsn | pgn | burgerservice(?:nummer|nr) | sofi(?:-?(?:nummer|nr))?
      | (?:onderwijs|ow|persoons|administratie)-?(?:nummer|nr)
      | leerling(?:en)?-?(?:nummers?|nrs?)? | kind | deelnemer(?:nummer|nr)?
    )
    (?![^\W_])
    (?: [\s.:=#("'-]* (?: nummer | nr | no | is | was | van | de | het | een | met | leerling | kind
      | bsn ) (?![^\W_]) )*
    [\s.:=#("'-]*
    (?! \d{4}-\d\d-\d\d(?!\d) | \d\d?-\d\d?-\d{4}(?!\d) )  # a day is no number
    \d (?: [\s._/-]{0,3} \d ){7,8} (?!\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BETWEEN: Final = r"[\s./()-]{0,3}"
_TELEPHONE: Final = re.compile(
    rf"""
    (?<![\d+])
    (?: (?:\+|00)31 (?:{_BETWEEN}0(?=\s?\)))? (?:{_BETWEEN}\d){{9}}   # +31 (0)20 123 45 67
      | \+ (?!31) \d (?:{_BETWEEN}\d){{7,12}}                         # of another country
      | 0 (?:{_BETWEEN}\d){{9}}                                       # 020 123 45 67
    )
    (?!\d)
    """,
    re.VERBOSE,
)


def holds_person_number(text: str) -> bool:
    """Whether some nine digits in `text`, however grouped, are a valid BSN or onderwijsnummer."""
    return any(_is_valid(match[1]) for match in _NINE_DIGITS.finditer(text))


def tells_person_number(text: str, *, telephones: bool = False) -> bool:
    """Whether somebody wrote the number of a person into a free text.

    1. With `telephones`, what is written as a telephone number is no other number.
    2. Eight or nine digits behind a word that says so, such as `bsn` or
       `leerlingnummer`, are one, whether they pass a test or not.
    3. Nine digits that pass as a BSN or onderwijsnummer are one if they stand
       alone: in one group, or in groups with blanks, dots, hyphens or the like
       between them, and joined to no letter.
    """
    if telephones:  # 1.
        text = _TELEPHONE.sub(" ; ", text)
    if _AFTER_A_WORD.search(text):  # 2.
        return True
    return any(_is_valid(digits) for digits in _standing_alone(text))  # 3.


def _standing_alone(text: str) -> Iterator[str]:
    """Yield each nine digits that stand alone."""
    for match in _GROUPS.finditer(text):
        groups = _DIGITS.findall(match[0])
        yield "".join(groups)
        yield from groups
        for lengths in _USUAL_GROUPS:
            for first in range(len(groups) - len(lengths) + 1):
                some = groups[first : first + len(lengths)]
                if tuple(map(len, some)) == lengths:
                    yield "".join(some)


def _is_valid(text: str) -> bool:
    digits = "".join(str(int(each)) for each in text if each.isdecimal())
    if len(digits) != _NUMBER_LENGTH:
        return False
    return bool(bsn.is_valid(digits) or onderwijsnummer.is_valid(digits))


def refuse_person_number(text: str, field: str, *, telephones: bool = False) -> str:
    """Return a free text, or raise `Refused(PERSON_NUMBER_IN_TEXT)` if it tells such a number."""
    if tells_person_number(text, telephones=telephones):
        raise Refused(Reason.PERSON_NUMBER_IN_TEXT, field=field)
    return text
