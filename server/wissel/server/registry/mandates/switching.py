"""One system makes way for another from a day on, and until that day it can be undone (R3)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from wissel.routing.facts import Mandate, Switch
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import ServiceCode
from wissel.server.registry.commands import CreateMandate
from wissel.server.registry.finding import get_organisation, get_service, get_system
from wissel.server.registry.mandates.checks import (
    board_of,
    changeable,
    own_organisation,
    require_free_days,
    require_free_keys,
)
from wissel.server.registry.mandates.commands import SwitchSystem, UndoSwitch
from wissel.server.registry.mandates.giving import create_mandate
from wissel.server.registry.ports import Transaction
from wissel.server.registry.rules.mandates import allow_start, refuse_started, stopped_now
from wissel.server.registry.rules.switching import (
    allow_providing,
    made_way,
    refuse_second_switch,
    restored,
)
from wissel.server.registry.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """The mandate of the system that makes way, and the one that takes its place."""

    old: Mandate
    new: Mandate


async def switch_system(
    transaction: Transaction, command: SwitchSystem, scope: Scope, new_id: Callable[[], UUID]
) -> tuple[Switched, ...]:
    """Replace one system by another for services of an organisation, all in one revision.

    1. The organisation is one that the caller gives mandates for, and both systems exist
       and differ: SCHOOL_NOT_FOUND, SWV_NOT_FOUND, ORGANISATION_NOT_YOURS,
       SYSTEM_NOT_FOUND, FIELD_INVALID.
    2. The day is today or later, also for an operator: DATE_IN_PAST.
    3. For each service the mandate to the system that makes way is in force on that day
       (NOTHING_TO_SWITCH), and makes way for no other (SWITCH_PENDING).
    4. It may provide what it has prepared for a service with dossiers, and until a day
       from then on: FIELD_INVALID, PERIOD_INVALID.
    5. It ends on the day before; one that would only begin on that day is withdrawn.
    6. The other system gets a mandate as `create_mandate` gives one: all that is refused
       there is refused here.
    """
    # 1.
    await own_organisation(transaction, command.organisation, scope)
    for system_id in (command.from_system, command.to_system):
        await get_system(transaction, system_id)
    if command.from_system == command.to_system:
        raise Refused(
            Reason.FIELD_INVALID, field="to_system_id", expected="another than from_system_id"
        )
    start = allow_start(command.start or transaction.today, transaction.today, Scope())  # 2.
    return tuple(
        [
            await _switch(transaction, command, service, start, scope, new_id)
            for service in command.services
        ]
    )


async def undo_switch(
    transaction: Transaction, command: UndoSwitch, scope: Scope
) -> tuple[Switched, ...]:
    """Take back switches whose day is still to come, all in one revision.

    1. Each new mandate is within the caller's scope, has not ended and not begun:
       MANDATE_NOT_FOUND, MANDATE_ENDED, MANDATE_STARTED.
    2. A mandate made way for it, and was not changed since: SWITCH_NOT_FOUND.
    3. The new one is withdrawn, and the old one gets the days back that it had, on which
       neither another of its triple is in force nor another endpoint has a routing key
       of its own: MANDATE_OVERLAPS, ROUTING_KEY_IN_USE.
    """
    return tuple(
        [await _undo(transaction, mandate_id, scope) for mandate_id in command.mandate_ids]
    )


async def _switch(
    transaction: Transaction,
    command: SwitchSystem,
    code: ServiceCode,
    start: dt.date,
    scope: Scope,
    new_id: Callable[[], UUID],
) -> Switched:
    service = await get_service(transaction, code)
    old = await _in_force(transaction, command, service.code, start)  # 3.
    refuse_second_switch(old)
    provides_until = allow_providing(service, start, command.provides_until)  # 4.
    asked = CreateMandate(
        organisation=command.organisation,
        service=service.code,
        system_id=command.to_system,
        start=start,
        end=command.end,
    )
    new = (await create_mandate(transaction, asked, scope, new_id)).mandate  # 6.
    switch = Switch(to=new.mandate_id, former=old.period, provides_until=provides_until)
    ended = replace(made_way(old, switch, start, transaction.today), board=new.board)  # 5.
    await transaction.put(ended)
    return Switched(old=ended, new=new)


async def _in_force(
    transaction: Transaction, command: SwitchSystem, service: ServiceCode, day: dt.date
) -> Mandate:
    """Return the mandate that makes way, or raise `Refused(NOTHING_TO_SWITCH)`."""
    triple = await transaction.find(
        Mandate,
        organisation=command.organisation,
        service=service,
        system_id=command.from_system,
    )
    for mandate in triple:
        if not mandate.stopped and mandate.period.contains(day):
            return mandate
    raise Refused(
        Reason.NOTHING_TO_SWITCH,
        organisation=command.organisation,
        service=service,
        system_id=command.from_system,
        on=str(day),
    )


async def _undo(transaction: Transaction, mandate_id: UUID, scope: Scope) -> Switched:
    # 1.
    new = await changeable(transaction, mandate_id, "", scope)
    refuse_started(new, transaction.today)
    # 2.
    beside = await transaction.find(Mandate, organisation=new.organisation, service=new.service)
    old = next((each for each in beside if each.switch and each.switch.to == mandate_id), None)
    if old is None:
        raise Refused(Reason.SWITCH_NOT_FOUND, mandate_id=str(mandate_id))
    # 3.
    withdrawn = stopped_now(new, transaction.today)
    giver = await get_organisation(transaction, old.organisation)
    again = replace(restored(old), board=board_of(giver))
    await transaction.put(withdrawn)
    await require_free_days(transaction, again)
    await require_free_keys(transaction, again, scope)
    await transaction.put(again)
    return Switched(old=again, new=withdrawn)
