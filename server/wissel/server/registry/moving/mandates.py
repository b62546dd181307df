"""Which mandates the aanleverpunten of Mijn OSO make (R3): a function of values."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from wissel.routing.facts import (
    Agreement,
    Attribute,
    Endpoint,
    Mandate,
    Service,
    Signatory,
    System,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table.reference import required_agreements
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    Brin,
    Organisation,
    ServiceCode,
    SystemId,
)
from wissel.server.registry.agreements.rules import lacking_of
from wissel.server.registry.mandates.checks import Giver, board_of, signatory_of
from wissel.server.registry.mandates.giving import new_mandate
from wissel.server.registry.moving.lines import (
    AanleverpuntLine,
    MovedAanleverpunt,
    Outcome,
)
from wissel.server.registry.moving.proposals import Proposals
from wissel.server.registry.rules.mandates import (
    has_ended,
    refuse_closed,
    refuse_unserved,
    refuse_unsigned,
)

_OSO_OV: Final = ServiceCode("OSO_OV")
_OSO_SWV: Final = ServiceCode("OSO_SWV")
SERVICES: Final[Mapping[Attribute, tuple[ServiceCode, ...]]] = {
    Attribute.LAS: (_OSO_OV, _OSO_SWV),
    Attribute.OT: (_OSO_OV,),
    Attribute.LDOS: (_OSO_OV,),
    Attribute.SWV: (_OSO_SWV,),
}
"""For which services a kind of aanleverpunt was; a platform takes part in no request of an SWV."""

Triple = tuple[Organisation, ServiceCode, SystemId]


@dataclass(slots=True, kw_only=True)
class Known:
    """The facts that lines are judged by; what they make is added to `mandates`.

    `systems` are by their ids, and by their names in lower case where only one has that.
    `mandates` and `endpoints` are those of the organisations in the file.
    """

    organisations: Mapping[Organisation, Giver]
    systems: Mapping[str, System]
    services: Mapping[ServiceCode, Service]
    agreements: Mapping[Signatory, Sequence[Agreement]]
    mandates: dict[Triple, list[Mandate]]
    endpoints: Mapping[Organisation, Sequence[Endpoint]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateMove:
    """How mandates are made: from which day on, when, and their ids."""

    since: dt.date
    now: dt.datetime
    today: dt.date
    new_id: Callable[[], UUID]

    @property
    def judged(self) -> dt.date:
        """The day on which a mandate must be possible: its first, or today if that is later."""
        return max(self.since, self.today)


@dataclass(slots=True)
class MandatePlan:
    """What becomes of each line, and the mandates that are given."""

    rows: list[MovedAanleverpunt] = field(default_factory=list)
    mandates: list[Mandate] = field(default_factory=list)


def move_mandates(
    lines: Sequence[AanleverpuntLine], known: Known, move: MandateMove
) -> MandatePlan:
    """Return what becomes of each line, in order, and the mandates that are given.

    1. It was active; one that was not is left out.
    2. Organisation and system exist: SCHOOL_NOT_FOUND, SWV_NOT_FOUND, SYSTEM_NOT_FOUND.
    3. What was given to this system by this organisation for a service stays as it is,
       also if it has ended.
    4. The school is open and of a sector that the service serves, and what the service
       asks is signed: SCHOOL_CLOSED, SECTOR_NOT_SERVED, AGREEMENT_MISSING. Where only
       the extension lacks, OSO_SWV is left out.
    5. Its vendor may register an endpoint with the lowest routing key that is free.
    """
    return _Mover(lines, known, move).plan()


class _Mover:
    def __init__(self, lines: Sequence[AanleverpuntLine], known: Known, move: MandateMove) -> None:
        self._lines = lines
        self._known = known
        self._move = move
        self._plan = MandatePlan()
        self._given: dict[Triple, int] = {}  # the line that gave it
        self._proposals = Proposals(lines, known.endpoints, move.judged)

    def plan(self) -> MandatePlan:
        for line in self._lines:
            self._plan.rows.append(self._moved(line))
        return self._plan

    def _moved(self, line: AanleverpuntLine) -> MovedAanleverpunt:
        # 1.
        if not line.active:
            return MovedAanleverpunt(line=line, outcome=Outcome.NOT_CONNECTED)
        # 2.
        giver = self._known.organisations.get(line.organisation)
        if giver is None:
            school = isinstance(line.organisation, Brin)
            unknown = Reason.SCHOOL_NOT_FOUND if school else Reason.SWV_NOT_FOUND
            return MovedAanleverpunt(line=line, outcome=unknown)
        systems = self._known.systems
        system = systems.get(line.system) or systems.get(line.system.casefold())
        if system is None:
            return MovedAanleverpunt(
                line=line, outcome=Reason.SYSTEM_NOT_FOUND, board=board_of(giver)
            )
        services, outcome, detail = self._mandated(line, giver, system)
        proposal, problem = self._proposals.of(line, giver, system, services)  # 5.
        return MovedAanleverpunt(
            line=line,
            outcome=outcome,
            system=system,
            board=board_of(giver),
            services=services,
            detail=problem or detail,
            proposal=proposal,
        )

    def _mandated(
        self, line: AanleverpuntLine, giver: Giver, system: System
    ) -> tuple[tuple[ServiceCode, ...], Outcome | Reason, str]:
        """Return the services that are mandated, what was done for that, and a detail."""
        results = {
            (line.organisation, code, system.system_id): self._stood(code, line, giver, system)
            for code in SERVICES[line.attribute]
        }
        done = {at: each for at, each in results.items() if isinstance(each, Outcome)}
        if not done:
            (refused, *_) = (each for each in results.values() if isinstance(each, Refused))
            unsigned = refused.reason is Reason.AGREEMENT_MISSING
            return (), refused.reason, self._lacking(line, giver) if unsigned else ""
        standing = tuple(triple[1] for triple in done if not self._ended(triple))
        outcome = min(done.values(), key=list(Outcome).index)
        earlier = (self._given[at] for at, each in done.items() if each is Outcome.SAME_MANDATE)
        same = outcome is Outcome.SAME_MANDATE
        return standing, outcome, f"line {next(earlier)}" if same else ""

    def _stood(
        self, code: ServiceCode, line: AanleverpuntLine, giver: Giver, system: System
    ) -> Outcome | Refused:
        """Give a mandate unless there is, or was, one; return what was done or is in the way."""
        triple = line.organisation, code, system.system_id
        if triple in self._known.mandates:  # 3.
            return Outcome.SAME_MANDATE if triple in self._given else Outcome.ALREADY_MANDATED
        try:
            self._give(triple, giver, line)
        except Refused as refused:
            return refused
        return Outcome.GIVEN

    def _ended(self, triple: Triple) -> bool:
        return all(has_ended(each, self._move.today) for each in self._known.mandates[triple])

    def _give(self, triple: Triple, giver: Giver, line: AanleverpuntLine) -> None:
        _, code, system_id = triple
        service = self._known.services[code]
        # 4.
        refuse_closed(giver, self._move.judged)
        refuse_unserved(service, giver)
        refuse_unsigned(service, signatory_of(giver), self._signed(giver), self._move.judged)
        mandate = new_mandate(
            giver,
            service,
            system_id,
            Period(self._move.since),
            mandate_id=self._move.new_id(),
            created=self._move.now,
        )
        self._known.mandates[triple] = [mandate]
        self._given[triple] = line.line
        self._plan.mandates.append(mandate)

    def _signed(self, giver: Giver) -> Sequence[Agreement]:
        return self._known.agreements.get(signatory_of(giver), ())

    def _lacking(self, line: AanleverpuntLine, giver: Giver) -> str:
        """Return all agreements that lack for the first service of a line."""
        asked = required_agreements(self._known.services[SERVICES[line.attribute][0]])
        return ", ".join(lacking_of(self._signed(giver), asked, self._move.judged))
