"""The rules by which one mandate makes way for another, as functions of values (R3)."""

import datetime as dt
from dataclasses import replace

from wissel.routing.facts import Mandate, Service, Switch
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import ONE_DAY, Period
from wissel.server.registry.rules.mandates import stopped_now


def refuse_second_switch(mandate: Mandate) -> None:
    """Raise `Refused(SWITCH_PENDING)` for a mandate that makes way for another already."""
    if mandate.switch is not None:
        raise Refused(
            Reason.SWITCH_PENDING,
            mandate_id=str(mandate.switch.to),
            end=str(mandate.period.end),
        )


def allow_providing(service: Service, start: dt.date, until: dt.date | None) -> dt.date | None:
    """Return the last day on which what was prepared may be provided, None for none.

    Only a service whose dossiers are forwarded has any: FIELD_INVALID. The day is not
    before `start`, on which the other system begins: PERIOD_INVALID.
    """
    if until is None:
        return None
    field = "provides_until_date"
    if not service.forwardable:
        problem = f"{service.code} has no dossiers that could be prepared"
        raise Refused(Reason.FIELD_INVALID, field=field, problem=problem)
    if until < start:
        raise Refused(Reason.PERIOD_INVALID, field=field, start=str(start), end=str(until))
    return until


def made_way(mandate: Mandate, switch: Switch, start: dt.date, today: dt.date) -> Mandate:
    """Return a mandate in force on `start` as it ends on the day before.

    One that begins on `start` has no day left: it is withdrawn.
    """
    if mandate.period.start == start:
        return replace(stopped_now(mandate, today), switch=switch)
    return replace(mandate, period=Period(mandate.period.start, start - ONE_DAY), switch=switch)


def restored(mandate: Mandate) -> Mandate:
    """Return a mandate that made way as it was before."""
    former = mandate.period if mandate.switch is None else mandate.switch.former
    return replace(mandate, period=former, stopped=False, switch=None)
