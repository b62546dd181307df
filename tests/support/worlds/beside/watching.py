"""Those who watch mandates, beside the register: each knows only what it was told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from support.worlds.beside.model import Model
from support.worlds.register_world import AS_DUO, AS_OPERATOR, LAS_NOORD, LAS_ZUID, World
from wissel.routing.facts import Mandate
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Brin
from wissel.server.registry.events import Position
from wissel.server.registry.scope import Scope
from wissel.server.registry.watching import parts_after, shown

WATCHERS: Final[Mapping[str, Scope]] = {
    "noord": Scope.of([LAS_NOORD]),
    "zuid": Scope.of([LAS_ZUID]),
    "duo": AS_DUO,
    "operator": AS_OPERATOR,
}


@dataclass
class Watcher:
    """What somebody was told since a revision, and what it had taken in when it last kept that."""

    scope: Scope
    place: Position
    mandates: dict[object, Mandate] = field(default_factory=dict)
    boards: dict[Brin, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keep()

    def keep(self) -> None:
        """Keep how far it is, as a program does on its disk."""
        self._kept = self.place, dict(self.mandates), dict(self.boards)

    def crash(self) -> None:
        """Go back to what was kept."""
        self.place, mandates, boards = self._kept
        self.mandates, self.boards = dict(mandates), dict(boards)

    async def read(self, world: World, table: Table) -> None:
        """Take in all that came since, as the facts in memory allow."""
        while self.place < Position.after(table.revision):
            async with world.register.snapshot() as snapshot:
                parts, self.place = await parts_after(
                    snapshot, self.place, table.revision, self.scope
                )
            for part in parts:
                told = shown(part, self.scope, table)
                if told is not None:
                    self.mandates |= {
                        each.mandate.mandate_id: each.mandate for each in told.mandates
                    }
                    self.boards |= {each.school.brin: each.school.board for each in told.schools}

    def compare(self, model: Model) -> None:
        """What it knows is what the model has of its own."""
        told = {
            key: (
                *(each.organisation, each.service, each.system_id, each.processing, each.stopped),
                None if each.stopped else (each.period.start, each.period.end),
            )
            for key, each in self.mandates.items()
        }
        expected = {
            key: (
                *(each.giver, each.service, each.system, each.processing, each.stopped),
                None if each.stopped else (each.days.start, each.days.end),
            )
            for key, each in model.given.items()
            if self.scope.operator
            or each.system in self.scope.systems
            or each.service in self.scope.services
        }
        assert expected == told
        assert self.boards == {brin: model.boards[brin] for brin in self.boards}


def watchers_of(revision: int) -> dict[str, Watcher]:
    """All who watch, from a revision on at which there are no mandates."""
    return {name: Watcher(scope, Position.after(revision)) for name, scope in WATCHERS.items()}
