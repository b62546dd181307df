"""Parties, systems and persons as they are answered."""

from wissel.party.v1 import party_service_pb2 as pb
from wissel.routing.facts import Desk, Party
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


def desk_message(desk: Desk) -> pb.Desk | None:
    """Return a desk as it is answered; None for one of which nothing is known."""
    if desk == Desk():
        return None
    return pb.Desk(mail=desk.mail, telephone=desk.telephone, hours=desk.hours)
