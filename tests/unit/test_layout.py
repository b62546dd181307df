"""Guards for the namespace package and the shared vocabulary."""

from collections import Counter
from pathlib import Path
from typing import Final

from support.paths import ROOT
from wissel.error.v1 import error_reason_pb2
from wissel.routing.refusals.reasons import Reason

ROOMS: Final = ("protos", "routing", "server", "clients")
LARGE: Final = {
    "bench": "one flat list of measurements, and the few processes that they share",
    "tests/faults": "one kit: each module is a part that every scenario needs",
}
"""Folders with more than a dozen modules, and why."""


def test_namespace_has_no_init() -> None:
    """One stray `wissel/__init__.py` hides every other room."""
    assert [] == [room for room in ROOMS if (ROOT / room / "wissel" / "__init__.py").exists()]


def test_no_proto_area_is_called_as_a_room() -> None:
    areas = {path.name for path in (ROOT / "protos" / "wissel").iterdir()}

    assert set() == areas & {"server", "routing", "clients"}


def test_every_room_is_typed() -> None:
    parts = [part for room in ROOMS for part in (ROOT / room / "wissel").iterdir() if part.is_dir()]

    assert [] == [part for part in parts if not (part / "py.typed").exists()]


def test_every_reason_is_published() -> None:
    names = [value.name for value in error_reason_pb2.ErrorReason.DESCRIPTOR.values]
    published = {name.removeprefix("ERROR_REASON_") for name in names}

    assert published - {"UNSPECIFIED"} == {str(reason) for reason in Reason}


def test_no_file_is_over_300_lines() -> None:
    """A longer one is two files."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }

    assert {} == long


def test_no_folder_has_more_than_a_dozen_modules() -> None:
    """A larger one is two folders; those of `LARGE` have their reason there."""
    modules = Counter(path.parent for path in sources() if path.name != "__init__.py")
    large = {str(folder.relative_to(ROOT)) for folder, count in modules.items() if count > 12}

    assert LARGE.keys() == large


def sources() -> list[Path]:
    """Every module that is written by hand."""
    return [
        path
        for room in (*ROOMS, "tests", "bench")
        for path in (ROOT / room).rglob("*.py")
        if "_pb2" not in path.name
    ]
