"""`wissel overview`: a site, a workbook and JSON for everybody."""

from pathlib import Path
from typing import Annotated

import typer

from wissel.clients.cli.output import busy, note, print_json
from wissel.clients.cli.publishing.data import whole
from wissel.clients.cli.publishing.folder import publish
from wissel.clients.cli.publishing.pages import pages
from wissel.clients.cli.publishing.reading import read
from wissel.clients.cli.publishing.sheets import workbook
from wissel.clients.cli.session import session_of
from wissel.routing.values.days import parse_optional_day

WORKBOOK, DATA = "overzicht.xlsx", "overzicht.json"


def overview(
    context: typer.Context,
    out: Annotated[Path, typer.Option(file_okay=False, help="folder of the site")],
    day: Annotated[str, typer.Option(help="day; by default today")] = "",
) -> None:
    """Write a site that shows everybody which schools are connected, and which systems there are.

    Its pages, a workbook and JSON are files that any web server can hand out, or that open
    from a disk. None of them tells which system a school uses. Made by an operator or a chain
    partner.
    """
    session = session_of(context)
    found = read(session, parse_optional_day(day, "day"))
    with busy(session, "writing"):
        files = {**pages(found), WORKBOOK: workbook(found), DATA: whole(found)}
        publish(out, files)
    connected = sum(bool(each.services) for each in found.locations)
    if session.json:
        print_json(
            {
                "day": found.day.isoformat(),
                "revision": found.revision,
                "locations": len(found.locations),
                "connected": connected,
                "systems": len(found.systems),
                "services": len(found.services),
                "files": sorted(str(out / name) for name in files),
            }
        )
        return
    note(
        f"{out}: {connected} of {len(found.locations)} locations are connected on {found.day}, "
        f"at revision {found.revision}"
    )
