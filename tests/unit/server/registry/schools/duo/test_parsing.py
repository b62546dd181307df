"""Reading DUO's school files: every kind of line, good and broken."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support.builders.duo_files import (
    FIXTURES,
    board_file,
    board_line,
    file_of,
    po_file,
    po_line,
    so_line,
    vo_file,
    vo_line,
    vo_location_line,
)
from wissel.routing.facts import Sector
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Vestiging
from wissel.server.registry.schools.broken_lines import MAX_PROBLEMS
from wissel.server.registry.schools.duo.formats import BoardRow, LocationRow, Source
from wissel.server.registry.schools.duo.parsing import MAX_FILE_BYTES, parse

_LATIN_IN_UTF8 = re.compile(rb"[\xc3-\xc5][\x80-\xbf]")
_NAMES = st.text(
    st.characters(codec="cp1252", exclude_categories=["C", "Z"]), min_size=1, max_size=200
)


def problem_of(data: bytes) -> tuple[str, str]:
    """Return the line and the problem with which a file is refused."""
    with pytest.raises(Refused) as caught:
        parse(data, "schools.csv")
    assert caught.value.reason == Reason.FILE_LINE_INVALID
    assert caught.value.metadata["file"] == "schools.csv"
    return caught.value.metadata["line"], caught.value.metadata["problem"]


def test_a_primary_location() -> None:
    parsed = parse(po_file(po_line(postcode="9306 TC", gemeentenummer="0034")), "po.csv")

    assert parsed.source == Source.PO_LOCATIONS
    assert parsed.line_count == 1
    assert parsed.locations == (
        LocationRow(
            board=BoardNumber("99001"),
            vestiging=Vestiging("99XA00"),
            name="School 99XA00",
            city="WISSELDORP",
            municipality="0034",
            postcode="9306TC",
            sector=Sector.PO,
        ),
    )


@pytest.mark.parametrize(
    ("kind", "sector"),
    [
        ("(V)SO", Sector.SO),
        ("VSO", Sector.SO),
        ("so", Sector.SO),
        ("SBO", Sector.PO),
        ("Sbo", Sector.PO),
        ("BAO", Sector.PO),
        (" ", None),
        ("HBO", None),
    ],
)
def test_sbo_is_of_primary_education_and_vso_is_special(kind: str, sector: Sector | None) -> None:
    data = file_of(Source.SO_LOCATIONS, [so_line(soort_primair_onderwijs=kind, cluster="4")])

    assert [row.sector for row in parse(data).locations] == [sector]


@pytest.mark.parametrize(("cluster", "sector"), [("3/4", Sector.SO), (" ", None)])
def test_without_its_kind_only_a_location_with_a_cluster_is_known_to_be_special(
    cluster: str, sector: Sector | None
) -> None:
    data = file_of(Source.SO_LOCATIONS, [so_line(soort_primair_onderwijs="SO", cluster=cluster)])

    (row,) = parse(data.replace(b"SOORT PRIMAIR ONDERWIJS", b"SOORT")).locations

    assert row.sector is sector


@pytest.mark.parametrize(
    ("source", "line"),
    [(Source.VO_LOCATIONS, vo_location_line()), (Source.VO_PUPILS, vo_line())],
)
def test_a_file_of_secondary_education_tells_its_sector(source: Source, line: str) -> None:
    assert [row.sector for row in parse(file_of(source, [line])).locations] == [Sector.VO]


def test_a_secondary_location_has_no_postcode_column() -> None:
    (row,) = parse(vo_file(vo_line(gemeentenummer="60"))).locations

    assert row.postcode is None
    assert row.municipality == "0060"


def test_a_secondary_board_without_a_kvk_number() -> None:
    parsed = parse(board_file(board_line("99004", "Vereniging Zonder Scholen")))

    assert parsed.boards == (
        BoardRow(number=BoardNumber("99004"), name="Vereniging Zonder Scholen", kvk=""),
    )


def test_a_single_blank_is_an_empty_cell() -> None:
    (row,) = parse(po_file(po_line(postcode=" ", gemeentenummer=" ", plaatsnaam=" "))).locations

    assert (row.postcode, row.municipality, row.city) == ("", "", "")


def test_a_quoted_cell_may_hold_quotes_and_semicolons() -> None:
    quoted = po_line(vestigingsnaam='"Basisschool ""Het Sein""; locatie 2"')

    (row,) = parse(po_file(quoted)).locations

    assert row.name == 'Basisschool "Het Sein"; locatie 2'


def test_accents_are_windows_1252() -> None:
    (row,) = parse(po_file(po_line(vestigingsnaam="Élan – café"))).locations  # noqa: RUF001

    assert row.name == "Élan – café"  # noqa: RUF001


@pytest.mark.parametrize("change", [lambda data: data.replace(b"\r\n", b"\n"), bytes.rstrip])
def test_other_line_ends_read_the_same(change: Callable[[bytes], bytes]) -> None:
    data = po_file(po_line("99XA00"), po_line("99XA01", gemeentenummer="0099"))

    assert parse(change(data)).locations == parse(data).locations


def test_an_equal_line_counts_once() -> None:
    parsed = parse(po_file(po_line(), po_line()))

    assert len(parsed.locations) == 1
    assert parsed.line_count == 2


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (po_line() + ";x", "32 columns instead of 31"),
        ("x", "1 columns instead of 31"),
        (po_line(instellingscode="99xa"), "'99xa' is no BRIN"),
        (po_line(instellingscode="9XXA"), "'9XXA' is no BRIN"),
        (po_line(vestigingscode="99XA0"), "'99XA0' is no vestiging"),
        (po_line(vestigingscode="99XB00"), "vestiging 99XB00 is not of BRIN 99XA"),
        (po_line(board="9901"), "'9901' is no board number"),
        (po_line(board="123456782"), "'(not shown)' is no board number"),
        (po_line(vestigingsnaam=" "), "the name is empty"),
        (po_line(vestigingsnaam="x" * 201), "the name is longer than 200 characters"),
        (po_line(postcode="0123 AB"), "the postcode is malformed"),
        (po_line(gemeentenummer="12345"), "the gemeentenummer is malformed"),
        (po_line(vestigingsnaam="Sein\x07huis"), "it holds a control character"),
        (po_line(vestigingsnaam='"Sein'), "a quote is not closed, or closed in the middle"),
        (po_line(vestigingsnaam='"Sein"huis'), "a quote is not closed, or closed in the middle"),
        (po_line("99XZ00", vestigingsnaam="Other"), "99XZ00 stands with another content on line 2"),
        (po_line("99XZ01", board="99002"), "BRIN 99XZ has another board on line 2"),
    ],
)
def test_a_broken_line_is_told_with_its_number(broken: str, problem: str) -> None:
    line, told = problem_of(po_file(po_line("99XZ00"), broken))

    assert line == "3"
    assert told.startswith(problem)


def test_a_broken_line_of_a_board_file() -> None:
    line, problem = problem_of(board_file(board_line(), board_line("99002", kvk_nummer="123")))

    assert (line, problem) == ("3", "the KvK number is malformed")


def test_a_byte_that_windows_1252_does_not_have() -> None:
    data = po_file(po_line(vestigingsnaam="Sein@huis")).replace(b"@", b"\x81")

    assert problem_of(data) == ("2", "byte 25 is no Windows-1252")


def test_a_file_of_two_encodings() -> None:
    data = po_file(po_line(vestigingsnaam="Élan"), po_line("99XC00", vestigingsnaam="@"))

    mixed = data.replace(b"@", "Caf\u00e9".encode())

    assert problem_of(mixed) == ("3", "it is UTF-8, and the file as a whole is not")


def test_bytes_that_are_no_utf_8_in_a_file_that_says_so() -> None:
    data = b"\xef\xbb\xbf" + po_file(po_line(vestigingsnaam="\u00c9lan"))

    assert problem_of(data) == ("2", "byte 21 is no UTF-8")


def test_the_first_problems_of_many_are_named() -> None:
    broken = [po_line("99XA00", vestigingsnaam=f"Name {number}") for number in range(31)]

    with pytest.raises(Refused) as caught:
        parse(po_file(*broken))

    named = caught.value.metadata["problems"].split("; ")
    assert caught.value.metadata["count"] == "30"
    assert len(named) == MAX_PROBLEMS
    assert named[0] == "line 3: 99XA00 stands with another content on line 2"


def test_a_file_over_the_limit_is_not_read() -> None:
    with pytest.raises(Refused) as caught:
        parse(bytes(MAX_FILE_BYTES + 1))

    assert caught.value.reason == Reason.FILE_TOO_LARGE


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("folder/po.csv", "po.csv"),
        ("C:\\schools\\po.csv", "po.csv"),
        ("", "the file"),
        ("leerling 111222333.csv", "the file"),
        ("a\nb", "the file"),
    ],
)
def test_a_message_repeats_only_a_harmless_file_name(given_name: str, shown: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(b"", given_name)

    assert caught.value.metadata["file"] == shown


@given(name=_NAMES, city=_NAMES)
def test_what_is_written_is_read_back(name: str, city: str) -> None:
    data = po_file(po_line(vestigingsnaam=_quoted(name), plaatsnaam=_quoted(city)))
    assume(not _also_utf8(data) and not _LATIN_IN_UTF8.search(data))

    (row,) = parse(data).locations

    assert (row.name, row.city) == (name, city)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tail: bytes) -> None:
    outcome = _outcome(po_file(po_line()) + tail)

    assert outcome in {Source.PO_LOCATIONS, Reason.FILE_LINE_INVALID}


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_the_shipped_files_can_be_read(path: Path) -> None:
    assert parse(path.read_bytes(), path.name).line_count > 0


def _outcome(data: bytes) -> str:
    try:
        return parse(data).source
    except Refused as refused:
        return refused.reason


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"'


def _also_utf8(data: bytes) -> bool:
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
