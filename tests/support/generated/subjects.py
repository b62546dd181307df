"""Every question there is in the generated worlds, and how two answers to it differ."""

import datetime as dt

from support.generated.decisions import ORGANISATIONS, SERVICES, SYSTEMS
from support.worlds import small_world as w
from wissel.clients.testing.cast import SWV
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Refusal, Route
from wissel.routing.deciding.impact.differences import Change, Subject
from wissel.routing.deciding.may_act import may_act
from wissel.routing.deciding.query import ANYBODY, Query, Selection
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Vestiging


def subjects() -> list[Subject]:
    """Every question there is in these worlds."""
    return [
        subject
        for code in (*ORGANISATIONS, w.XC)
        for service in SERVICES
        for subject in (
            Subject(code, service),
            *(
                Subject(code, service, Vestiging(f"{code}{number}"))
                for number in ("00", "01", "02")
                if code != SWV
            ),
            *(Subject(code, service, None, system_id) for system_id in SYSTEMS),
        )
    ]


def told(table: Table, subject: Subject, day: dt.date) -> object:
    """What a table says: how a route leads, that a system may act, or nothing."""
    code, service, vestiging, sender = subject
    if sender is not None:
        return not isinstance(may_act(table, code, service, sender, day), Refusal)
    asked = Query(ANYBODY, None, code, service, Selection(vestiging=vestiging))
    decision = decide(table, asked, day)
    if not isinstance(decision, Route):
        return False
    return (
        decision.endpoint_id,
        decision.url,
        decision.receiver_oin,
        decision.receiver_mandate_id,
        decision.system_id,
        decision.version,
        decision.vestiging,
        decision.aanleverpunt,
        decision.routing_key,
    )


def change(before: object, after: object) -> Change | None:
    """How two answers differ."""
    if bool(before) != bool(after):
        return Change.GAINED if after else Change.LOST
    return None if before == after else Change.MOVED
