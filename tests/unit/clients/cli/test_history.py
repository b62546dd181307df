"""What `wissel history` and `--as-known-at` read and say."""

import datetime as dt
from typing import Any

import pytest
import typer

from wissel.audit.v1 import audit_service_pb2 as pb
from wissel.clients.cli.history.moments import known_at
from wissel.clients.cli.history.words import changes


def entry(before: dict[str, Any] | None, after: dict[str, Any]) -> pb.HistoryEntry:
    made = pb.HistoryEntry(change="CREATED" if before is None else "CHANGED")
    if before is not None:
        made.before.update(before)
    made.after.update(after)
    return made


def test_what_is_new_tells_all_that_it_has() -> None:
    told = changes(entry(None, {"number": "99001", "name": "Bestuur"}))

    assert ["name: Bestuur", "number: 99001"] == told


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": "x"}, {"a": "x"}, []),
        ({"a": "x"}, {"a": "y"}, ["a: y (was: x)"]),
        ({}, {"stopped": True}, ["stopped: yes (was: none)"]),
        (
            {"period": {"start": "1"}},
            {"period": {"start": "1", "end": "2"}},
            ["period.end: 2 (was: none)"],
        ),
        ({"days": 3}, {"days": 10}, ["days: 10 (was: 3)"]),
        ({"point": 5.25}, {"point": 6}, ["point: 6 (was: 5.25)"]),
        ({"kinds": ["A"]}, {"kinds": ["A", "B"]}, ["kinds: A, B (was: A)"]),
        ({"kinds": ["A"]}, {"kinds": []}, ["kinds: none (was: A)"]),
        (
            {"locations": [{"vestiging": "99XA00", "name": "A"}]},
            {"locations": [{"vestiging": "99XA00", "name": "B"}, {"vestiging": "99XA02"}]},
            [
                "locations 99XA00.name: B (was: A)",
                "locations 99XA02.vestiging: 99XA02 (was: none)",
            ],
        ),
    ],
)
def test_each_field_that_differs_is_told(
    before: dict[str, Any], after: dict[str, Any], told: list[str]
) -> None:
    assert told == changes(entry(before, after))


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", {}),
        ("42", {"as_known_at_revision": 42}),
        ("2026-09-03T12:00", {"as_known_at_time": dt.datetime(2026, 9, 3, 10, tzinfo=dt.UTC)}),
        ("2026-01-03T12:00", {"as_known_at_time": dt.datetime(2026, 1, 3, 11, tzinfo=dt.UTC)}),
        ("2026-09-03T12:00Z", {"as_known_at_time": dt.datetime(2026, 9, 3, 12, tzinfo=dt.UTC)}),
        (
            "2026-09-03",
            {"as_known_at_time": dt.datetime(2026, 9, 3, 21, 59, 59, 999_999, tzinfo=dt.UTC)},
        ),
    ],
)
def test_a_moment_is_read_as_people_write_it(text: str, fields: dict[str, Any]) -> None:
    assert fields == known_at(text)


@pytest.mark.parametrize(
    "text",
    ["yesterday", "-1", "4.5", "2026-13-01", "2026-09-03T25:00", "४२", "9999-12-31", "9" * 30],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="--as-known-at"):
        known_at(text)
