"""`wissel agreement`: who has signed what."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from typing import Annotated, Final

import typer

from wissel.agreement.v1 import agreement_service_pb2 as pb
from wissel.agreement.v1.agreement_service_pb2_grpc import AgreementServiceStub
from wissel.clients.cli.impact import DryRun, show_outcome
from wissel.clients.cli.output import Column, period, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import session_of

app = typer.Typer(help="Agreements of boards and vendors.", no_args_is_help=True)
_AGREEMENT: Final[list[Column]] = [
    ("ID", "agreement_id"),
    ("SIGNATORY", lambda each: each.board_number or each.swv or each.party_oin),
    ("KIND", "kind"),
    ("PERIOD", period),
]
Board = Annotated[str, typer.Option(help="a school board, five digits")]
Swv = Annotated[str, typer.Option(help="a samenwerkingsverband")]
PartyOin = Annotated[str, typer.Option(help="a vendor, by OIN")]


@app.command()
def record(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(help="KENNISNET_OSR, OSO, OSO_SWV_EXTENSION, VENDOR_OSR or VENDOR_OSO"),
    ],
    board: Board = "",
    swv: Swv = "",
    party: PartyOin = "",
    start: Annotated[str, typer.Option(help="first day; by default today")] = "",
    dry_run: DryRun = False,
) -> None:
    """Record a signed agreement of a board, a samenwerkingsverband or a vendor."""
    if len([each for each in (board, swv, party) if each]) != 1:
        raise typer.BadParameter("say one of --board, --swv or --party")
    session = session_of(context)
    request = pb.RecordAgreementRequest(kind=kind, start_date=start, validate_only=dry_run)
    if board:
        request.board_number = board
    elif swv:
        request.swv = swv
    else:
        request.party_oin = party
    done = session.call(lambda c: AgreementServiceStub(c).RecordAgreement, request)
    show_outcome(session, done, "agreement", _AGREEMENT)


@app.command()
def terminate(
    context: typer.Context,
    agreement: str,
    end: Annotated[str, typer.Option(help="last day; by default yesterday: it has ended")] = "",
    etag: Annotated[str, typer.Option(help="only if it has not changed since")] = "",
    dry_run: DryRun = False,
) -> None:
    """End an agreement; OSO_SWV_EXTENSION lapses with OSO."""
    session = session_of(context)
    request = pb.TerminateAgreementRequest(
        agreement_id=agreement, end_date=end, etag=etag, validate_only=dry_run
    )
    done = session.call(lambda c: AgreementServiceStub(c).TerminateAgreement, request)
    show_outcome(session, done, "agreements", _AGREEMENT)


@app.command("list")
def list_agreements(
    context: typer.Context,
    board: Board = "",
    swv: Swv = "",
    party: PartyOin = "",
    limit: Limit = 1000,
) -> None:
    """List agreements in order of id."""
    session = session_of(context)
    request = pb.ListAgreementsRequest(board_number=board, swv=swv, party_oin=party)
    found = collect(
        session,
        lambda c: AgreementServiceStub(c).ListAgreements,
        request,
        lambda page: page.agreements,
        limit,
    )
    show_all(session, found, _AGREEMENT)
