"""What a refusal tells to whom (design.md#audiences).

A vendor does not learn why the vendor of the other side may not receive.
"""

import datetime as dt
from typing import Final

from wissel.routing.deciding.decision import Audience, Outcome, Refusal, Step
from wissel.routing.deciding.locate import Located, locate
from wissel.routing.deciding.query import Asker, Query
from wissel.routing.facts import Role
from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table


def audience_for(table: Table, asker: Asker, query: Query, on: dt.date) -> Audience:
    """Return the audience that `asker` is for the decision on a query, by its role.

    A vendor is OWN_SIDE if what is told of the receiver is about its own systems:
    see `_serves`. What is told of the sender is the same for every audience.
    """
    match asker.role:
        case Role.OPERATOR:
            return Audience.OPERATOR
        case Role.CHAIN_PARTNER:
            return Audience.CHAIN_PARTNER
        case _:
            return Audience.OWN_SIDE if _serves(table, asker, query, on) else Audience.OTHER_SIDE


def for_audience(refusal: Refusal, audience: Audience) -> Refusal:
    """Return the refusal as an audience may read it.

    For the other side of the receiver it has the reason that stands for it there
    in the catalogue, and only the metadata that is public.
    """
    if audience is not Audience.OTHER_SIDE or refusal.side is not Side.RECEIVER:
        return refusal
    reason = CATALOGUE[refusal.reason].other_side
    told = CATALOGUE[reason].public_part(refusal.metadata)
    return Refusal(reason=reason, side=refusal.side, metadata=told)


def refused_for(asker: Asker, refusal: Refusal, table: Table, query: Query, on: dt.date) -> Refused:
    """Return the exception with which a call of `asker` ends by the refusal of a query.

    It is worded as the asker may read it.
    """
    return refused_by(for_audience(refusal, audience_for(table, asker, query, on)))


def refused_by(refusal: Refusal) -> Refused:
    """Return the exception with which a call ends by a refusal, in its own words."""
    metadata = dict(refusal.metadata)
    return Refused(refusal.reason, **metadata)  # type: ignore[arg-type]  # no name is a parameter's


def steps_for_audience(steps: tuple[Step, ...], audience: Audience) -> tuple[Step, ...]:
    """Return the steps as an audience may see them.

    The other side sees whether the receiver is known and whether it is open, and
    one step RECEIVER_CONNECTED for all its other rules, so that it does not see
    which of them failed.
    """
    if audience is not Audience.OTHER_SIDE:
        return steps
    shown = [step for step in steps if step.side is not Side.RECEIVER or step.rule in _PUBLIC_RULES]
    rest = [step for step in steps if step.side is Side.RECEIVER and step.rule not in _PUBLIC_RULES]
    return (*shown, _one(rest)) if rest else tuple(shown)


_PUBLIC_RULES: Final = frozenset({"RECEIVER_KNOWN", "RECEIVER_OPEN"})


def _one(steps: list[Step]) -> Step:
    """Return one step for all of the steps; it failed if one of them failed."""
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
    """Whether what is told of the receiver is only about the asker's own systems.

    1. If an endpoint is meant, or one that waits for its approval, its mandate is to a
       system of the asker.
    2. Otherwise the receiver has mandates in force for the service, and all are
       to systems of the asker.
    """
    own = table.reference.systems.keys() & asker.system_ids
    located = locate(table, query.receiver, query.selection, query.service, query.version, on)
    # 1.
    if isinstance(located, Located):
        return located.endpoint.mandate.system_id in own
    if located.reason is Reason.ENDPOINT_UNAPPROVED:
        return located.metadata["system_id"] in own
    # 2.
    receiver = table.organisation(query.receiver)
    service = table.reference.services.get(query.service)
    if receiver is None or service is None:
        return False
    mandates = receiver.mandates_in_force(service.code, on)
    return bool(mandates) and all(mandate.system_id in own for mandate in mandates)
