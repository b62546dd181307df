"""Strategies for names, days and texts."""

import datetime as dt
from typing import TypeVar

from hypothesis import strategies as st

from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Brin, Identifier, Swv

Name = TypeVar("Name", bound=Identifier)


def named(kind: type[Name]) -> st.SearchStrategy[Name]:
    """Well-formed identifiers of a kind."""
    return st.from_regex(kind.pattern, fullmatch=True).map(kind)


def days() -> st.SearchStrategy[dt.date]:
    """Days that occur in a register."""
    return st.dates(dt.date(2015, 1, 1), dt.date(2040, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Periods, half of them open."""
    first, second = sorted((draw(days()), draw(days())))
    return Period(first, second if draw(st.booleans()) else None)


def texts() -> st.SearchStrategy[str]:
    """Free text, also outside ASCII."""
    return st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


def organisations() -> st.SearchStrategy[Brin | Swv]:
    """Schools and samenwerkingsverbanden."""
    return st.one_of(named(Brin), named(Swv))
