"""Parties, systems and persons as they are answered."""

import datetime as dt
from collections.abc import Iterable

from wissel.party.v1 import party_service_pb2 as pb
from wissel.routing.facts import Desk, Party, Qualification, System
from wissel.routing.facts.plain import etag_of
from wissel.server.registry.persons import Person


def person_message(person: Person) -> pb.Person:
    """Return whom a portal acts for as it is answered: all but who it is."""
    message = pb.Person(
        issuer=person.issuer,
        board_numbers=sorted(person.boards or ()),
        brins=sorted(person.brins or ()),
        kvk_number=person.kvk or "",
        level=person.level,
        signs=person.signs,
    )
    if person.authenticated is not None:
        message.authenticated_time.FromDatetime(person.authenticated)
    message.expire_time.FromDatetime(person.expires)
    return message


def party_message(party: Party) -> pb.Party:
    """Return a party as it is answered."""
    return pb.Party(
        oin=party.oin,
        name=party.name,
        role=party.role,
        contact=party.contact,
        etag=etag_of(party),
        desk=desk_message(party.desk),
    )


def system_message(
    system: System, qualifications: Iterable[Qualification], today: dt.date
) -> pb.System:
    """Return a system as it is answered, with the qualifications that may be seen."""
    return pb.System(
        system_id=system.system_id,
        party_oin=system.party,
        name=system.name,
        oin=system.oin or "",
        qualifications=[_qualification_message(one, today) for one in qualifications],
        etag=etag_of(system),
        kind=system.kind or "",
        desk=desk_message(system.desk),
        manual_url=system.manual_url,
        step_plan_url=system.step_plan_url,
    )


def _qualification_message(qualification: Qualification, today: dt.date) -> pb.Qualification:
    now = qualification.rollout_on(today)
    return pb.Qualification(
        service=qualification.service,
        qualified=qualification.qualified,
        test_message_ids=map(str, qualification.test_message_ids),
        rollout=now.stage,
        pilot_organisations=sorted(now.pilots),
        planned_steps=[
            pb.RolloutStep(
                start_date=step.start.isoformat(),
                rollout=step.stage,
                pilot_organisations=sorted(step.pilots),
            )
            for step in qualification.steps
            if step.start > today
        ],
    )


def desk_message(desk: Desk) -> pb.Desk | None:
    """Return a desk as it is answered; None for one of which nothing is known."""
    if desk == Desk():
        return None
    return pb.Desk(mail=desk.mail, telephone=desk.telephone, hours=desk.hours)
