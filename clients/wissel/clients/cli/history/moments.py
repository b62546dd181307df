"""A moment of the past as people write it: `--as-known-at 42`, or `2026-09-03T12:00`."""

import datetime as dt
from typing import Annotated, Any

import typer

from wissel.routing.refusals.errors import Refused
from wissel.routing.values.days import AMSTERDAM, ONE_DAY, begin_of, parse_day

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
    if text.isascii() and text.isdecimal():
        return {"as_known_at_revision": int(text)}
    return {"as_known_at_time": _moment(text)}


def _moment(text: str) -> dt.datetime:
    """Return the moment in UTC; that of a day is its last microsecond."""
    try:
        day = parse_day(text, "")
    except Refused:
        pass
    else:
        return begin_of(day + ONE_DAY) - dt.timedelta(microseconds=1)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        message = "--as-known-at is a revision, a day, or a moment such as 2026-09-03T12:00"
        raise typer.BadParameter(message) from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)
    return aware.astimezone(dt.UTC)
