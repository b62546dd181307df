"""Tables as CSV: what is written is read back and runs nowhere; a broken line is named."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wissel.clients.cli.failing import EXIT_USAGE, explain_failure
from wissel.clients.cli.tables.csv_files import (
    MAX_FILE_BYTES,
    csv_bytes,
    guarded,
    read_csv,
    unguarded,
)
from wissel.clients.errors import FileUnusable

COLUMNS = {"routing_key": ("routeringskenmerk",), "url": ("adres",)}
TEXT = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" ")).map(str.strip)


def read(path: Path, data: bytes) -> list[tuple[int, dict[str, str]]]:
    path.write_bytes(data)
    return [(row.line, dict(row.cells)) for row in read_csv(path, COLUMNS, ["routing_key"])]


@given(st.lists(st.tuples(TEXT, TEXT).filter(any), max_size=5))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    data = csv_bytes(["routing_key", "url"], rows)

    found = read(tmp_path_factory.getbasetemp() / "file.csv", data)

    assert [{"routing_key": key, "url": url} for key, url in rows] == [cells for _, cells in found]


@given(st.text())
def test_a_guarded_cell_is_no_formula_and_is_unguarded_again(text: str) -> None:
    assert guarded(text)[:1] not in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+31501234567", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "\uff1d1"]
)
def test_what_a_spreadsheet_would_run_is_written_as_text(text: str) -> None:
    (line,) = csv.reader([csv_bytes(["x"], [[text]]).decode("utf-8-sig").split("\r\n")[1]])

    assert line[0][0] in "'\\"


@pytest.mark.parametrize(
    "data",
    [
        "routing_key;url\n1;é\n".encode(),
        "\ufeffrouting_key,url\r\n1,é\r\n".encode(),
        "Routing-Key\turl\n1\té\n".encode("cp1252"),
        'sep=;\n"ROUTERINGSKENMERK";"Adres";"other"\n"1";"é";"x"\n;;\n\n'.encode("cp1252"),
        "url;routing_key\né;1\n".encode("cp1252"),
    ],
)
def test_a_table_is_read_however_it_was_saved(data: bytes, tmp_path: Path) -> None:
    ((_, cells),) = read(tmp_path / "file.csv", data)

    assert {"routing_key": "1", "url": "é"} == cells


def test_rows_know_their_lines_and_lacking_columns_are_empty(tmp_path: Path) -> None:
    rows = read(tmp_path / "file.csv", b"routing_key\n1\n\n2\n")

    assert [(2, {"routing_key": "1", "url": ""}), (4, {"routing_key": "2", "url": ""})] == rows


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "its first line is empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"name;url\nx;y\n", "lacks routing_key; it has name, url"),
        (b"\x1b[31m;url\n", r"lacks routing_key; it has \u001b[31m, url"),
        (b"routing_key;Routeringskenmerk\n1;2\n", "the column routing_key twice"),
        (b"routing_key;url\n1;2;3\n", "line 2: 3 columns instead of 2"),
        (b"routing_key;url\n1\n", "line 2: 1 columns instead of 2"),
        (b'routing_key;url\n1;"2\n', "line 2: a quote is not closed"),
        (b"routing_key;url\n1;\x1b[2J\n", "line 2: it holds a control character"),
        (b"routing_key;url\n1;\x81\n", "line 2: byte 3 is no Windows-1252"),
        ("routing_key;url\né;é\n".encode() + b"1;\xe9\n", "line 2: it is UTF-8"),
        (b"routing_key;url\n" + b"1;" + b"x" * 17_000 + b"\n", "line 2: it is longer"),
        (b"routing_key;url\n" + b"1\n" * 25, "and 5 more"),
        (b"x" * (MAX_FILE_BYTES + 1), "larger than 32 MiB"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(
    data: bytes, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file.csv"

    with pytest.raises(FileUnusable) as refused:
        read(path, data)

    assert EXIT_USAGE == explain_failure(refused.value)
    assert problem in str(refused.value)
    assert str(path) in str(refused.value)
    assert problem.split(":", maxsplit=1)[0] in capsys.readouterr().err
