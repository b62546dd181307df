"""A summer in which OSO's new version runs beside the old one, day by day, both ways.

The new version begins on 15 July, the old one ends on 31 August. A sender asks for the
version that it speaks, or for none; a receiver has endpoints of the old one, of the new
one, of both or of neither. What is expected of each day stands in a table.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pytest

from support.builders.queries import decided, query
from support.worlds import small_world as w
from wissel.routing.deciding.decision import Refusal, Route
from wissel.routing.facts import Endpoint, Fact, ServiceVersion
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import ONE_DAY, Period
from wissel.routing.values.identifiers import Namespace

OLD, NEW = w.OV_2025, w.OV_2026
FIRST_NEW: Final = dt.date(2027, 7, 15)
LAST_OLD: Final = dt.date(2027, 8, 31)
BEFORE, DURING, AFTER = "before", "during", "after"
MISSING, UNKNOWN = Reason.ENDPOINT_MISSING, Reason.SERVICE_VERSION_NOT_FOUND
Outcome = Namespace | Reason
EXPECTED: Final[Mapping[tuple[Namespace | None, str], Mapping[str, Outcome]]] = {
    # asked, receiver has           before          during          after
    (None, "old"): {BEFORE: OLD, DURING: OLD, AFTER: MISSING},
    (None, "new"): {BEFORE: MISSING, DURING: NEW, AFTER: NEW},
    (None, "both"): {BEFORE: OLD, DURING: NEW, AFTER: NEW},
    (None, "none"): {BEFORE: MISSING, DURING: MISSING, AFTER: MISSING},
    (OLD, "old"): {BEFORE: OLD, DURING: OLD, AFTER: UNKNOWN},
    (OLD, "new"): {BEFORE: MISSING, DURING: MISSING, AFTER: UNKNOWN},
    (OLD, "both"): {BEFORE: OLD, DURING: OLD, AFTER: UNKNOWN},
    (OLD, "none"): {BEFORE: MISSING, DURING: MISSING, AFTER: UNKNOWN},
    (NEW, "old"): {BEFORE: UNKNOWN, DURING: MISSING, AFTER: MISSING},
    (NEW, "new"): {BEFORE: UNKNOWN, DURING: NEW, AFTER: NEW},
    (NEW, "both"): {BEFORE: UNKNOWN, DURING: NEW, AFTER: NEW},
    (NEW, "none"): {BEFORE: UNKNOWN, DURING: MISSING, AFTER: MISSING},
}
SUMMER: Final = dataclasses.replace(
    w.services()[0],
    versions=(
        ServiceVersion(namespace=OLD, period=Period(dt.date(2025, 8, 1), LAST_OLD)),
        ServiceVersion(namespace=NEW, period=Period(FIRST_NEW)),
    ),
)


def endpoints(has: str) -> list[Endpoint]:
    """Endpoints of 99XC under one routing key, in the versions that it has."""
    versions = {"old": [OLD], "new": [NEW], "both": [OLD, NEW], "none": []}[has]
    own = w.endpoint(w.C_ZUID, 1, vestiging="01", aanleverpunt="1")
    gone = [dataclasses.replace(own, stopped=True)]  # that of the small world
    return gone + [
        w.endpoint(w.C_ZUID, 9, version=version, vestiging="01", aanleverpunt="1")
        for version in versions
    ]


def days() -> Iterator[tuple[dt.date, str]]:
    """Each day of the summer, with the part of it in which it lies."""
    day = dt.date(2027, 7, 1)
    while day <= dt.date(2027, 9, 15):
        yield day, BEFORE if day < FIRST_NEW else DURING if day <= LAST_OLD else AFTER
        day += ONE_DAY


def outcome(asked: Namespace | None, facts: Sequence[Fact], on: dt.date) -> Outcome:
    decision = decided(query(version=asked), SUMMER, *facts, on=on)
    return decision.reason if isinstance(decision, Refusal) else decision.version


@pytest.mark.parametrize(("asked", "has"), EXPECTED)
def test_each_day_of_the_summer(asked: Namespace | None, has: str) -> None:
    facts = endpoints(has)

    found = {day: outcome(asked, facts, day) for day, _ in days()}

    assert {day: EXPECTED[asked, has][part] for day, part in days()} == found


def test_a_route_by_the_old_version_says_until_when_it_lasts() -> None:
    decision = decided(query(), SUMMER, *endpoints("old"), on=FIRST_NEW)

    assert isinstance(decision, Route)
    assert LAST_OLD == decision.last_day


def test_both_versions_lead_to_the_same_administration() -> None:
    decisions = [decided(query(), SUMMER, *endpoints("both"), on=day) for day, _ in days()]

    keys = {each.routing_key for each in decisions if isinstance(each, Route)}
    assert {w.key(w.XC, 9)} == keys
    assert len(decisions) == sum(isinstance(each, Route) for each in decisions)


def test_a_version_that_is_retired_is_as_one_that_has_ended() -> None:
    retired = dataclasses.replace(SUMMER.versions[0], active=False)
    service = dataclasses.replace(SUMMER, versions=(retired, SUMMER.versions[1]))
    on = FIRST_NEW

    def told(asked: Namespace | None, has: str) -> Outcome:
        decision = decided(query(version=asked), service, *endpoints(has), on=on)
        return decision.reason if isinstance(decision, Refusal) else decision.version

    assert (UNKNOWN, MISSING, NEW) == (told(OLD, "both"), told(None, "old"), told(None, "both"))
