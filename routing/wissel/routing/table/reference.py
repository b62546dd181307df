"""The facts beside organisations: parties, systems, services, agreements, revocations.

There are thousands of them, not millions: a change copies the small dictionaries.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Self
from uuid import UUID

from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    Party,
    Qualification,
    Revocation,
    RevocationTarget,
    RolloutStage,
    Samenwerkingsverband,
    Sector,
    Service,
    ServiceVersion,
    System,
)
from wissel.routing.table.spans import (
    Spans,
    days_of_change,
    intersection,
    last_day,
    shared,
    union,
)
from wissel.routing.values.days import FOREVER, ONE_DAY
from wissel.routing.values.identifiers import Oin, Organisation, ServiceCode, Swv, SystemId

ReferenceFact = (
    Samenwerkingsverband | Agreement | Party | System | Qualification | Service | Revocation
)
"""A fact that is about no single organisation, or that is also looked up without one."""

SignedPeriod = tuple[UUID, dt.date, dt.date, AgreementKind | None]
"""An agreement: its id, first day and last day, and the kind that it counts only with."""


@dataclass(frozen=True, slots=True)
class IndexedService:
    """A service with what deciding asks of it.

    `agreements` are those that the organisation must have signed (R2), `sectors` those
    that it serves (R11). `versions` are in the order in which
    they are tried: latest first.
    """

    code: ServiceCode
    fact: Service
    agreements: tuple[AgreementKind, ...]
    sectors: frozenset[Sector]
    versions: tuple[ServiceVersion, ...]

    @classmethod
    def of(cls, fact: Service) -> "IndexedService":
        """Return the index of a service."""
        by_namespace = sorted(fact.versions, key=lambda version: version.namespace)
        latest_first = sorted(by_namespace, key=lambda each: each.period.start, reverse=True)
        return cls(
            code=fact.code,
            fact=fact,
            agreements=required_agreements(fact),
            sectors=fact.served_sectors,
            versions=tuple(latest_first),
        )

    @property
    def days_of_change(self) -> set[dt.date]:
        """The days on which a version begins, or is over."""
        periods = (version.period for version in self.versions)
        return days_of_change([(period.start, period.end or FOREVER) for period in periods])


@dataclass(frozen=True, slots=True)
class ActingSystem:
    """A system as it acts for one service.

    `agreed` is when its vendor has all agreements that the service asks of vendors,
    `open` when its rollout is open, `pilots` when it admits those that are a pilot in it.
    """

    system: System
    qualification: Qualification
    agreed: Spans
    open: Spans
    pilots: Mapping[Organisation, Spans]

    def admitted(self, organisation: Organisation) -> Spans:
        """Return the days on which its rollout lets an organisation through (R7)."""
        return self.pilots.get(organisation, self.open)

    @classmethod
    def of(cls, system: System, qualification: Qualification, agreed: Spans) -> "ActingSystem":
        """Return a system with its rollout as days."""
        steps = qualification.whole_rollout
        lasts = [*(step.start - ONE_DAY for step in steps[1:]), FOREVER]
        spans = [(step, (step.start, last)) for step, last in zip(steps, lasts, strict=True)]
        pilots = {pilot for step in steps for pilot in step.pilots}
        return cls(
            system=system,
            qualification=qualification,
            agreed=agreed,
            open=shared(union(span for step, span in spans if step.stage is RolloutStage.OPEN)),
            pilots={
                pilot: shared(union(span for step, span in spans if step.admits(pilot)))
                for pilot in pilots
            },
        )

    @property
    def days_of_change(self) -> set[dt.date]:
        """The days on which it may begin or cease to act for some organisation."""
        gates = (self.agreed, self.open, *self.pilots.values())
        days = {day for spans in set(gates) for day in days_of_change(spans)}
        since = self.qualification.since
        return days if since is None else {*days, since}


def required_agreements(service: Service) -> tuple[AgreementKind, ...]:
    """Return what must be signed by the organisation; the SWV extension lapses with OSO (R2)."""
    kinds = service.board_agreements
    if AgreementKind.OSO_SWV_EXTENSION in kinds and AgreementKind.OSO not in kinds:
        return (AgreementKind.OSO, *kinds)
    return kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The facts beside organisations, as dictionaries that nobody changes.

    `services` is by code and by alias, `systems_of` by acting OIN,
    `qualifications` by system and service, `agreements` by signatory and kind.
    What `agreed` and `acting` return is kept, as a decision asks both of sender and
    receiver: working one out takes 8 to 11 µs, looking it up 0.2 (timed in the register
    of `bench.world`).
    """

    parties: Mapping[str, Party]
    systems: Mapping[SystemId, System]
    systems_of: Mapping[str, tuple[SystemId, ...]]
    services: Mapping[str, IndexedService]
    qualifications: Mapping[tuple[SystemId, ServiceCode], Qualification]
    agreements: Mapping[str, Mapping[AgreementKind, tuple[SignedPeriod, ...]]]
    samenwerkingsverbanden: Mapping[Oin, Swv]
    revocations: frozenset[tuple[RevocationTarget, str]]
    _agreed: dict[tuple[str, ServiceCode], Spans] = field(
        default_factory=dict, compare=False, repr=False
    )
    _acting: dict[tuple[SystemId, ServiceCode], ActingSystem] = field(
        default_factory=dict, compare=False, repr=False
    )

    def agreed(self, signatory: str, service: IndexedService) -> Spans:
        """Return the days on which a signatory has all agreements that a service asks (R2)."""
        key = signatory, service.code
        spans = self._agreed.get(key)
        if spans is None:
            spans = self._agreed[key] = self._all_signed(signatory, service.agreements)
        return spans

    def acting(self, system_id: SystemId, service: IndexedService) -> ActingSystem | None:
        """Return a system as it acts for a service, or None for an unknown system."""
        key = system_id, service.code
        acting = self._acting.get(key)
        if acting is None and (system := self.systems.get(system_id)) is not None:
            agreed = self._all_signed(system.party, service.fact.vendor_agreements)
            known = self.qualifications.get(key)
            qualification = known or Qualification(system_id=system_id, service=service.code)
            acting = self._acting[key] = ActingSystem.of(system, qualification, agreed)
        return acting

    def desk_of(self, system_id: SystemId) -> str:
        """Return how to reach the desk of a system, or else that of its vendor; may be empty."""
        system = self.systems.get(system_id)
        return "" if system is None else system.desk.of(system.name) or self.desk_at(system.party)

    def desk_at(self, oin: Oin) -> str:
        """Return how to reach the desk of a party, such as the owner of a service; may be empty."""
        party = self.parties.get(oin)
        return "" if party is None else party.desk.of(party.name)

    def signed(
        self, signatory: str, kind: AgreementKind, asked: Collection[AgreementKind] = ()
    ) -> Spans:
        """Return the days on which a signatory has an agreement of a kind.

        Also those of one that counts only for a service which asks for a kind in `asked`.
        """
        periods = self.agreements.get(signatory, {}).get(kind, ())
        return union(
            (start, end)
            for _, start, end, only_with in periods
            if only_with is None or only_with in asked
        )

    def to_sign(
        self, signatory: str, service: IndexedService, on: dt.date
    ) -> tuple[AgreementKind, ...]:
        """Return what counts for a service on a day for the sake of another, and is not signed."""
        asked = service.agreements
        return tuple(
            kind
            for kind in asked
            if last_day(self.signed(signatory, kind, asked), on) is not None
            and last_day(self.signed(signatory, kind), on) is None
        )

    def _all_signed(self, signatory: str, kinds: tuple[AgreementKind, ...]) -> Spans:
        return shared(intersection([self.signed(signatory, kind, kinds) for kind in kinds]))

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

    def with_facts(self, facts: Iterable[ReferenceFact]) -> "Reference":
        """Return the reference with new and replaced facts."""
        draft = _Draft(self)
        for fact in facts:
            draft.fold(fact)
        return draft.freeze()


class _Draft:
    """Copies of the dictionaries, to be changed."""

    def __init__(self, reference: Reference) -> None:
        self.parties = dict(reference.parties)
        self.systems = dict(reference.systems)
        self.services = {each.code: each for each in reference.services.values()}
        self.qualifications = dict(reference.qualifications)
        self.agreements = dict(reference.agreements)
        self.samenwerkingsverbanden = dict(reference.samenwerkingsverbanden)
        self.revocations = set(reference.revocations)

    def fold(self, fact: ReferenceFact) -> None:
        match fact:
            case Agreement():
                self._fold_agreement(fact)
            case Party():
                self.parties[fact.oin] = fact
            case System():
                self.systems[fact.system_id] = fact
            case Qualification():
                self.qualifications[fact.system_id, fact.service] = fact
            case Service():
                self.services[fact.code] = IndexedService.of(fact)
            case Samenwerkingsverband():
                known = self.samenwerkingsverbanden
                for oin in [oin for oin, code in known.items() if code == fact.code]:
                    del known[oin]
                known[fact.oin] = fact.code
            case Revocation():
                self.revocations.add((fact.target, fact.value))

    def _fold_agreement(self, fact: Agreement) -> None:
        if not fact.concluded:  # what is offered or declined was no agreement before either
            return
        kinds = dict(self.agreements.get(fact.signatory, {}))
        others = [each for each in kinds.get(fact.kind, ()) if each[0] != fact.agreement_id]
        end = FOREVER if fact.period.end is None else fact.period.end
        signed = fact.agreement_id, fact.period.start, end, fact.only_with
        kinds[fact.kind] = tuple(sorted([*others, signed], key=itemgetter(0)))
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
