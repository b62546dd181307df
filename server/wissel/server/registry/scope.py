"""What a caller may see and change of what has an owner (design.md#authorization)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from wissel.routing.facts import Agreement, Endpoint, Mandate, Signatory
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The mandates, endpoints and agreements that a caller may see and change.

    An operator's are all, a vendor's those of its own systems, a person's those of
    its own schools or samenwerkingsverband, those of the owner of services the
    mandates for these. What lies outside is refused in the same words as what does
    not exist, so that nobody learns of it. `signatories` are the boards and
    samenwerkingsverbanden whose agreements a person sees, or the vendor itself.
    """

    operator: bool = False
    systems: frozenset[SystemId] = frozenset()
    services: frozenset[ServiceCode] = frozenset()
    organisations: frozenset[Organisation] = frozenset()
    signatories: frozenset[Signatory] = frozenset()

    @classmethod
    def everything(cls) -> Self:
        """Return the scope of an operator."""
        return cls(operator=True)

    @classmethod
    def of(cls, systems: Iterable[SystemId], signatories: Iterable[Signatory] = ()) -> Self:
        """Return the scope of a vendor whose certificate acts for these systems, and who signs."""
        return cls(systems=frozenset(systems), signatories=frozenset(signatories))

    @classmethod
    def of_services(cls, services: Iterable[ServiceCode]) -> Self:
        """Return the scope of a party that owns these services."""
        return cls(services=frozenset(services))

    def sees(self, system_id: SystemId) -> bool:
        """Whether what belongs to this system, whoever it is for, is within the scope."""
        return self.operator or system_id in self.systems

    def holds(self, fact: Mandate | Endpoint) -> bool:
        """Whether a mandate or endpoint is within the scope.

        The owner of a service has the mandates for it, but no endpoints.
        """
        return (
            self.sees(fact.system_id)
            or fact.organisation in self.organisations
            or (isinstance(fact, Mandate) and fact.service in self.services)
        )

    def signed(self, agreement: Agreement) -> bool:
        """Whether an agreement is within the scope."""
        return self.operator or agreement.signatory in self.signatories

    def where(
        self,
        *,
        organisation: Organisation | None = None,
        service: ServiceCode | None = None,
        system_id: SystemId | None = None,
    ) -> Mapping[str, str | tuple[str, ...]]:
        """Return the condition for a list of mandates or endpoints.

        With an organisation, service or system, only what is its own; an empty choice
        finds nothing, as that of a caller who owns nothing.
        """
        where: dict[str, str | tuple[str, ...]] = {}
        if organisation:
            where["organisation"] = organisation
        if service:
            where["service"] = service
        if system_id:
            where["system_id"] = system_id
        if self.operator:
            return where
        if self.organisations:
            return where | _within("organisation", organisation, self.organisations)
        if self.services:
            return where | _within("service", service, self.services)
        return where | _within("system_id", system_id, self.systems)

    def gives_for(self, organisation: Organisation) -> bool:
        """Whether the caller gives the mandates of an organisation."""
        return self.operator or organisation in self.organisations

    def require_organisation(self, organisation: Organisation) -> None:
        """Raise `Refused(ORGANISATION_NOT_YOURS)` unless it gives mandates for an organisation.

        Which organisations there are is public, so this tells nothing of them.
        """
        if not self.gives_for(organisation):
            raise Refused(Reason.ORGANISATION_NOT_YOURS, organisation=organisation)


def _within(name: str, asked: str | None, own: Iterable[str]) -> dict[str, str | tuple[str, ...]]:
    """Return the condition that a column has the value that is asked for, or any of one's own."""
    if asked:
        return {name: asked if asked in own else ()}
    return {name: tuple(sorted(own))}
