"""Which fact goes into which table, under which key, with which columns.

Keys are text: a board's number, a BRIN, a code of a samenwerkingsverband, an
OIN, a system id, `system_id/service` for a qualification, a service code,
canonical UUIDs, `TARGET:value` for a revocation, the source of a report.
Indexed columns are those of `tables.INDEXED`; mandates and endpoints can also
be filtered by `party`, the vendor of their system.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, select

from wissel.routing.facts import (
    Agreement,
    Board,
    Endpoint,
    Fact,
    Mandate,
    Party,
    Qualification,
    Revocation,
    Samenwerkingsverband,
    School,
    Service,
    SourceReport,
    System,
)
from wissel.server.store.register.tables import FACT_TABLES, INDEXED

Where = str | tuple[str, ...]
"""A value to filter by; a tuple means one of these."""

Text = Callable[[Any], str]

_INNER_CAPITAL: Final = re.compile(r"(?<!^)[A-Z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """How one kind of fact is stored: a table named after the entity."""

    kind: type[Fact]
    entity: str
    key: Text
    columns: Mapping[str, Text]

    @property
    def table(self) -> Table:
        """The table of these facts."""
        return FACT_TABLES[self.entity]

    def matching(self, where: Mapping[str, Where]) -> list[ColumnElement[bool]]:
        """Return the conditions of a filter; an unknown column is a KeyError."""
        return [self._condition(name, value) for name, value in where.items()]

    def _condition(self, name: str, value: Where) -> ColumnElement[bool]:
        if name == "party" and "party" not in self.columns and "system_id" in self.columns:
            systems = FACT_TABLES["system"]
            owned = select(systems.c.key).where(_equals(systems.c.party, value))
            return self.table.c.system_id.in_(owned)
        return _equals(self.table.c[name], value)


def _equals(column: ColumnElement[str], value: Where) -> ColumnElement[bool]:
    return column.in_(value) if isinstance(value, tuple) else column == value


def _projection(kind: type[Fact], key: Text, **special: Text) -> Projection:
    """Return the projection of a kind; a column not named here is the field of that name."""
    entity = _INNER_CAPITAL.sub(r"_\g<0>", kind.__name__).lower()
    columns = {name: special.get(name, _field(name)) for name in INDEXED[entity]}
    return Projection(kind=kind, entity=entity, key=key, columns=columns)


def _field(name: str) -> Text:
    return lambda fact: str(getattr(fact, name))


PROJECTIONS: Final[Mapping[Any, Projection]] = {
    projection.kind: projection
    for projection in (
        # In the order in which facts refer to each other: so they are also loaded.
        _projection(Board, _field("number")),
        _projection(School, _field("brin")),
        _projection(Samenwerkingsverband, _field("code")),
        _projection(Party, _field("oin")),
        _projection(System, _field("system_id"), oin=_field("acting_oin")),
        _projection(Service, _field("code")),
        _projection(Agreement, _field("agreement_id")),
        _projection(Qualification, lambda fact: f"{fact.system_id}/{fact.service}"),
        _projection(Revocation, lambda fact: f"{fact.target}:{fact.value}"),
        _projection(SourceReport, _field("source")),
        _projection(Mandate, _field("mandate_id")),
        _projection(Endpoint, _field("endpoint_id")),
    )
}
"""Every kind of fact (the class), with how it is stored."""

BY_ENTITY: Final[Mapping[str, Projection]] = {
    projection.entity: projection for projection in PROJECTIONS.values()
}
"""The same, by the name under which events mention it."""


def key_of(fact: Fact) -> str:
    """Return the key of a fact."""
    return PROJECTIONS[type(fact)].key(fact)
