"""Systems as they are answered, with how far they may act as much as the caller may see of it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wissel.party.v1 import party_service_pb2 as pb
from wissel.routing.facts import Evidence, Qualification, RolloutStep, Service, System
from wissel.routing.facts.plain import etag_of
from wissel.routing.values.identifiers import ServiceCode, SystemId
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.scope import Scope
from wissel.server.rpc.requests.parsing import day_text
from wissel.server.rpc.services.parties.messages import desk_message


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What of qualifications is shown: as of `today`, and to operators who recorded evidence."""

    scope: Scope
    today: dt.date
    persons: bool


async def system_messages(
    snapshot: Snapshot, systems: Sequence[System], shown: Shown
) -> list[pb.System]:
    """Return systems as they are answered, with the qualifications of those within the scope."""
    ids = tuple(each.system_id for each in systems if shown.scope.sees(each.system_id))
    known: dict[SystemId, list[Qualification]] = defaultdict(list)
    services: Mapping[ServiceCode, Service] = {}
    persons: Mapping[str, str] = {}
    if ids:
        services = {each.code: each for each in await snapshot.find(Service)}
        for qualification in await snapshot.find(Qualification, system_id=ids):
            known[qualification.system_id].append(qualification)
    if shown.persons:
        evidence = [each for some in known.values() for one in some for each in one.evidence]
        persons = await snapshot.subjects({each.person_id for each in evidence})
    return [
        system_message(
            system,
            [
                _qualification_message(each, services[each.service], persons, shown.today)
                for each in known[system.system_id]
            ],
        )
        for system in systems
    ]


def system_message(system: System, qualifications: Iterable[pb.Qualification] = ()) -> pb.System:
    """Return a system as it is answered."""
    return pb.System(
        system_id=system.system_id,
        party_oin=system.party,
        name=system.name,
        oin=system.oin or "",
        qualifications=qualifications,
        etag=etag_of(system),
        kind=system.kind or "",
        desk=desk_message(system.desk),
        manual_url=system.manual_url,
        step_plan_url=system.step_plan_url,
    )


def _qualification_message(
    qualification: Qualification, service: Service, persons: Mapping[str, str], today: dt.date
) -> pb.Qualification:
    now = qualification.rollout_on(today)
    later = [step for step in qualification.steps if step.start > today]
    return pb.Qualification(
        service=qualification.service,
        qualified=qualification.qualified,
        test_message_ids=map(str, qualification.test_message_ids),
        rollout=now.stage,
        pilot_organisations=sorted(now.pilots),
        planned_steps=map(_step_message, later),
        evidence=[_evidence_message(each, persons) for each in qualification.evidence],
        lacking_evidence=[] if qualification.qualified else qualification.lacking(service.evidence),
        qualified_since=day_text(qualification.since),
    )


def _step_message(step: RolloutStep) -> pb.RolloutStep:
    return pb.RolloutStep(
        start_date=step.start.isoformat(),
        rollout=step.stage,
        pilot_organisations=sorted(step.pilots),
    )


def _evidence_message(evidence: Evidence, persons: Mapping[str, str]) -> pb.Evidence:
    return pb.Evidence(
        kind=evidence.kind,
        date=evidence.day.isoformat(),
        message_ids=map(str, evidence.message_ids),
        reference=evidence.reference,
        person=persons.get(evidence.person_id, ""),
    )
