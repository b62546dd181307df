"""docs/osr-parity.md names methods that are served, and tests that exist."""

import re
from typing import Final

import pytest

from support.paths import ROOT
from wissel.server.rpc.calls.policy import POLICY

TEXT: Final = (ROOT / "docs" / "osr-parity.md").read_text()
METHODS: Final = sorted(set(re.findall(r"`(\w+Service/\w+)`", TEXT)))
TESTS: Final = sorted(set(re.findall(r"`(test_\w+)`", TEXT)))
ROWS: Final = re.findall(r"^\| (?!---|OSR|then)(.+?) \| (.+) \| (.+?) \|$", TEXT, re.MULTILINE)
OPERATIONS: Final = (
    "GET /schools",
    "GET /schools/{id}",
    "GET /mandates",
    "GET /school-mandates",
    "GET /endpoints",
    "POST /endpoints",
    "PUT /endpoints",
    "GET /services",
    "GET /services/{id}",
    "GET /service-versions",
    "GET /service-versions/{id}",
)
"""What is documented of the interface of the OSR, V2."""


@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_is_named_is_served(method: str) -> None:
    assert [method] == [name for each in POLICY if (name := each.split(".")[-1]) == method]


@pytest.mark.parametrize("name", TESTS)
def test_a_test_that_is_named_exists(name: str) -> None:
    found = [
        path
        for path in (ROOT / "tests").rglob("test_*.py")
        if re.search(rf"^(async )?def {name}\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert found


def test_every_row_names_its_test() -> None:
    assert [] == [row for row in ROWS if "`test_" not in row[2]]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_a_row(operation: str) -> None:
    assert any(re.match(rf"`{re.escape(operation)}[`?]", first) for first, _, _ in ROWS)
