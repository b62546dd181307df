"""A simple model of who may act and where messages go: one day, one question, no index.

It knows nothing of how facts are kept. It repeats the rules as the documents tell them
(docs/rules.md, docs/design.md), so that deciding can be compared with it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from uuid import UUID

from wissel.routing.facts import (
    TEST_SCHOOL,
    Agreement,
    AgreementKind,
    Fact,
    Processing,
    Qualification,
    RolloutStage,
    RolloutStep,
    School,
    Service,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, Namespace, ServiceCode, SystemId, Vestiging


@dataclass
class Days:
    """From a first to a last day, both included; without a last day for good."""

    start: dt.date
    end: dt.date | None = None

    def has(self, day: dt.date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass
class Signed:
    """An agreement."""

    signatory: str
    kind: AgreementKind
    days: Days


@dataclass
class Given:
    """A mandate."""

    giver: Brin
    service: ServiceCode
    system: SystemId
    days: Days
    processing: Processing
    stopped: bool = False

    def in_force(self, day: dt.date) -> bool:
        return not self.stopped and self.days.has(day)


@dataclass
class Place:
    """An endpoint."""

    mandate: UUID
    version: Namespace
    vestiging: Vestiging | None
    days: Days
    suspended: bool = False
    stopped: bool = False


@dataclass
class Version:
    """A version of a service."""

    days: Days
    active: bool = True


@dataclass(frozen=True)
class Asks:
    """What a service asks of boards and of vendors."""

    boards: Sequence[AgreementKind]
    vendors: Sequence[AgreementKind]


@dataclass
class Model:
    """Everything that is known, in plain lists.

    `fit` has the day since which a system is qualified for a service.
    """

    boards: dict[Brin, str]
    locations: Mapping[Brin, Sequence[Vestiging]]
    vendors: Mapping[SystemId, str]
    asks: Mapping[ServiceCode, Asks]
    signed: dict[UUID, Signed] = field(default_factory=dict)
    given: dict[UUID, Given] = field(default_factory=dict)
    places: dict[UUID, Place] = field(default_factory=dict)
    fit: dict[tuple[SystemId, ServiceCode], dt.date] = field(default_factory=dict)
    rollouts: dict[tuple[SystemId, ServiceCode], list[RolloutStep]] = field(default_factory=dict)
    versions: dict[ServiceCode, dict[Namespace, Version]] = field(default_factory=dict)

    def acts(
        self, giver: Brin, service: ServiceCode, system: SystemId, day: dt.date, *, test: bool
    ) -> Reason | None:
        """Why a system may not act for a school, None if it may."""
        for each in self.given.values():
            asked = (each.giver, each.service, each.system) == (giver, service, system)
            if asked and each.in_force(day):
                return self._gate(each, day, test=test)
        return Reason.MANDATE_MISSING

    def way(
        self,
        receiver: Brin,
        vestiging: Vestiging | None,
        service: ServiceCode,
        day: dt.date,
        *,
        sender: tuple[Brin, SystemId] | None = None,
    ) -> UUID | None:
        """Where a message to a school, or a location of it, goes; None if nowhere.

        Without a sender it is asked by one who may ask for anyone.
        """
        test = TEST_SCHOOL in (receiver, sender[0] if sender else None)
        if sender is not None and self.acts(sender[0], service, sender[1], day, test=test):
            return None
        found = self.meant(receiver, vestiging, service, day)
        if found is None:
            return None
        place = self.places[found]
        if place.suspended or self._gate(self.given[place.mandate], day, test=test):
            return None
        return found

    def meant(
        self, receiver: Brin, vestiging: Vestiging | None, service: ServiceCode, day: dt.date
    ) -> UUID | None:
        """Which endpoint is meant; None for none, and for more than one."""
        latest_first = sorted(
            self.versions[service].items(), key=lambda each: each[1].days.start, reverse=True
        )
        for namespace, version in latest_first:
            if not version.active or not version.days.has(day):
                continue
            there = [
                found
                for found, place in self.places.items()
                if place.version == namespace and self._receives(place, receiver, service, day)
            ]
            whole = [each for each in there if self.places[each].vestiging is None]
            if vestiging is not None:
                chosen = [each for each in there if self.places[each].vestiging == vestiging]
                chosen = chosen or whole
            else:
                chosen = there if len(there) == 1 else whole if len(whole) == 1 else there
            if chosen:
                return self._only(chosen, receiver, vestiging)
        return None

    def _only(
        self, chosen: Sequence[UUID], receiver: Brin, vestiging: Vestiging | None
    ) -> UUID | None:
        if len(chosen) > 1:
            return None
        own = self.places[chosen[0]].vestiging
        addressed = own is None or vestiging is not None or len(self.locations[receiver]) == 1
        return chosen[0] if addressed else None

    def _receives(self, place: Place, receiver: Brin, service: ServiceCode, day: dt.date) -> bool:
        by = self.given[place.mandate]
        return (
            (by.giver, by.service) == (receiver, service)
            and by.in_force(day)
            and place.days.has(day)
            and not place.stopped
        )

    def _gate(self, by: Given, day: dt.date, *, test: bool) -> Reason | None:
        """The first gate that is closed, None if all are open."""
        asks, served = self.asks[by.service], (by.system, by.service)
        if not self._has_signed(self.boards[by.giver], asks.boards, day):
            return Reason.AGREEMENT_MISSING
        if by.processing in _WAITING:
            return _WAITING[by.processing]
        since = self.fit.get(served)
        if not test and (since is None or day < since):
            return Reason.SYSTEM_NOT_QUALIFIED
        if not self._has_signed(self.vendors[by.system], asks.vendors, day):
            return Reason.VENDOR_AGREEMENT_MISSING
        if not test and not self._lets_through(served, by.giver, day):
            return Reason.ROLLOUT_CLOSED
        return None

    def _has_signed(self, signatory: str, kinds: Sequence[AgreementKind], day: dt.date) -> bool:
        return all(
            any(
                each.signatory == signatory and each.kind is kind and each.days.has(day)
                for each in self.signed.values()
            )
            for kind in kinds
        )

    def _lets_through(
        self, served: tuple[SystemId, ServiceCode], giver: Brin, day: dt.date
    ) -> bool:
        begun = [step for step in self.rollouts.get(served, ()) if step.start <= day]
        now = max(begun, key=lambda step: step.start, default=None)
        if now is None or now.stage is RolloutStage.CLOSED:
            return False
        return now.stage is RolloutStage.OPEN or giver in now.pilots


class Then(NamedTuple):
    """The model as it was once a revision was made, and the moment of that."""

    model: Model
    at: dt.datetime


_WAITING: Final = {
    Processing.AWAITING: Reason.MANDATE_AWAITING,
    Processing.REJECTED: Reason.MANDATE_REJECTED,
}


def begun(
    facts: Sequence[Fact],
    locations: Mapping[Brin, Sequence[Vestiging]],
    services: Sequence[ServiceCode],
    vendors: Mapping[SystemId, str],
) -> Model:
    """Return the model of a register with these facts, which has no mandates yet."""
    known = {each.code: each for each in facts if isinstance(each, Service)}
    model = Model(
        boards={each.brin: each.board for each in facts if isinstance(each, School)},
        locations=locations,
        vendors=vendors,
        asks={
            code: Asks(known[code].board_agreements, known[code].vendor_agreements)
            for code in services
        },
    )
    for fact in facts:
        if isinstance(fact, Agreement):
            days = Days(fact.period.start, fact.period.end)
            model.signed[fact.agreement_id] = Signed(fact.signatory, fact.kind, days)
        if isinstance(fact, Qualification):
            served = fact.system_id, fact.service
            if fact.qualified:
                model.fit[served] = dt.date.min
            model.rollouts[served] = list(fact.whole_rollout)
    for code in services:
        model.versions[code] = {
            each.namespace: Version(Days(each.period.start, each.period.end))
            for each in known[code].versions
        }
    return model
