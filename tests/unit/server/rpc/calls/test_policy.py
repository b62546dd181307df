"""One row a method: start-up compares the table with what is served, and nothing else differs."""

from pathlib import Path

import pytest

from support.paths import ROOT
from wissel.server.rpc.calls import policy
from wissel.server.rpc.calls.policy import POLICY, MethodPolicy, PolicyError, check_policy


def test_a_served_method_without_a_row_stops_the_start() -> None:
    with pytest.raises(PolicyError, match=r"no row for /a\.B/C"):
        check_policy([*POLICY, "/a.B/C"])


def test_a_row_without_a_served_method_stops_the_start() -> None:
    with pytest.raises(PolicyError, match=r"nothing serves /grpc\.health\.v1\.Health/Check"):
        check_policy(set(POLICY) - {"/grpc.health.v1.Health/Check"})


def test_an_empty_allow_list_stops_the_start() -> None:
    with pytest.raises(PolicyError, match=r"nobody may call /a\.B/C"):
        check_policy(["/a.B/C"], {"/a.B/C": MethodPolicy(who=frozenset())})


def test_what_differs_by_method_stands_in_its_row() -> None:
    """No other module names a served method, so none keeps a table by method of its own."""
    table = Path(policy.__file__)
    served = [name.removeprefix("/") for name in POLICY]

    named = [
        (source.name, name)
        for source in sorted((ROOT / "server").rglob("*.py"))
        if source != table
        for name in served
        if name in source.read_text(encoding="utf-8")
    ]

    assert named == []
