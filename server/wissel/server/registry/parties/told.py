"""What a party or system tells of itself: names, desks and the addresses of its manuals (R10)."""

import re
from dataclasses import dataclass
from typing import Final

from wissel.routing.facts import Desk
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.person_numbers import refuse_person_number
from wissel.routing.values.texts import NAME_LIMIT, free_line
from wissel.server.registry.rules.endpoints import address
from wissel.server.registry.scope import Scope

_MAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")
_TELEPHONE: Final = re.compile(r"\+?[0-9][0-9 ()/.-]{2,28}[0-9]")
_ANYTHING: Final = re.compile(".*")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskChange:
    """What is to change of a desk; what is None stays as it is, an empty text is taken away."""

    mail: str | None = None
    telephone: str | None = None
    hours: str | None = None


UNCHANGED: Final = DeskChange()


def changed_desk(desk: Desk, change: DeskChange) -> Desk:
    """Return a desk after a change.

    Its e-mail address has one `@`, its telephone 4 to 30 digits, blanks and signs, its
    hours are one line: FIELD_INVALID, PERSON_NUMBER_IN_TEXT.
    """
    return Desk(
        mail=_part(change.mail, desk.mail, "desk.mail", _MAIL),
        telephone=_part(change.telephone, desk.telephone, "desk.telephone", _TELEPHONE),
        hours=_part(change.hours, desk.hours, "desk.hours", _ANYTHING),
    )


def _part(said: str | None, known: str, field: str, form: re.Pattern[str]) -> str:
    if said is None:
        return known
    line = free_line(said, field, NAME_LIMIT, telephones=True)
    if line and not form.fullmatch(line):
        raise Refused(Reason.FIELD_INVALID, field=field, problem="it has not the form of one")
    return line


def allowed_url(url: str, field: str) -> str:
    """Return the https address of a page, or nothing for nothing.

    Raises `Refused` with FIELD_INVALID or PERSON_NUMBER_IN_TEXT.
    """
    try:
        return refuse_person_number(address(url, forwardable=False), field) if url else ""
    except Refused as error:
        if error.reason is not Reason.URL_INVALID:
            raise
    raise Refused(
        Reason.FIELD_INVALID, field=field, expected="an https address of a page, or nothing"
    )


def refuse_naming(scope: Scope, field: str) -> None:
    """Raise `Refused(FIELD_INVALID)` unless an operator says by what others know a party or system.

    So nobody takes the name of another.
    """
    if not scope.operator:
        raise Refused(
            Reason.FIELD_INVALID, field=field, problem="only an operator of the hub changes this"
        )
