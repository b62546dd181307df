"""Changing, ending, withdrawing and processing one mandate (R3, R6)."""

from dataclasses import replace

from wissel.routing.facts import Mandate
from wissel.server.registry.commands import EndMandate, ProcessMandate, UpdateMandate
from wissel.server.registry.finding import get_organisation, get_service
from wissel.server.registry.mandates.checks import (
    board_of,
    changeable,
    require_first_day,
    require_free_days,
    require_free_keys,
)
from wissel.server.registry.mandates.commands import WithdrawMandate
from wissel.server.registry.ports import Transaction
from wissel.server.registry.rules.mandates import (
    moved,
    processed,
    refuse_started,
    stopped_now,
)
from wissel.server.registry.scope import Scope


async def update_mandate(transaction: Transaction, command: UpdateMandate, scope: Scope) -> Mandate:
    """Change the days of a mandate, and return it.

    1. It is within the caller's scope, as the caller last read it, and has not
       ended: MANDATE_NOT_FOUND, ETAG_MISMATCH, MANDATE_ENDED.
    2. The new days are allowed: see `rules.mandates.moved`.
    3. A new first day fits the school and its agreements, as that of a new
       mandate: SCHOOL_CLOSED, SECTOR_NOT_SERVED, AGREEMENT_MISSING.
    4. No other mandate of the same organisation, service and system has a day
       in common with it: MANDATE_OVERLAPS.
    5. None of its endpoints gets a day in common with another endpoint of the
       same version and routing key: ROUTING_KEY_IN_USE.

    A switch that it made way for can then no more be undone.
    """
    mandate = await changeable(transaction, command.mandate_id, command.etag, scope)  # 1.
    giver = await get_organisation(transaction, mandate.organisation)
    days = moved(mandate, command, transaction.today, scope)  # 2.
    changed = replace(days, board=board_of(giver), switch=None)
    # 3.
    if changed.period.start != mandate.period.start:
        service = await get_service(transaction, changed.service)
        await require_first_day(transaction, changed, service, giver)
    await require_free_days(transaction, changed)  # 4.
    await require_free_keys(transaction, changed, scope)  # 5.
    await transaction.put(changed)
    return changed


async def end_mandate(transaction: Transaction, command: EndMandate, scope: Scope) -> Mandate:
    """End a mandate after a day that is today or later, or immediately, and return it.

    A mandate that is ended immediately leads to no route from this revision on,
    whatever day is asked about: MANDATE_NOT_FOUND, ETAG_MISMATCH, MANDATE_ENDED.
    With a last day it is `update_mandate`.
    """
    if command.end is not None:
        update = UpdateMandate(mandate_id=command.mandate_id, end=command.end, etag=command.etag)
        return await update_mandate(transaction, update, scope)
    mandate = await changeable(transaction, command.mandate_id, command.etag, scope)
    stopped = replace(stopped_now(mandate, transaction.today), switch=None)
    await transaction.put(stopped)
    return stopped


async def withdraw_mandate(
    transaction: Transaction, command: WithdrawMandate, scope: Scope
) -> Mandate:
    """Take a mandate back before its first day, and return it: it is in force on no day.

    Raises MANDATE_NOT_FOUND, ETAG_MISMATCH, MANDATE_ENDED, and MANDATE_STARTED for one
    that has begun.
    """
    mandate = await changeable(transaction, command.mandate_id, command.etag, scope)
    refuse_started(mandate, transaction.today)
    withdrawn = replace(stopped_now(mandate, transaction.today), switch=None)
    await transaction.put(withdrawn)
    return withdrawn


async def process_mandate(
    transaction: Transaction, command: ProcessMandate, scope: Scope
) -> Mandate:
    """Record what the owner of its service did with a mandate, and return it (R6).

    1. It is for a service of the caller, as the caller last read it, and has not
       ended; a planned one may be processed: MANDATE_NOT_FOUND, ETAG_MISMATCH,
       MANDATE_ENDED.
    2. Its service has its mandates processed: PROCESSING_NOT_REQUIRED.
    3. The owner may say the same again, which changes nothing, or something else. A
       rejection says why: REASON_REQUIRED.
    """
    mandate = await changeable(transaction, command.mandate_id, command.etag, scope)
    done = processed(mandate, command, transaction.now)
    await transaction.put(done)
    return done
