"""Guards for the namespace package and the shared vocabulary."""

from support.paths import ROOT
from wissel.error.v1 import error_reason_pb2
from wissel.routing.refusals.reasons import Reason

ROOMS = ("protos", "routing", "server", "clients")


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


def test_no_file_outgrows_a_room() -> None:
    """A file over 300 lines is two files."""
    sources = [
        path
        for room in (*ROOMS, "tests", "bench")
        for path in (ROOT / room).rglob("*.py")
        if "_pb2" not in path.name
    ]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }

    assert {} == long
