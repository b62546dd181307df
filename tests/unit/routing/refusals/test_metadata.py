"""The catalogue tells every name of metadata, every field and every delay that the code gives."""

from collections.abc import Mapping
from typing import Final

import pytest

from support.refusals_in_code import Found, refusals_in_code
from wissel.routing.refusals.catalogue import CATALOGUE, Code
from wissel.routing.refusals.catalogue.documents import FIELD, metadata_names, names_a_field
from wissel.routing.refusals.catalogue.entry import Entry
from wissel.routing.refusals.reasons import Reason

VARIABLE: Final[Mapping[str, Mapping[Reason, set[str]]]] = {
    "envelope.parse_choice": {
        Reason.FIELD_REQUIRED: {"field", "allowed"},
        Reason.FIELD_INVALID: {"field", "allowed"},
    },
    "messages.parse_strict": {
        Reason.HEADER_MALFORMED: {"problem"},
        Reason.ORDER_INVALID: {"problem"},
    },
    "receipt_messages.refused_as": {
        Reason.ORDER_INVALID: {"problem", "at"},
        Reason.STAMP_INVALID: {"problem", "at"},
        Reason.RECEIPT_INVALID: {"problem", "at"},
    },
    "may_act.may_act": {
        reason: {"organisation"}
        for reason in (Reason.SENDER_UNKNOWN, Reason.RECEIVER_UNKNOWN, Reason.SCHOOL_NOT_FOUND)
    },
    "forward._why_gone": {Reason.SENDER_GONE: set(), Reason.REQUESTER_GONE: set()},
    "relay._late": {Reason.REQUESTER_TOO_SLOW: set(), Reason.SOURCE_TOO_SLOW: set()},
    "faults.refusal_of_source": {
        reason: set() for reason, entry in CATALOGUE.items() if entry.by_source
    },
    "min_rate.count": {Reason.RECEIVER_TIMEOUT: set(), Reason.SENDER_TOO_SLOW: set()},
    "crls.problem": {Reason.CERTIFICATE_REVOKED: set(), Reason.REVOCATION_UNKNOWN: set()},
    "database._refusing_failures": {Reason.CONTENTION: set(), Reason.DATABASE_UNAVAILABLE: set()},
    "kept_connection._rows": {
        Reason.RECORD_UNAVAILABLE: set(),
        Reason.DATABASE_UNAVAILABLE: set(),
    },
}
"""Call sites whose reason is a variable, with all that it can be."""

PASSED_ON: Final = {
    *("errors.again", "audience.for_audience", "audience._one", "audience.refused_by"),
    "telling._worded",
    *("status.for_caller", "status_errors.from_rule"),
    *("status_errors.translate", "status_errors._without_reason"),
}
"""Call sites that tell again what another has told."""

BY_KEYWORD: Final[Mapping[Reason, set[str]]] = {Reason.MANDATE_MISSING: {"system_id"}}
"""What callers add to a helper that has the reason itself (`may_act.mandate_missing`)."""


@pytest.fixture(scope="module")
def found() -> Found:
    return refusals_in_code()


def test_every_call_site_is_read_or_listed(found: Found) -> None:
    assert VARIABLE.keys() | PASSED_ON == found.unread


def test_every_reason_is_raised_somewhere_or_read_in_the_place_of_another(found: Found) -> None:
    raised = set(found.names) | {reason.value for site in VARIABLE.values() for reason in site}
    in_place = {entry.other_side.value for entry in CATALOGUE.values()}

    assert {reason.value for reason in Reason} - raised <= in_place
    assert raised <= set(Reason.__members__)


@pytest.mark.parametrize("reason", Reason)
def test_an_entry_has_the_names_that_the_code_gives(reason: Reason, found: Found) -> None:
    """No more and no fewer; what the other side may read is what is left of all it stands for."""
    told = {
        name
        for other, entry in CATALOGUE.items()
        if entry.other_side is reason
        for name in given(other, found) & CATALOGUE[reason].public
    }

    expected = given(reason, found) | told
    assert expected == names(CATALOGUE[reason]), "write them in `also` of its entry"


@pytest.mark.parametrize("reason", Reason)
def test_an_entry_says_whether_a_refusal_tells_its_own_delay(reason: Reason, found: Found) -> None:
    assert CATALOGUE[reason].own_delay is (reason.value in found.delays)


@pytest.mark.parametrize("reason", Reason)
def test_only_what_may_be_repeated_tells_a_delay(reason: Reason) -> None:
    entry = CATALOGUE[reason]
    passing = {Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED, Code.ABORTED, Code.DEADLINE_EXCEEDED}

    assert entry.retry_seconds is not None or not entry.own_delay
    assert entry.retry_seconds is None or entry.code in passing


def given(reason: Reason, found: Found) -> set[str]:
    listed = [site.get(reason, set()) for site in VARIABLE.values()]
    return found.names.get(reason.value, set()).union(BY_KEYWORD.get(reason, set()), *listed)


def names(entry: Entry) -> set[str]:
    return {*metadata_names(entry), *([FIELD] if names_a_field(entry) else [])}
