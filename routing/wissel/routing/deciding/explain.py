"""Why a decision came out as it did, rule by rule (design.md#explaining).

It asks `decide` and nothing else. As the rules have a fixed order, the reason of a
refusal tells which rule failed: those before it passed, those after it were not
evaluated.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final, NamedTuple

from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Decision, Explanation, Outcome, Refusal, Route, Step
from wissel.routing.deciding.query import Query
from wissel.routing.facts import Role
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table


class Rule(NamedTuple):
    """A rule of deciding: its name, whose facts it is about, the reasons with which it fails."""

    name: str
    side: Side
    reasons: frozenset[Reason]


def _rule(name: str, side: Side, *reasons: Reason) -> Rule:
    prefix = "" if side is Side.QUERY else f"{side.value}_"
    return Rule(f"{prefix}{name}", side, frozenset(reasons))


_LOCATING: Final = (
    Reason.ENDPOINT_MISSING,
    Reason.ENDPOINT_UNAPPROVED,
    Reason.ROUTE_AMBIGUOUS,
)


def _acting(side: Side) -> tuple[Rule, ...]:
    """Return the rules of `may_act.permission_by` in their order."""
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
    _rule("SECTOR", Side.SENDER, Reason.SECTOR_NOT_SERVED),
    _rule("SYSTEM", Side.SENDER, Reason.SENDER_NOT_ALLOWED),
    _rule("MANDATE", Side.SENDER, Reason.MANDATE_MISSING),
    *_acting(Side.SENDER),
    _rule("KNOWN", Side.RECEIVER, Reason.RECEIVER_UNKNOWN),
    _rule("OPEN", Side.RECEIVER, Reason.RECEIVER_CLOSED),
    _rule("SECTOR", Side.RECEIVER, Reason.SECTOR_NOT_SERVED),
    _rule("VERSION", Side.QUERY, Reason.SERVICE_VERSION_NOT_FOUND),
    _rule("MANDATE", Side.RECEIVER, Reason.MANDATE_MISSING),
    _rule("ENDPOINT", Side.RECEIVER, *_LOCATING),
    *_acting(Side.RECEIVER),
    _rule("RESUMED", Side.RECEIVER, Reason.ENDPOINT_SUSPENDED),
)
"""Each rule by name, whose facts it is about, and with which reasons it fails; in order.

It is no part of the catalogue: one reason can fail a rule of either side, and the
order is that of deciding.
"""

_OF_VENDORS: Final = frozenset(
    {"SENDER_OPEN", "SENDER_SECTOR", "SENDER_SYSTEM", "SENDER_MANDATE"}
) | {rule.name for rule in _acting(Side.SENDER)}
"""The rules that are evaluated only for a vendor that sends."""


def explain(table: Table, query: Query, on: dt.date) -> Explanation:
    """Return the decision on a query with a step for each rule.

    One rule at most has FAILED, with the reason and metadata of the refusal. Those
    before it have PASSED, or are SKIPPED if they do not apply to the asker; those
    after it are SKIPPED.
    """
    decision = decide(table, query, on)
    failed = len(RULES) if isinstance(decision, Route) else _failed(decision)
    skipped = frozenset() if query.asker.role is Role.VENDOR else _OF_VENDORS
    if query.sender is None:
        skipped |= {"SENDER_KNOWN"}
    steps = [
        _passed(rule, query, decision)
        if rule.name not in skipped
        else Step(rule=rule.name, side=rule.side, outcome=Outcome.SKIPPED)
        for rule in RULES[:failed]
    ]
    if isinstance(decision, Refusal):
        steps.append(
            Step(
                rule=RULES[failed].name,
                side=RULES[failed].side,
                outcome=Outcome.FAILED,
                reason=decision.reason,
                facts=decision.metadata,
            )
        )
    steps += [
        Step(rule=rule.name, side=rule.side, outcome=Outcome.SKIPPED)
        for rule in RULES[failed + 1 :]
    ]
    return Explanation(decision=decision, steps=tuple(steps), revision=table.revision)


def _passed(rule: Rule, query: Query, decision: Decision) -> Step:
    facts = _facts(query, decision, rule.name)
    return Step(rule=rule.name, side=rule.side, outcome=Outcome.PASSED, facts=facts)


def _failed(refusal: Refusal) -> int:
    """Return the index of the rule that a refusal comes from."""
    return next(
        index
        for index, rule in enumerate(RULES)
        if rule.side is refusal.side and refusal.reason in rule.reasons
    )


def _facts(query: Query, decision: Decision, rule: str) -> Mapping[str, str]:
    """Return the facts that a rule was passed by, as far as they are told."""
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
