"""A moment of the past as people write it: `--as-known-at 42`, or `2026-09-03T12:00`."""

import datetime as dt
from typing import Annotated, Any, Final

import typer

from wissel.routing.values.days import AMSTERDAM, ONE_DAY, begin_of

_LAST_REVISION: Final = 2**64 - 1
AsKnownAt = Annotated[
    str,
    typer.Option(
        help="answer from what the hub knew then: a revision, a moment such as "
        "2026-09-03T12:00 (in Amsterdam unless it says otherwise), or the end of a day"
    ),
]


def known_at(text: str) -> dict[str, Any]:
    """Return the fields of a request that ask what was known then; none for an empty text."""
    if not text:
        return {}
    if text.isascii() and text.isdecimal() and int(text) <= _LAST_REVISION:
        return {"as_known_at_revision": int(text)}
    try:
        return {"as_known_at_time": _moment(text)}
    except (ValueError, OverflowError):
        message = "--as-known-at is a revision, a day, or a moment such as 2026-09-03T12:00"
        raise typer.BadParameter(message) from None


def _moment(text: str) -> dt.datetime:
    """Return the moment in UTC; that of a day is its last microsecond."""
    if len(text) == len("yyyy-mm-dd"):
        return begin_of(dt.date.fromisoformat(text) + ONE_DAY) - dt.timedelta(microseconds=1)
    moment = dt.datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)
    return aware.astimezone(dt.UTC)
