"""The facts beside organisations: parties, systems, services, agreements, revocations.

There are thousands of them, not millions: a change copies the small dictionaries.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    Party,
    Qualification,
    Revocation,
    RevocationTarget,
    Samenwerkingsverband,
    Service,
    System,
)
from wissel.routing.table.interning import Names
from wissel.routing.table.spans import Spans, common, shared, union
from wissel.routing.values.identifiers import Namespace, Oin, Swv, SystemId

ReferenceFact = (
    Samenwerkingsverband | Agreement | Party | System | Qualification | Service | Revocation
)
"""A fact that lives beside the buckets of organisations."""

Terms = tuple[tuple[int, int, int], ...]
"""Agreements of one signatory and kind: (identifier, first day, last day) each."""


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A version of a service; `start` and `end` are ordinals, both included."""

    number: int
    namespace: Namespace
    start: int
    end: int
    active: bool


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """A service with what deciding asks of it; `versions` latest first.

    `held` and `acting` keep what one `Reference` has put together so far, by
    signatory and by number of system: see its methods of those names.
    """

    number: int
    fact: Service
    agreements: tuple[AgreementKind, ...]
    vendor_agreements: tuple[AgreementKind, ...]
    versions: tuple[VersionRecord, ...]
    held: dict[str, Spans] = field(default_factory=dict, compare=False, repr=False)
    acting: dict[int, "Acting"] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, names: Names, fact: Service) -> "ServiceRecord":
        """Return the record of a service."""
        number = names.service(fact.code)
        versions = [
            VersionRecord(
                names.version(number, version.namespace),
                version.namespace,
                names.day(version.period.start),
                names.day(version.period.end),
                version.active,
            )
            for version in fact.versions
        ]
        versions.sort(key=lambda version: (-version.start, version.namespace))
        required = required_agreements(fact)
        return cls(number, fact, required, fact.vendor_agreements, tuple(versions))


@dataclass(frozen=True, slots=True)
class Acting:
    """A system as one for a service: `promised` is when its vendor's agreements hold."""

    system: System
    qualification: Qualification | None
    promised: Spans


def required_agreements(service: Service) -> tuple[AgreementKind, ...]:
    """Return what must be signed by the organisation; the SWV extension lapses with OSO (R2)."""
    kinds = service.board_agreements
    if AgreementKind.OSO_SWV_EXTENSION in kinds and AgreementKind.OSO not in kinds:
        return (AgreementKind.OSO, *kinds)
    return kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The facts beside organisations, as dictionaries that nobody changes.

    `services` is by code and by alias, `systems` by number, `qualifications`
    by numbers of system and service, `agreements` by signatory and kind.
    """

    parties: Mapping[str, Party]
    systems: Mapping[int, System]
    systems_of: Mapping[str, tuple[SystemId, ...]]
    services: Mapping[str, ServiceRecord]
    qualifications: Mapping[tuple[int, int], Qualification]
    agreements: Mapping[str, Mapping[AgreementKind, Terms]]
    samenwerkingsverbanden: Mapping[Oin, Swv]
    revocations: frozenset[tuple[RevocationTarget, str]]

    def held(self, signatory: str, service: ServiceRecord) -> Spans:
        """Return the days on which an organisation's signatory has all that a service asks.

        Intersected when first asked for, as most pairs never are.
        """
        spans = service.held.get(signatory)
        if spans is None:
            spans = service.held[signatory] = self._all_signed(signatory, service.agreements)
        return spans

    def acting(self, number: int, service: ServiceRecord) -> "Acting | None":
        """Return the system with a number as one for a service, None if it is unknown.

        Put together when first asked for.
        """
        acting = service.acting.get(number)
        if acting is None and (system := self.systems.get(number)) is not None:
            qualification = self.qualifications.get((number, service.number))
            promised = self._all_signed(system.party, service.vendor_agreements)
            acting = service.acting[number] = Acting(system, qualification, promised)
        return acting

    def _all_signed(self, signatory: str, kinds: tuple[AgreementKind, ...]) -> Spans:
        return shared(common([self.signed(signatory, kind) for kind in kinds]))

    def signed(self, signatory: str, kind: AgreementKind) -> Spans:
        """Return the days on which an agreement of this kind holds."""
        terms = self.agreements.get(signatory, {}).get(kind, ())
        return union((start, end) for _, start, end in terms)

    @classmethod
    def empty(cls) -> Self:
        """Return the reference without a fact."""
        return cls(
            parties={},
            systems={},
            systems_of={},
            services={},
            qualifications={},
            agreements={},
            samenwerkingsverbanden={},
            revocations=frozenset(),
        )

    def with_facts(self, names: Names, facts: Iterable[ReferenceFact]) -> "Reference":
        """Return the reference with new and replaced facts."""
        draft = _Draft(self)
        for fact in facts:
            draft.fold(names, fact)
        return draft.freeze()


class _Draft:
    """Copies of the dictionaries, to be changed."""

    def __init__(self, reference: Reference) -> None:
        self.parties = dict(reference.parties)
        self.systems = dict(reference.systems)
        self.services = {
            record.fact.code: replace(record, held={}, acting={})
            for record in reference.services.values()
        }
        self.qualifications = dict(reference.qualifications)
        self.agreements = dict(reference.agreements)
        self.samenwerkingsverbanden = dict(reference.samenwerkingsverbanden)
        self.revocations = set(reference.revocations)

    def fold(self, names: Names, fact: ReferenceFact) -> None:
        match fact:
            case Agreement():
                self._fold_agreement(names, fact)
            case Party():
                self.parties[fact.oin] = fact
            case System():
                self.systems[names.system(fact.system_id)] = fact
            case Qualification():
                key = names.system(fact.system_id), names.service(fact.service)
                self.qualifications[key] = fact
            case Service():
                self.services[fact.code] = ServiceRecord.of(names, fact)
            case Samenwerkingsverband():
                known = self.samenwerkingsverbanden
                for oin in [oin for oin, code in known.items() if code == fact.code]:
                    del known[oin]
                known[fact.oin] = fact.code
            case Revocation():
                self.revocations.add((fact.target, fact.value))

    def _fold_agreement(self, names: Names, fact: Agreement) -> None:
        kinds = dict(self.agreements.get(fact.signatory, {}))
        ident, period = fact.agreement_id.int, fact.period
        others = [term for term in kinds.get(fact.kind, ()) if term[0] != ident]
        term = (ident, names.day(period.start), names.day(period.end))
        kinds[fact.kind] = tuple(sorted([*others, term]))
        self.agreements[fact.signatory] = kinds

    def freeze(self) -> Reference:
        systems_of: dict[str, list[SystemId]] = {}
        for system in self.systems.values():
            systems_of.setdefault(system.acting_oin, []).append(system.system_id)
        named = {alias: one for one in self.services.values() for alias in one.fact.aliases}
        return Reference(
            parties=self.parties,
            systems=self.systems,
            systems_of={oin: tuple(sorted(ids)) for oin, ids in systems_of.items()},
            services=named | {str(code): one for code, one in self.services.items()},
            qualifications=self.qualifications,
            agreements=self.agreements,
            samenwerkingsverbanden=self.samenwerkingsverbanden,
            revocations=frozenset(self.revocations),
        )
