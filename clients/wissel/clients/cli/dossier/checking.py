"""`wissel dossier check` and `show`: they work on files alone and ask no hub."""

import importlib.util
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from wissel.clients.cli.failing import EXIT_REFUSED
from wissel.clients.cli.output import note, print_json, print_rows, say
from wissel.clients.cli.session import session_of
from wissel.clients.errors import DossierUnusable
from wissel.clients.storage.atomic_write import write_atomically

if TYPE_CHECKING:  # lxml comes with an extra
    from wissel.clients.dossier.findings import Report

app = typer.Typer(help="Check dossiers, and show them to people.", no_args_is_help=True)

_TITLES: Final = ("LINE", "RULE", "PLACE", "WHAT")
_MISSING: Final = "reading dossiers needs lxml. Fix: pip install 'wissel[dossier]'"

Folder = Annotated[
    Path | None,
    typer.Option(
        "--gegevensset",
        envvar="WISSEL_GEGEVENSSET",
        help="folder with OSO_gegevensset.xsd; without it the form is not checked",
    ),
]
Codes = Annotated[
    Path | None,
    typer.Option(
        envvar="WISSEL_TOETSCODES",
        help="list of the tests that may be sent (toetscodelijst); without it codes are not judged",
    ),
]


@app.command()
def check(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="dossiers, as XML")],
    gegevensset: Folder = None,
    toetscodes: Codes = None,
) -> None:
    """Check dossiers against the OSO gegevensset 2019.1; exit code 1 if one is unfit."""
    reports = [(file, _checked(_bytes_of(file), gegevensset, toetscodes)) for file in files]
    if session_of(context).json:
        print_json([_as_data(file, report) for file, report in reports])
    else:
        for file, report in reports:
            _print(file, report)
    if not all(report.passed for _, report in reports):
        raise typer.Exit(EXIT_REFUSED)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="a dossier, as XML")],
    out: Annotated[Path | None, typer.Option(help="the page to write; without it: stdout")] = None,
    gegevensset: Folder = None,
    toetscodes: Codes = None,
) -> None:
    """Write a dossier as an HTML page for a person; nothing in it is executed or fetched.

    The page holds all that the dossier holds, so keep it as you keep the dossier.
    """
    data = _bytes_of(file)
    report = _checked(data, gegevensset, toetscodes)
    from wissel.clients.dossier.reading import Unreadable  # noqa: PLC0415 - needs the extra
    from wissel.clients.dossier.showing.page import page  # noqa: PLC0415

    try:
        written = page(data, report)
    except Unreadable as unreadable:
        message = f"{file}: {unreadable.finding.rule}: {unreadable.finding.sentence}"
        raise DossierUnusable(message) from None
    if out is None:
        sys.stdout.buffer.write(written)
    else:
        write_atomically(out, written)
        note(f"{out}: the page of {file.name}")


def _checked(data: bytes, folder: Path | None, codes: Path | None) -> "Report":
    if importlib.util.find_spec("lxml") is None:
        raise DossierUnusable(_MISSING)
    from wissel.clients.dossier.checking import check as check_dossier  # noqa: PLC0415
    from wissel.clients.dossier.schema import Schema  # noqa: PLC0415
    from wissel.clients.dossier.toetscodes import read_toetscodes  # noqa: PLC0415

    return check_dossier(
        data,
        schema=Schema.of_folder(folder) if folder else None,
        toetscodes=read_toetscodes(codes) if codes else None,
    )


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}"
        raise DossierUnusable(msg) from None


def _as_data(file: Path, report: "Report") -> dict[str, Any]:
    return {"file": str(file), "passed": report.passed, **asdict(report)}


def _print(file: Path, report: "Report") -> None:
    profile = f" ({report.profile})" if report.profile else ""
    warned = len(report.findings) - len(report.errors)
    state = "passes" if report.passed else f"is unfit: {len(report.errors)} errors"
    say(f"{file}{profile} {state}{f', {warned} warnings' if warned else ''}")
    if report.findings:
        rows = [
            [str(each.line or ""), _rule(each.rule, each.severity), each.path, each.sentence]
            for each in report.findings
        ]
        print_rows(_TITLES, rows)
    for each in report.unchecked:
        note(each)


def _rule(rule: str, severity: str) -> str:
    return rule if severity == "ERROR" else f"{rule} (warning)"
