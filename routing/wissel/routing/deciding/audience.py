"""What a refusal tells whom (design.md#audiences): contracts of others are nobody's business."""

import datetime as dt
from typing import Final

from wissel.routing.deciding.decision import Audience, Outcome, Refusal, Step
from wissel.routing.deciding.locate import Located, locate
from wissel.routing.deciding.may_act import mandates_in_force
from wissel.routing.deciding.query import Asker, Query
from wissel.routing.facts import Role
from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table


def audience_for(table: Table, asker: Asker, query: Query, on: dt.date) -> Audience:
    """Return as what `asker` hears of the decision on a query.

    A vendor is on the receiver's own side if the endpoint that was meant is its
    own; if none was meant, if all mandates there for this service are its own,
    and it has one. What is told of the sender does not depend on this.
    """
    match asker.role:
        case Role.OPERATOR:
            return Audience.OPERATOR
        case Role.CHAIN_PARTNER:
            return Audience.CHAIN_PARTNER
        case _:
            return Audience.OWN_SIDE if _serves(table, asker, query, on) else Audience.OTHER_SIDE


def for_audience(refusal: Refusal, audience: Audience) -> Refusal:
    """Return the refusal as an audience may hear it."""
    if audience is not Audience.OTHER_SIDE or refusal.side is not Side.RECEIVER:
        return refusal
    reason = CATALOGUE[refusal.reason].other_side
    told = CATALOGUE[reason].public_part(refusal.metadata)
    return Refusal(reason=reason, side=refusal.side, metadata=told)


def steps_for_audience(steps: tuple[Step, ...], audience: Audience) -> tuple[Step, ...]:
    """Return the steps as an audience may see them.

    The other side sees of the receiver whether it is known, whether it is open,
    and one step for all the rest: not even at which rule it failed.
    """
    if audience is not Audience.OTHER_SIDE:
        return steps
    shown = [step for step in steps if step.side is not Side.RECEIVER or step.rule in _OPEN_RULES]
    rest = [step for step in steps if step.side is Side.RECEIVER and step.rule not in _OPEN_RULES]
    return (*shown, _one(rest)) if rest else tuple(shown)


_OPEN_RULES: Final = frozenset({"RECEIVER_KNOWN", "RECEIVER_OPEN"})


def _one(steps: list[Step]) -> Step:
    """Return one step that stands for many."""
    failed = next((step for step in steps if step.outcome is Outcome.FAILED), None)
    if failed is None or failed.reason is None:
        return Step(rule="RECEIVER_CONNECTED", side=Side.RECEIVER, outcome=steps[-1].outcome)
    told = for_audience(
        Refusal(reason=failed.reason, side=Side.RECEIVER, metadata=failed.facts),
        Audience.OTHER_SIDE,
    )
    return Step(
        rule="RECEIVER_CONNECTED",
        side=Side.RECEIVER,
        outcome=Outcome.FAILED,
        reason=told.reason,
        facts=told.metadata,
    )


def _serves(table: Table, asker: Asker, query: Query, on: dt.date) -> bool:
    """Whether what is told of the receiver is all about the asker's own systems."""
    located = locate(table, query.receiver, query.selection, query.service, query.version, on)
    if isinstance(located, Located):
        mandates = [located.endpoint.mandate]
    else:
        receiver = table.organisation(query.receiver)
        service = table.reference.services.get(query.service)
        if receiver is None or service is None:
            return False
        mandates = mandates_in_force(receiver, service, on)
    own = table.reference.systems.keys() & asker.system_ids
    return bool(mandates) and all(mandate.system_id in own for mandate in mandates)
