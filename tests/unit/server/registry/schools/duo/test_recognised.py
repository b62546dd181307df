"""Which files of DUO are recognised, and what is said of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.builders.duo_files import (
    board_line,
    file_of,
    header,
    po_file,
    po_line,
    so_line,
    vo_line,
    vo_location_line,
)
from support.paths import SHARED
from wissel.routing.facts import Sector
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Vestiging
from wissel.server.registry.schools.duo.formats import BoardRow, LocationRow, Source
from wissel.server.registry.schools.duo.parsing import parse


def unknown(data: bytes) -> Refused:
    """Return the refusal of a file that is of no known kind."""
    with pytest.raises(Refused) as caught:
        parse(data, "schools.csv")
    assert caught.value.reason == Reason.FILE_UNKNOWN
    return caught.value


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_in_utf_8_reads_the_same(mark: bytes) -> None:
    data = po_file(po_line(), po_line("99XC00", vestigingsnaam="Élan"))

    converted = mark + data.decode("cp1252").encode("utf-8")

    assert parse(converted).locations == parse(data).locations


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "its first line is empty"),
        (b"\r\n", "its first line is empty"),
        (
            b"PK\x03\x04\x14\x00",
            "it is an Excel workbook (.xlsx) or another zip file; save it as CSV",
        ),
        (po_file().decode("cp1252").encode("utf-16"), "it is UTF-16; save it as CSV in UTF-8"),
        (b"<!DOCTYPE html>", "it is a web page or XML; fetch the file in CSV"),
        (b"Name;City\n", "its first line names no column that the hub knows: Name, City"),
        (
            b"111222333;City\n",
            "its first line names no column that the hub knows: (not shown), City",
        ),
        (b"x" * 20_000, "its first line is longer than 16384 bytes"),
    ],
)
def test_a_file_of_another_kind_is_named(data: bytes, told: str) -> None:
    refused = unknown(data)

    assert refused.metadata == {"file": "schools.csv", "problem": told}


def test_what_a_file_lacks_is_named_column_by_column() -> None:
    columns = header(Source.PO_LOCATIONS).replace("VESTIGINGSCODE", "VESTIGING NR")
    data = columns.replace(";POSTCODE;", ";").encode()

    refused = unknown(data)

    assert refused.metadata == {
        "file": "schools.csv",
        "kind": "school locations of primary education",
        "lacking": "VESTIGINGSCODE (it has VESTIGING NR); "
        "POSTCODE (it has POSTCODE CORRESPONDENTIEADRES)",
    }


@pytest.mark.parametrize(
    ("source", "row"),
    [
        (Source.PO_LOCATIONS, po_line("99XZ00", "99001")),
        (Source.SO_LOCATIONS, so_line("99XZ00", "99001")),
        (Source.VO_LOCATIONS, vo_location_line("99XZ00", "99001")),
        (Source.VO_PUPILS, vo_line("99XZ00", "99001")),
        (Source.VO_BOARDS, board_line("99001")),
    ],
)
@given(data=st.data())
def test_a_file_is_known_whatever_its_order_quoting_delimiter_and_encoding(
    source: Source, row: str, data: st.DataObject
) -> None:
    columns, cells = header(source).split(";"), row.split(";")
    plain = parse(file_of(source, [row]))

    order = data.draw(st.permutations(range(len(columns))))
    extra = data.draw(st.integers(0, len(columns)))
    quoted, delimiter = data.draw(st.booleans()), data.draw(st.sampled_from(";,\t"))
    written = [
        delimiter.join(
            _as(value, quoted) for value in _with(extra, name, [values[at] for at in order])
        )
        for name, values in (("NIEUWE KOLOM", columns), ("iets", cells))
    ]
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    read = parse((end.join(written) + end).encode(encoding))

    assert (read.source, read.locations, read.boards) == (source, plain.locations, plain.boards)


def _as(value: str, quoted: bool) -> str:
    return f'"{value}"' if quoted else value


def _with(at: int, extra: str, values: list[str]) -> list[str]:
    return [*values[:at], extra, *values[at:]]


def test_a_board_of_the_portal_has_its_leading_zero_again() -> None:
    data = (
        '\ufeff"BEVOEGD GEZAG NUMMER","BEVOEGD GEZAG NAAM","PLAATSNAAM","KVK-NUMMER"\n'
        '"99001","Stichting Wissel, Noord","WISSELDORP","1180264"\n'
    )

    parsed = parse(data.encode())

    assert parsed.source == Source.BOARDS
    assert parsed.boards == (
        BoardRow(number=BoardNumber("99001"), name="Stichting Wissel, Noord", kvk="01180264"),
    )


def test_a_file_without_a_column_says_nothing_of_it() -> None:
    data = (
        b"INSTELLINGSCODE;VESTIGINGSNUMMER;BEVOEGD GEZAG NUMMER;VESTIGINGSNAAM;ONDERWIJSSTRUCTUUR\n"
        b"99XB;02;99002;School;HAVO\n"
    )

    (row,) = parse(data).locations

    assert row == LocationRow(
        board=BoardNumber("99002"),
        vestiging=Vestiging("99XB02"),
        name="School",
        sector=Sector.VO,
    )


def test_empty_lines_and_a_separator_line_are_passed_over() -> None:
    data = po_file(po_line(), "", po_line("99XA01"), "", "")

    parsed = parse(b"sep=;\r\n" + data)

    assert parsed.line_count == 2
    assert parsed.locations == parse(po_file(po_line(), po_line("99XA01"))).locations


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("duo/02.-alle-schoolvestigingen-basisonderwijs.csv", Source.PO_LOCATIONS),
        ("duo/03.-bevoegde-gezagen-vo.csv", Source.VO_BOARDS),
        ("duo/03.-leerlingen-vo-per-vestiging-en-bestuur-2022.csv", Source.VO_PUPILS),
        ("duo-2026/02.-alle-schoolvestigingen-basisonderwijs.2026-04.csv", Source.PO_LOCATIONS),
        ("duo-2026/02.-alle-vestigingen-vo.head.csv", Source.VO_LOCATIONS),
        ("duo-2026/03.-leerlingen-vo-per-vestiging-2025.head.csv", Source.VO_PUPILS),
        ("duo-2026/09.-alle-vestigingen-sbo-so-en-vso.head.csv", Source.SO_LOCATIONS),
    ],
)
def test_the_files_of_duo_can_be_read(path: str, source: Source) -> None:
    place = SHARED / "data" / path
    if not place.exists():
        pytest.skip("DUO's own files are not here")

    parsed = parse(place.read_bytes(), place.name)

    assert parsed.source == source
    keys = {row.key for row in parsed.locations} | {row.key for row in parsed.boards}
    assert parsed.line_count == len(keys) > 0
