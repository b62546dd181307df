"""What a caller may see and change of mandates and endpoints (design.md#authorization)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from wissel.routing.values.identifiers import SystemId


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The mandates and endpoints that a caller may see and change.

    An operator's are all, a vendor's those of its own systems. What lies
    outside is refused in the same words as what does not exist, so that nobody
    learns of it.
    """

    operator: bool = False
    systems: frozenset[SystemId] = frozenset()

    @classmethod
    def everything(cls) -> Self:
        """Return the scope of an operator."""
        return cls(operator=True)

    @classmethod
    def of(cls, systems: Iterable[SystemId]) -> Self:
        """Return the scope of a vendor whose certificate acts for these systems."""
        return cls(systems=frozenset(systems))

    def sees(self, system_id: SystemId) -> bool:
        """Whether what belongs to this system is within the scope."""
        return self.operator or system_id in self.systems

    def where(self) -> Mapping[str, tuple[str, ...]]:
        """Return the condition for lists of mandates and endpoints.

        A vendor without systems gets an empty choice, which finds nothing.
        """
        return {} if self.operator else {"system_id": tuple(sorted(self.systems))}
