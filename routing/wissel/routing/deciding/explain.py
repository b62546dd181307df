"""Why a decision came out as it did, rule by rule (design.md#explaining).

It asks `decide` and nothing else. The rules have one order, and a refusal names
the one that failed: those before it passed, those after it were not looked at.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Decision, Explanation, Outcome, Refusal, Route, Step
from wissel.routing.deciding.query import Query
from wissel.routing.facts import Role
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table

Rule = tuple[str, Side, frozenset[Reason]]


def _rule(name: str, side: Side, *reasons: Reason) -> Rule:
    return f"{side.value}_{name}" if side is not Side.QUERY else name, side, frozenset(reasons)


def _acting(side: Side) -> tuple[Rule, ...]:
    """Return the rules of `may_act` after the mandate, in their order."""
    return (
        _rule("AGREEMENTS", side, Reason.AGREEMENT_MISSING),
        _rule("PROCESSED", side, Reason.MANDATE_AWAITING, Reason.MANDATE_REJECTED),
        _rule("QUALIFIED", side, Reason.SYSTEM_NOT_QUALIFIED, Reason.VENDOR_AGREEMENT_MISSING),
        _rule("ROLLOUT", side, Reason.ROLLOUT_CLOSED),
    )


RULES: Final[tuple[Rule, ...]] = (
    _rule("SERVICE", Side.QUERY, Reason.SERVICE_NOT_FOUND),
    _rule("KNOWN", Side.SENDER, Reason.SENDER_UNKNOWN),
    _rule("OPEN", Side.SENDER, Reason.SENDER_CLOSED),
    _rule("SYSTEM", Side.SENDER, Reason.SENDER_NOT_ALLOWED),
    _rule("MANDATE", Side.SENDER, Reason.MANDATE_MISSING),
    *_acting(Side.SENDER),
    _rule("KNOWN", Side.RECEIVER, Reason.RECEIVER_UNKNOWN),
    _rule("OPEN", Side.RECEIVER, Reason.RECEIVER_CLOSED),
    _rule("VERSION", Side.QUERY, Reason.SERVICE_VERSION_NOT_FOUND),
    _rule("MANDATE", Side.RECEIVER, Reason.MANDATE_MISSING),
    _rule("ENDPOINT", Side.RECEIVER, Reason.ENDPOINT_MISSING, Reason.ROUTE_AMBIGUOUS),
    *_acting(Side.RECEIVER),
    _rule("RESUMED", Side.RECEIVER, Reason.ENDPOINT_SUSPENDED),
)
"""Each rule by name, whose facts it is about, and with which reasons it fails; in order.

It is no part of the catalogue: one reason can fail a rule of either side, and the
order is that of deciding.
"""

_GATES: Final = frozenset({"SENDER_OPEN", "SENDER_SYSTEM", "SENDER_MANDATE"}) | {
    name for name, _, _ in _acting(Side.SENDER)
}
"""What only a vendor that sends must pass."""


def explain(table: Table, query: Query, on: dt.date) -> Explanation:
    """Return the decision on a query with a step for each rule."""
    decision = decide(table, query, on)
    failed = len(RULES) if isinstance(decision, Route) else _failed(decision)
    passed_over = frozenset() if query.asker.role is Role.VENDOR else _GATES
    if query.sender is None:
        passed_over |= {"SENDER_KNOWN"}
    steps = []
    for index, (name, side, _) in enumerate(RULES):
        if index == failed and isinstance(decision, Refusal):
            steps.append(
                Step(
                    rule=name,
                    side=side,
                    outcome=Outcome.FAILED,
                    reason=decision.reason,
                    facts=decision.metadata,
                )
            )
            continue
        looked_at = index < failed and name not in passed_over
        outcome = Outcome.PASSED if looked_at else Outcome.SKIPPED
        facts = _facts(query, decision, name) if looked_at else {}
        steps.append(Step(rule=name, side=side, outcome=outcome, facts=facts))
    return Explanation(decision=decision, steps=tuple(steps), revision=table.revision)


def _failed(refusal: Refusal) -> int:
    """Return the index of the rule that a refusal comes from."""
    return next(
        index
        for index, (_, side, reasons) in enumerate(RULES)
        if side is refusal.side and refusal.reason in reasons
    )


def _facts(query: Query, decision: Decision, rule: str) -> Mapping[str, str]:
    """Return what counted for a rule that was passed."""
    facts: dict[str, object] = {}
    match rule:
        case "SERVICE":
            facts["service"] = query.service
        case "SENDER_KNOWN":
            facts["organisation"] = query.sender
        case "RECEIVER_KNOWN":
            facts["organisation"] = query.receiver
            facts["vestiging"] = query.selection.vestiging
        case _:
            facts |= _route_facts(decision, rule) if isinstance(decision, Route) else {}
    return {name: str(value) for name, value in facts.items() if value is not None}


def _route_facts(route: Route, rule: str) -> Mapping[str, object]:
    match rule:
        case "VERSION":
            return {"version": route.version}
        case "SENDER_MANDATE":
            return {"mandate_id": route.sender_mandate_id, "system_id": route.sender_system_id}
        case "RECEIVER_MANDATE":
            return {"mandate_id": route.receiver_mandate_id, "system_id": route.system_id}
        case "RECEIVER_ENDPOINT":
            return {
                "endpoint_id": route.endpoint_id,
                "vestiging": route.vestiging,
                "aanleverpunt": route.aanleverpunt,
                "routing_key": route.routing_key,
            }
        case _:
            return {}
