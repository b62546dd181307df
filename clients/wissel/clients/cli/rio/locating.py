"""`wissel schools locate`: where locations of schools are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from wissel.clients.cli.output import as_data, note, print_json, print_rows
from wissel.clients.cli.rio.geojson import read_points
from wissel.clients.cli.session import session_of
from wissel.school.v1 import school_service_pb2 as pb
from wissel.school.v1.school_service_pb2_grpc import SchoolServiceStub


def locate(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="GeoJSON, may be zipped")
    ],
    unknown: Annotated[
        bool, typer.Option("--unknown", help="list also those that the register does not know")
    ] = False,
) -> None:
    """Record where locations are, by `vestigingscode`; needs --reason."""
    session = session_of(context)
    points = read_points(file)
    request = pb.LocateSchoolsRequest(points=points)
    done = session.call(lambda c: SchoolServiceStub(c).LocateSchools, request)
    if session.json:
        print_json(as_data(done))
        return
    note(
        f"{file.name}: {len(points)} points, {done.located_count} locations have a new or another "
        f"one, revision {done.revision}"
    )
    kinds: list[tuple[str, Sequence[str], bool]] = [
        ("not in the register", done.unknown_vestigingen, unknown),
        ("more than once in the file, the first counts", done.doubled_vestigingen, True),
        ("open, still without a point", done.unlocated_vestigingen, True),
    ]
    print_rows(
        ["LOCATION", "WHAT"],
        [[each, words] for words, found, listed in kinds for each in found if listed],
    )
    for words, found, _ in kinds:
        note(f"{len(found)} {words}")
