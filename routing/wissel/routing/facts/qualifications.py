"""Facts about how far a system may act for a service: its qualification and its rollout (R7)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, unique
from uuid import UUID

from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId


class RolloutStage(StrEnum):
    """For which organisations a system may act for a service: none, pilots, or all (R7)."""

    CLOSED = "CLOSED"
    PILOT = "PILOT"
    OPEN = "OPEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStep:
    """What holds from a day on, until the next step; `pilots` are those of a PILOT."""

    start: dt.date
    stage: RolloutStage
    pilots: frozenset[Organisation] = frozenset()

    def admits(self, organisation: Organisation) -> bool:
        """Whether it is open, or a pilot in which the organisation takes part."""
        if self.stage is RolloutStage.OPEN:
            return True
        return self.stage is RolloutStage.PILOT and organisation in self.pilots


@unique
class EvidenceKind(StrEnum):
    """What a service may demand before a system is qualified for it (R7)."""

    TEST_EXCHANGE = "TEST_EXCHANGE"
    SECURITY_TEST = "SECURITY_TEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Something that shows that a system is fit for a service (R7).

    `day` is when that was, `message_ids` are the messages that were exchanged, whose
    receipts prove it, `reference` says where else it is found. `person_id` stands for
    whoever recorded it, as in its event (ADR 22).
    """

    kind: EvidenceKind
    day: dt.date
    message_ids: tuple[UUID, ...] = ()
    reference: str = ""
    person_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """Whether a system is qualified for a service, and for whom it may act (R7).

    It is `qualified` from the day `since` on, on all days if that is None. `evidence`
    is what showed it; an earlier version had `test_message_ids` alone. `steps` is the
    rollout, in order of day; before the first of them `rollout` holds, with its
    `pilots`: a version that knew of no days recorded nothing else.
    """

    system_id: SystemId
    service: ServiceCode
    qualified: bool = False
    test_message_ids: tuple[UUID, ...] = ()
    rollout: RolloutStage = RolloutStage.CLOSED
    pilots: frozenset[Organisation] = frozenset()
    steps: tuple[RolloutStep, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    since: dt.date | None = None

    def qualified_on(self, day: dt.date) -> bool:
        """Whether it is qualified on a day."""
        return self.qualified and (self.since is None or self.since <= day)

    def lacking(self, demanded: Iterable[EvidenceKind]) -> list[EvidenceKind]:
        """Return the kinds of evidence, of those that a service demands, that are not there."""
        shown = {each.kind for each in self.evidence}
        return [kind for kind in demanded if kind not in shown]

    @property
    def whole_rollout(self) -> tuple[RolloutStep, ...]:
        """The rollout of all days: each step holds until the next, the last for good."""
        first = RolloutStep(start=dt.date.min, stage=self.rollout, pilots=self.pilots)
        return (first, *self.steps)

    def rollout_on(self, day: dt.date) -> RolloutStep:
        """Return the step that holds on a day."""
        return next(step for step in reversed(self.whole_rollout) if step.start <= day)
