"""Routes and steps as they are answered: every rule of an explanation has its words."""

import pytest

from wissel.routing.deciding.decision import Outcome, Step
from wissel.routing.deciding.explain import RULES
from wissel.routing.refusals.sides import Side
from wissel.server.rpc.services.routes.messages import step_message

ALL_RULES = [*(name for name, _, _ in RULES), "RECEIVER_CONNECTED"]


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("rule", ALL_RULES)
def test_a_rule_that_passed_has_words(rule: str, language: str) -> None:
    step = Step(rule=rule, side=Side.QUERY, outcome=Outcome.PASSED)

    assert step_message(step, language).text.endswith(".")
