"""School files of DUO as bytes."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from fuzz.shaping import joined, pieces
from fuzz.target import Target, told
from fuzz.world import folder
from support.builders.duo_files import (
    HEADERS,
    board_file,
    board_line,
    file_of,
    header,
    line,
    po_file,
    po_line,
    so_line,
    vo_file,
    vo_line,
    vo_location_line,
)
from wissel.clients.cli.rio.geojson import read_points
from wissel.clients.errors import FileUnusable
from wissel.routing.facts import Board, School
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import BoardNumber, Vestiging
from wissel.routing.values.person_numbers import holds_person_number
from wissel.routing.values.points import Point
from wissel.server.registry.schools.duo.formats import BoardRow, LocationRow, Row, Source
from wissel.server.registry.schools.duo.parsing import ParsedFile, parse
from wissel.server.registry.schools.plan import Known, Plan, plan

_NOTHING: Final = Known(boards={}, schools={})
_DAY: Final = dt.date(2026, 9, 1)
_SOURCES: Final = tuple(Source)
_GOOD: Final = {
    Source.PO_LOCATIONS: po_line(),
    Source.SO_LOCATIONS: so_line(),
    Source.VO_LOCATIONS: vo_location_line(),
    Source.VO_PUPILS: vo_line(),
    Source.VO_BOARDS: board_line(),
    Source.BOARDS: line(
        Source.BOARDS, bevoegd_gezag_nummer="99001", bevoegd_gezag_naam="Stichting Wissel"
    ),
}


def _file_in(data: bytes) -> bytes:
    """Return the file itself for 0, raw lines under a header for 1 to 6, else changed cells."""
    mode, rest = data[0] % (1 + 2 * len(_SOURCES)), data[1:]
    if mode == 0:
        return rest
    source = _SOURCES[(mode - 1) % len(_SOURCES)]
    top = f"{header(source)}\r\n".encode()
    if mode <= len(_SOURCES):
        return top + rest
    lines = [top.rstrip(b"\r\n"), _GOOD[source].encode("cp1252")]
    for selector, content in pieces(rest):
        column = selector % (len(HEADERS[source]) + 1)
        if column == len(HEADERS[source]):  # a new line, of which the next pieces change cells
            lines.append(_GOOD[source].encode("cp1252"))
            continue
        cells = lines[-1].split(b";")
        cells[column % len(cells)] = content
        lines[-1] = b";".join(cells)
    return b"\r\n".join(lines)


def _check_duo(data: bytes) -> str:
    if not data:
        return "nothing"
    written = _file_in(data)
    try:
        found = parse(written, "schools.csv")
    except Refused as refused:
        return f"{told(refused)} {refused.metadata.get('problem', '')[-24:]}"
    for row in _rows(found):
        _require_sound(row)
    keys = [row.key for row in _rows(found)]
    assert len(set(keys)) == len(keys) <= found.line_count
    _require_same_again(found)
    _require_once(found)
    return f"accepted {found.source}"


def _rows(found: ParsedFile) -> tuple[Row, ...]:
    return (*found.locations, *found.boards)


def _require_sound(row: Row) -> None:
    texts: tuple[str, ...]
    match row:
        case LocationRow():
            assert Vestiging.parse(row.vestiging) == row.vestiging
            assert BoardNumber.parse(row.board) == row.board
            assert not row.municipality or len(row.municipality) == 4
            assert not row.postcode or len(row.postcode) == 6
            texts = (row.name, row.city or "")
        case BoardRow():
            assert BoardNumber.parse(row.number) == row.number
            texts = (row.name,)
    for text in texts:
        assert len(text) <= 200
        assert text.isprintable()
        assert text == text.strip()
        assert not holds_person_number(text), "a person's number in a name or place"


def _require_same_again(found: ParsedFile) -> None:
    lines = [_line(found.source, row) for row in _rows(found)]
    written = file_of(found.source, lines)
    if _reads_as_utf8(written):
        return
    again = parse(written, found.name)
    assert (again.locations, again.boards) == (found.locations, found.boards)


def _require_once(found: ParsedFile) -> None:
    """Importing a file again changes nothing; an empty one closes all, and then it reopens all."""
    first = plan(_NOTHING, found, _DAY)
    assert first.closing == 0
    known = _with(_NOTHING, first)
    again = plan(known, found, _DAY)
    assert (again.changes, again.facts) == ((), ())
    closed = plan(known, replace(found, locations=(), boards=()), _DAY)
    assert closed.closing == closed.open_locations == len(found.locations)
    emptied = _with(known, closed)
    assert _with(emptied, plan(emptied, found, _DAY)) == known


def _with(known: Known, planned: Plan) -> Known:
    """Return the schools and boards once a plan has been carried out."""
    boards = {each.number: each for each in planned.facts if isinstance(each, Board)}
    schools = {each.brin: each for each in planned.facts if isinstance(each, School)}
    return Known(boards={**known.boards, **boards}, schools={**known.schools, **schools})


def _line(source: Source, row: Row) -> str:
    if isinstance(row, BoardRow):
        return line(
            source,
            bevoegd_gezag_nummer=row.number,
            bevoegd_gezag_naam=_quoted(row.name),
            kvk_nummer=row.kvk or "",
        )
    cells = {"plaatsnaam": _quoted(row.city or ""), "gemeentenummer": row.municipality or ""}
    if source is Source.VO_PUPILS:
        cells["instellingsnaam_vestiging"] = _quoted(row.name)
        return vo_line(row.vestiging, row.board, **cells)
    cells |= {"vestigingsnaam": _quoted(row.name), "postcode": row.postcode or ""}
    match source:
        case Source.SO_LOCATIONS:
            return so_line(row.vestiging, row.board, **cells)
        case Source.VO_LOCATIONS:
            return vo_location_line(row.vestiging, row.board, **cells)
        case _:
            return po_line(row.vestiging, row.board, **cells)


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"'


def _reads_as_utf8(data: bytes) -> bool:
    if data.isascii():
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


_ODD_CELLS: Final = (
    b'"',
    b'"a"b',
    b'"a;b"',
    b"\0",
    b"\x81",
    b"\xa0",
    b"\xc9lan",
    "Élan".encode(),
    b"111222333",
    b"12345",
    b"x" * 201,
    b"\r",
    b"\n",
    b"",
)


def _duo_seeds() -> Iterable[bytes]:
    for good in (po_file(po_line()), vo_file(vo_line()), board_file(board_line())):
        yield b"\0" + good
        yield b"\0\xef\xbb\xbf" + good
        yield b"\0" + good.replace(b"\r\n", b"\n")
        yield b"\0" + good.decode("cp1252").encode("utf-16")
    for mode, source in enumerate(_SOURCES, start=1):
        yield bytes([mode]) + _GOOD[source].encode()
        yield bytes([mode]) + b"\n" * 50
        for column in range(len(HEADERS[source])):
            yield from (
                bytes([mode + len(_SOURCES)]) + joined([(column, odd)]) for odd in _ODD_CELLS
            )
        last = len(HEADERS[source])
        yield bytes([mode + len(_SOURCES)]) + joined([(last, b""), (2, b"99XA01"), (3, b"99XA01")])


_POINTS: Final = (
    b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": '
    b'{"vestigingscode": "99XA00"}, "geometry": {"type": "Point", "coordinates": [5.4, 52.5]}}]}'
)
_PARTS: Final = (b'"99XA00"', b"[5.4, 52.5]", b'"Point"', b'"properties"', b"5.4", b'"features"')


def _check_points(data: bytes) -> str:
    """Read a file of points: raw for 0, else with some of its parts replaced by the rest."""
    if not data:
        return "nothing"
    content = data[1:]
    if data[0] % (1 + len(_PARTS)):
        content = _POINTS.replace(_PARTS[data[0] % (1 + len(_PARTS)) - 1], content)
    path = folder() / "points.geojson"
    path.write_bytes(content)
    try:
        points = read_points(path)
    except FileUnusable as unusable:
        said = str(unusable)
        assert str(path) in said
        assert not holds_person_number(said.replace(str(path), ""))
        return said.replace(str(path), "")[:40]
    for each in points:
        Point.parse(each.latitude, each.longitude, Vestiging.parse(each.vestiging))
    return f"{min(len(points), 2)} points"


def _points_seeds() -> Iterable[bytes]:
    yield b"\0" + _POINTS
    yield b"\0PK\x03\x04" + _POINTS
    odd = (b"null", b"1e999", b"NaN", b'"111222333"', b"[[5.4]]", b"{}", b"-1", b"\xff", b"[" * 500)
    for part in range(1, 1 + len(_PARTS)):
        yield from (bytes([part]) + each for each in odd)


TARGETS: Final = (
    Target(name="duo", check=_check_duo, seeds=_duo_seeds),
    Target(name="points", check=_check_points, seeds=_points_seeds),
)
