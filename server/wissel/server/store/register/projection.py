"""Which fact goes into which table, with which columns.

Indexed columns are those of `tables.INDEXED`; mandates and endpoints can also
be filtered by `party`, the vendor of their system.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, select

from wissel.routing.facts import Fact, System
from wissel.routing.facts.keys import KEYS, name_of
from wissel.server.registry.ports import Where
from wissel.server.store.register.tables import FACT_TABLES, INDEXED

Text = Callable[[Any], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """How one kind of fact is stored: a table named after the entity."""

    kind: type[Fact]
    entity: str
    columns: Mapping[str, Text]

    @property
    def table(self) -> Table:
        """The table of these facts."""
        return FACT_TABLES[self.entity]

    def matching(self, where: Mapping[str, Where]) -> list[ColumnElement[bool]]:
        """Return the conditions of a filter; an unknown column is a KeyError."""
        return [self._condition(name, value) for name, value in where.items()]

    def answers(self, fact: Fact, where: Mapping[str, Where]) -> bool:
        """Whether a fact has the values that a filter asks of its own columns."""
        return all(
            self.columns[name](fact) in (value if isinstance(value, tuple) else (value,))
            for name, value in where.items()
            if name in self.columns
        )

    def _condition(self, name: str, value: Where) -> ColumnElement[bool]:
        if name == "party" and "party" not in self.columns and "system_id" in self.columns:
            systems = FACT_TABLES["system"]
            owned = select(systems.c.key).where(_equals(systems.c.party, value))
            return self.table.c.system_id.in_(owned)
        return _equals(self.table.c[name], value)


def _equals(column: ColumnElement[str], value: Where) -> ColumnElement[bool]:
    return column.in_(value) if isinstance(value, tuple) else column == value


def _projection(kind: type[Fact]) -> Projection:
    """Return the projection of a kind: a column is the field of its name, but for `_SPECIAL`."""
    entity = name_of(kind)
    columns = {name: _field(_SPECIAL.get((kind, name), name)) for name in INDEXED[entity]}
    return Projection(kind=kind, entity=entity, columns=columns)


def _field(name: str) -> Text:
    return lambda fact: str(getattr(fact, name))


_SPECIAL: Final[Mapping[tuple[Any, str], str]] = {(System, "oin"): "acting_oin"}

PROJECTIONS: Final[Mapping[Any, Projection]] = {kind: _projection(kind) for kind in KEYS}
"""Every kind of fact (the class), with how it is stored; in the order of loading."""

BY_ENTITY: Final[Mapping[str, Projection]] = {
    projection.entity: projection for projection in PROJECTIONS.values()
}
"""The same, by the name under which events mention it."""
