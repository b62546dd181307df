"""Every question that is put to the register and to its model, and how two answers differ."""

import datetime as dt
from typing import Final

from support.worlds.beside.model import Model
from support.worlds.register_world import LAS_NOORD, LAS_ZUID, OSO_OV, SCHOOL, SECOND_SCHOOL
from wissel.routing.deciding.impact.differences import Change, Subject
from wissel.routing.facts import TEST_SCHOOL
from wissel.routing.values.identifiers import Brin, ServiceCode, SystemId, Vestiging

RIO: Final = ServiceCode("RIO")
SCHOOLS: Final = (SCHOOL, SECOND_SCHOOL, TEST_SCHOOL)
SYSTEMS: Final = (LAS_NOORD, LAS_ZUID)
SERVICES: Final = (OSO_OV, RIO)
LOCATIONS: Final = {
    SCHOOL: [Vestiging("99XA00"), Vestiging("99XA02")],
    SECOND_SCHOOL: [Vestiging("99XB01")],
    TEST_SCHOOL: [Vestiging("00YY00")],
}


def questions() -> list[tuple[Brin, ServiceCode, SystemId]]:
    """Whether a system may act for a school and a service."""
    return [
        (giver, service, system) for giver in SCHOOLS for service in SERVICES for system in SYSTEMS
    ]


def subjects() -> list[Subject]:
    """The routes to each school and location, and who may act."""
    ways = [
        Subject(receiver, service, vestiging)
        for receiver in SCHOOLS
        for service in SERVICES
        for vestiging in (None, *LOCATIONS[receiver])
    ]
    return ways + [Subject(giver, service, None, system) for giver, service, system in questions()]


def answer(model: Model, subject: Subject, day: dt.date) -> object:
    """Where a message goes, or that a system may act; None for a refusal."""
    code, service, vestiging, system = subject
    assert isinstance(code, Brin)
    if system is None:
        return model.way(code, vestiging, service, day)
    refused = model.acts(code, service, system, day, test=code == TEST_SCHOOL)
    return None if refused else True


def change_between(was: object, becomes: object) -> Change:
    """How two answers differ that are not the same; None is a refusal."""
    if was is None:
        return Change.GAINED
    return Change.LOST if becomes is None else Change.MOVED
