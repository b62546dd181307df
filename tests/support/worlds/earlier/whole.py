"""A register as this version writes it: the small world, a few changes, and every field there is.

`PYTHONPATH=tests python -m support.worlds.earlier` keeps it as a dump, which a version with
another schema then has to read.
"""

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid5

from support.worlds import small_world
from support.worlds.stores import open_register, sqlite_url
from wissel.clients.testing.cast import OPERATOR, PORTAL
from wissel.routing.facts import Endpoint, Fact, Mandate, School
from wissel.routing.facts.plain import FACT_KINDS
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Identifier
from wissel.server.registry.ports import Actor

_BEGAN: Final = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
_DAY: Final = dt.date(2027, 7, 31)
_SAMPLES: Final[Mapping[Any, Callable[[str], Any]]] = {
    str: lambda name: f"the {name}".replace("_", " "),
    bool: lambda _: True,
    int: lambda _: 3,
    float: lambda _: 5.25,
    dt.date: lambda _: _DAY,
    dt.datetime: lambda _: dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC),
    UUID: lambda name: uuid5(UUID(int=0), name),
    Period: lambda _: Period(dt.date(2026, 8, 1), _DAY),
}
"""A value of each plain type, by the name of its field."""


def write_register(folder: Path) -> str:
    """Write the register in an empty folder, in five revisions an hour apart; return its URL."""
    asyncio.run(_write(folder))
    return sqlite_url(folder)


async def _write(folder: Path) -> None:
    moments = [_BEGAN]
    async with open_register(folder, lambda: moments[-1]) as register:
        for actor, facts in _revisions():
            async with register.transaction(actor) as transaction:
                await transaction.put(*facts)
            moments.append(moments[-1] + dt.timedelta(hours=1))


def _revisions() -> list[tuple[Actor, list[Fact]]]:
    base = small_world.small()
    school = next(each for each in base if isinstance(each, School))
    mandate = next(each for each in base if isinstance(each, Mandate))
    endpoint = next(
        each
        for each in base
        if isinstance(each, Endpoint) and each.mandate_id == mandate.mandate_id
    )
    board = Actor(
        caller=PORTAL.oin,
        method="/wissel.mandate.v1.MandateService/EndMandate",
        subject="mijn-duo:pseudonym",
        reason="we choose another system",
    )
    desk = Actor(
        caller=OPERATOR.oin,
        method="/wissel.school.v1.SchoolService/ImportSchools",
        subject=f"{OPERATOR.oin}:medewerker",
        reason="files of October",
    )
    ending = replace(mandate, period=mandate.period.until(_DAY))
    return [
        (Actor(caller=OPERATOR.oin, method="seed"), list(base)),
        (board, [ending, replace(endpoint, suspended=True)]),
        (desk, [replace(school, board=small_world.BOARD_2)]),
        (desk, [whole(kind) for kind in FACT_KINDS]),
        (board, [replace(ending, stopped=True)]),
    ]


def whole(kind: Any, name: str = "") -> Any:
    """Return a value of a type in which every field is filled."""
    if kind in _SAMPLES:
        return _SAMPLES[kind](name)
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return whole(next(each for each in get_args(kind) if each is not type(None)), name)
    if origin in (tuple, frozenset):
        return origin([whole(get_args(kind)[0], name)])
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        filled: Any = kind
        return filled(**{each.name: whole(hints[each.name], each.name) for each in fields(kind)})
    if issubclass(kind, Enum):
        return list(kind)[-1]
    if issubclass(kind, Identifier):
        return kind(kind.example)
    message = f"no sample of {kind}"
    raise TypeError(message)
