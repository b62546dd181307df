"""`wissel swv import` and `wissel swv postcodes`: samenwerkingsverbanden and their regions."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from wissel.clients.cli.output import as_data, busy, note, print_json, print_rows
from wissel.clients.cli.session import session_of
from wissel.clients.cli.tables.csv_files import Problems, Row, read_csv
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import KvkNumber, Oin, Postcode4, Swv
from wissel.school.v1 import school_pb2
from wissel.school.v1 import school_service_pb2 as pb
from wissel.school.v1.school_service_pb2_grpc import SamenwerkingsverbandServiceStub

T = TypeVar("T")

_SWVS: Final[Mapping[str, Sequence[str]]] = {
    "swv": ("code", "samenwerkingsverband"),
    "name": ("naam",),
    "oin": (),
    "kvk": ("kvk nummer", "kvknummer", "kvk_number"),
}
_POSTCODES: Final[Mapping[str, Sequence[str]]] = {
    "pc4": ("postcode", "postcode4"),
    "swv_po": (),
    "swv_vo": (),
}
Csv = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV")]


def import_swvs(context: typer.Context, file: Csv) -> None:
    """Record the samenwerkingsverbanden of a list with swv, name and oin; needs --reason."""
    session = session_of(context)
    rows = _read(file, read_csv(file, _SWVS, ("swv", "name", "oin")), _swv)
    request = pb.ImportSamenwerkingsverbandenRequest(samenwerkingsverbanden=rows)
    with busy(session, file.name):
        done = session.call(
            lambda c: SamenwerkingsverbandServiceStub(c).ImportSamenwerkingsverbanden, request
        )
    if session.json:
        print_json(as_data(done))
        return
    note(f"{file.name}: {len(rows)} samenwerkingsverbanden, revision {done.revision}")
    kinds = (("new", done.new_swvs), ("changed", done.changed_swvs))
    print_rows(["SWV", "WHAT"], [[swv, what] for what, found in kinds for swv in found])


def import_postcodes(context: typer.Context, file: Csv) -> None:
    """Record in whose region postcodes are, from pc4, swv_po and swv_vo; needs --reason."""
    session = session_of(context)
    areas = _read(file, read_csv(file, _POSTCODES, tuple(_POSTCODES)), _area)
    request = pb.ImportPostcodesRequest(areas=areas)
    with busy(session, file.name):
        done = session.call(lambda c: SamenwerkingsverbandServiceStub(c).ImportPostcodes, request)
    if session.json:
        print_json(as_data(done))
        return
    note(
        f"{file.name}: {len(areas)} postcodes, {done.changed_count} of them new or in another "
        f"region, revision {done.revision}"
    )
    if done.unregistered_swvs:
        note(
            f"{len(done.unregistered_swvs)} samenwerkingsverbanden are not registered: "
            f"{', '.join(done.unregistered_swvs)}"
        )


def _read(file: Path, rows: Sequence[Row], read: Callable[[Mapping[str, str]], T]) -> list[T]:
    """Return what the rows of a file say; raises `FileUnusable` with the lines that are wrong."""
    problems, found = Problems(str(file)), []
    for row in rows:
        try:
            found.append(read(row.cells))
        except Refused as refused:
            problems.add(row.line, f"{refused.metadata.get('value', '')!r} is no {refused.field}")
    problems.refuse()
    return found


def _swv(cells: Mapping[str, str]) -> school_pb2.Samenwerkingsverband:
    return school_pb2.Samenwerkingsverband(
        swv=Swv.parse(cells["swv"]),
        name=cells["name"],
        oin=Oin.parse(cells["oin"]),
        kvk_number=KvkNumber.parse(cells["kvk"]) if cells["kvk"] else "",
    )


def _area(cells: Mapping[str, str]) -> pb.PostcodeArea:
    return pb.PostcodeArea(
        postcode=Postcode4.parse(cells["pc4"]),
        swv_po=Swv.parse(cells["swv_po"]) if cells["swv_po"] else "",
        swv_vo=Swv.parse(cells["swv_vo"]) if cells["swv_vo"] else "",
    )
