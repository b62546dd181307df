"""The commands that bring what others publish of schools, as an operator uses them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import wissel.clients
from support.processes.processes import calling_as, run
from wissel.clients.processes import command
from wissel.clients.testing import TestingHub, running_hub

FIXTURES = Path(wissel.clients.__file__).parent / "fixtures"
REGIONS = FIXTURES / "regions"
WHY = ("--reason", "as published")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestingHub]:
    schools = sorted(str(path) for path in (FIXTURES / "schools").glob("*.csv"))
    with running_hub() as running:
        folder = tmp_path_factory.mktemp("import")
        code, said = cli(running, folder, "schools", "import", *schools, *WHY)
        assert code == 0, said
        yield running


def cli(hub: TestingHub, folder: Path, *arguments: str, server: str = "") -> tuple[int, str]:
    environ = {
        **calling_as(hub, "operator", server),
        "USER": "a.desk",
    }
    return run([command("wissel"), *arguments], environ=environ, cwd=folder)


def test_a_school_is_shown_where_it_is_and_in_its_region(hub: TestingHub, tmp_path: Path) -> None:
    located = cli(
        hub, tmp_path, "schools", "locate", str(REGIONS / "locations.geojson"), *WHY, "--unknown"
    )
    regions = cli(hub, tmp_path, "swv", "postcodes", str(REGIONS / "postcodes.csv"), *WHY)
    _, shown = cli(hub, tmp_path, "schools", "show", "99XA", "--json")
    _, table = cli(hub, tmp_path, "schools", "show", "99XA")

    school = json.loads(shown)
    (location,) = school["locations"]
    assert (0, 0) == (located[0], regions[0])
    assert "99ZZ00    not in the register" in located[1]
    assert (52.518, 5.471) == (location["latitude"], location["longitude"])
    assert "PO9901" == location["swv_po"]
    assert "rio@duo.nl" in school["corrected_at"]
    assert "52.518 5.471" in table


@pytest.mark.parametrize(
    ("arguments", "content", "code", "words"),
    [
        (("schools", "locate"), b'{"features": [{}]}', 2, "feature 1: it has no properties"),
        (("schools", "locate"), b"<xml/>", 2, "line 1, column 1"),
        (("swv", "postcodes"), b"pc4;swv_po;swv_vo\n1099;PO1;\n", 2, "line 2: 'PO1' is no samen"),
        (("swv", "postcodes"), b"pc4;swv_po\n", 2, "lacks swv_vo"),
        (("swv", "import"), b"swv;naam;oin\nPO9905;\xff;1\n", 2, "line 2"),
        (
            ("swv", "import"),
            b"swv;naam;oin\nPO9905;A;00000001990000050000\nPO9906;B;00000001990000050000\n",
            1,
            "ALREADY_REGISTERED",
        ),
    ],
)
def test_a_malformed_file_is_named_with_its_line_and_changes_nothing(
    hub: TestingHub,
    tmp_path: Path,
    arguments: tuple[str, ...],
    content: bytes,
    code: int,
    words: str,
) -> None:
    (tmp_path / "file.csv").write_bytes(content)

    found, said = cli(hub, tmp_path, *arguments, "file.csv", *WHY)

    assert code == found, said
    assert words in said
    assert "Traceback" not in said


def test_what_rio_tells_is_not_corrected_here(hub: TestingHub, tmp_path: Path) -> None:
    refused = cli(hub, tmp_path, "schools", "update", "99XA", "--name", "Anders", *WHY)
    unreached = cli(hub, tmp_path, "schools", "update", "99XA", *WHY, server="127.0.0.1:1")

    assert (1, 3) == (refused[0], unreached[0])
    assert "KEPT_BY_RIO" in refused[1]
    assert "rio@duo.nl" in refused[1]
