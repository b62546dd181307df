"""Parsing the fields of requests into values of the domain.

Each function raises `Refused` with the name of the field. A refusal repeats a
wrong value only if it is a single word of letters.
"""

import datetime as dt
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Literal, Protocol, TypeVar
from uuid import UUID

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import parse_day
from wissel.routing.values.identifiers import (
    UUID_EXAMPLE,
    Brin,
    Identifier,
    Oin,
    Organisation,
    Swv,
    uuid_in,
)

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
I = TypeVar("I", bound=Identifier)  # noqa: E741 - an identifier

_WORD: Final = re.compile(r"[A-Za-z_-]{1,40}")


def required(text: str, field: str) -> str:
    """Return a text that is not empty, or raise `Refused(FIELD_REQUIRED)`."""
    if not text:
        raise Refused(Reason.FIELD_REQUIRED, field=field)
    return text


def optional(kind: type[I], text: str, field: str) -> I | None:
    """Return an identifier, or None for an empty text."""
    return kind.parse(text, field) if text else None


def uuid(text: str, field: str) -> UUID:
    """Return a UUID written with hyphens, in either case, or raise `Refused(FIELD_INVALID)`."""
    parsed = uuid_in(required(text, field))
    if parsed is None:
        raise Refused(Reason.FIELD_INVALID, field=field, expected=f"a UUID, such as {UUID_EXAMPLE}")
    return parsed


def choice(kind: type[E], text: str, field: str) -> E:
    """Return a required member of an enumeration by its value."""
    try:
        return kind(required(text, field))
    except ValueError:
        expected = ", ".join(kind)
        word = text if _WORD.fullmatch(text) else ""
        raise Refused(
            Reason.FIELD_INVALID, field=field, value=word, expected=f"one of {expected}"
        ) from None


def optional_choice(kind: type[E], text: str, field: str) -> E | None:
    """Return a member of an enumeration, or None for an empty text."""
    return choice(kind, text, field) if text else None


def few(items: Sequence[T], limit: int, field: str) -> Sequence[T]:
    """Return a list of at most `limit` items, or raise `Refused(BATCH_TOO_LARGE)`."""
    if len(items) > limit:
        raise Refused(Reason.BATCH_TOO_LARGE, field=field, count=str(len(items)), limit=str(limit))
    return items


def organisation(text: str, field: str) -> Organisation:
    """Return the school or samenwerkingsverband that a text names."""
    return Swv(text) if Swv.pattern.fullmatch(text) else Brin.parse(text, field)


def optional_organisation(brin: str, swv: str) -> Organisation | None:
    """Return the organisation of a filter: a BRIN, a samenwerkingsverband or none."""
    if brin and swv:
        raise Refused(Reason.FIELD_INVALID, field="swv", expected="none beside brin")
    return optional(Brin, brin, "brin") or optional(Swv, swv, "swv")


def optional_oin(text: str, field: str) -> Oin | None:
    """Return an OIN, or None for an empty text."""
    return optional(Oin, text, field)


class Ending(Protocol):
    """A request that ends something after a day, or immediately."""

    end_date: str
    immediately: bool

    def WhichOneof(self, oneof_group: Literal["moment"]) -> str | None:
        """Which of both is filled, as protobuf defines it."""
        ...


def moment(request: Ending) -> dt.date | None:
    """Return the last day that is asked for, or None for `immediately`.

    `Refused(FIELD_REQUIRED)` for neither.
    """
    match request.WhichOneof("moment"):
        case "end_date":
            return parse_day(request.end_date, "end_date")
        case "immediately" if request.immediately:
            return None
        case _:
            raise Refused(Reason.FIELD_REQUIRED, field="end_date")


def day_text(day: dt.date | None) -> str:
    """Return a day as `yyyy-mm-dd`, and None as an empty text."""
    return day.isoformat() if day else ""
