"""`wissel mandate`: which system may act for which school."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from typing import Annotated, Any, Final

import typer

from wissel.clients.addressing import organisation as named
from wissel.clients.cli.history.moments import AsKnownAt, known_at
from wissel.clients.cli.impact import DryRun, show_outcome
from wissel.clients.cli.output import Column, note, organisation, period, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import Session, session_of
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.routing.values.identifiers import Oin

app = typer.Typer(help="Mandates: who may act for a school.", no_args_is_help=True)
MANDATE: Final[list[Column]] = [
    ("ID", "mandate_id"),
    ("ORGANISATION", organisation),
    ("SERVICE", "service"),
    ("SYSTEM", "system_id"),
    ("PERIOD", period),
    ("STATUS", "status"),
    ("PROCESSING", "processing"),
]
OUTCOME: Final[list[Column]] = [*MANDATE, ("REJECTION", "rejection")]
_MORE: Final[list[tuple[str, str]]] = [
    ("VENDOR", "party_oin"),
    ("GIVEN", "created_time"),
    ("BOARD", "board_number"),
    ("EXPECTED BY", "processing_due_date"),
    ("ACTS FROM", "acts_from_date"),
    ("SWITCHED TO", "switched_to_mandate_id"),
    ("PROVIDES UNTIL", "provides_until_date"),
    ("ETAG", "etag"),
]
_PENDING: Final[list[Column]] = [
    *MANDATE[:5],
    ("GIVEN", "created_time"),
    ("EXPECTED BY", "processing_due_date"),
    ("OVERDUE", "overdue"),
]
Etag = Annotated[str, typer.Option(help="only if it has not changed since")]
Moment = Annotated[str, typer.Option(help="last day, yyyy-mm-dd")]
Now = Annotated[bool, typer.Option("--immediately", help="now")]


@app.command()
def create(
    context: typer.Context,
    organisation: Annotated[str, typer.Argument(help="BRIN or samenwerkingsverband")],
    service: str,
    system: str,
    start: Annotated[str, typer.Option(help="first day; by default today")] = "",
    end: Annotated[str, typer.Option(help="last day; by default none")] = "",
    dry_run: DryRun = False,
) -> None:
    """Give a mandate: this system may act for this organisation, for this service."""
    session = session_of(context)
    request = pb.CreateMandateRequest(
        service=service,
        system_id=system,
        start_date=start,
        end_date=end,
        validate_only=dry_run,
        **named(organisation),
    )
    done = session.call(lambda c: MandateServiceStub(c).CreateMandate, request)
    show_outcome(session, done, "mandate", MANDATE)
    tell_steps(session, done.mandate)


@app.command("list")
def list_mandates(
    context: typer.Context,
    organisation: Annotated[str, typer.Argument(help="BRIN or samenwerkingsverband")] = "",
    board: Annotated[str, typer.Option(help="only of the schools of this board")] = "",
    service: Annotated[str, typer.Option(help="only for this service")] = "",
    system: Annotated[str, typer.Option(help="only to this system")] = "",
    status: Annotated[str, typer.Option(help="PLANNED, ACTIVE or ENDED, on the day")] = "",
    processing: Annotated[str, typer.Option(help="such as AWAITING or REJECTED")] = "",
    on: Annotated[str, typer.Option(help="day; by default today")] = "",
    ended: Annotated[bool, typer.Option("--ended", help="ended ones too")] = False,
    limit: Limit = 1000,
) -> None:
    """List mandates: a vendor's own, a service's owner those for it, an operator's all."""
    session = session_of(context)
    request = pb.ListMandatesRequest(
        board_number=board,
        service=service,
        system_id=system,
        status=status,
        processing=processing,
        on_date=on,
        include_ended=ended,
        **named(organisation),
    )
    found = collect(
        session, lambda c: MandateServiceStub(c).ListMandates, request, lambda p: p.mandates, limit
    )
    show_all(session, found, MANDATE)


@app.command("show")
def show_mandate(context: typer.Context, mandate: str) -> None:
    """Show a mandate."""
    session = session_of(context)
    request = pb.GetMandateRequest(mandate_id=mandate)
    found = session.call(lambda c: MandateServiceStub(c).GetMandate, request).mandate
    show(
        session,
        found,
        [*OUTCOME, *((title, name) for title, name in _MORE if getattr(found, name))],
    )
    tell_steps(session, found)


@app.command()
def update(
    context: typer.Context,
    mandate: str,
    start: Annotated[str | None, typer.Option(help="new first day, while it is to start")] = None,
    end: Annotated[str | None, typer.Option(help="new last day; '' for none")] = None,
    etag: Etag = "",
    dry_run: DryRun = False,
) -> None:
    """Change the end date, and the start date while it is still to come."""
    session = session_of(context)
    request = pb.UpdateMandateRequest(
        mandate_id=mandate, start_date=start, end_date=end, etag=etag, validate_only=dry_run
    )
    done = session.call(lambda c: MandateServiceStub(c).UpdateMandate, request)
    show_outcome(session, done, "mandate", MANDATE)


@app.command("end")
def end_mandate(
    context: typer.Context,
    mandate: str,
    on: Moment = "",
    immediately: Now = False,
    etag: Etag = "",
    dry_run: DryRun = False,
) -> None:
    """End a mandate after a day, or immediately: then no route uses it any more."""
    session = session_of(context)
    request = pb.EndMandateRequest(
        mandate_id=mandate, etag=etag, validate_only=dry_run, **moment(on, immediately)
    )
    done = session.call(lambda c: MandateServiceStub(c).EndMandate, request)
    show_outcome(session, done, "mandate", MANDATE)


@app.command()
def withdraw(
    context: typer.Context, mandate: str, etag: Etag = "", dry_run: DryRun = False
) -> None:
    """Take a mandate back before its first day."""
    session = session_of(context)
    request = pb.WithdrawMandateRequest(mandate_id=mandate, etag=etag, validate_only=dry_run)
    done = session.call(lambda c: MandateServiceStub(c).WithdrawMandate, request)
    show_outcome(session, done, "mandate", MANDATE)


@app.command()
def pending(
    context: typer.Context,
    service: Annotated[str, typer.Option(help="only for this service")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="only what waits too long")] = False,
    limit: Limit = 1000,
) -> None:
    """List what waits for you, the owner of its service; oldest first."""
    session = session_of(context)
    request = pb.ListPendingMandatesRequest(service=service, overdue=overdue)
    found = collect(
        session,
        lambda c: MandateServiceStub(c).ListPendingMandates,
        request,
        lambda page: page.mandates,
        limit,
    )
    show_all(session, found, _PENDING)


@app.command()
def process(
    context: typer.Context,
    mandate: str,
    reject: Annotated[
        bool, typer.Option("--reject", help="reject it; --reason is what the board reads")
    ] = False,
    etag: Etag = "",
    dry_run: DryRun = False,
) -> None:
    """Say that you, the owner of its service, have processed a mandate, or reject it."""
    session = session_of(context)
    request = pb.ProcessMandateRequest(
        mandate_id=mandate,
        processing="REJECTED" if reject else "PROCESSED",
        etag=etag,
        validate_only=dry_run,
    )
    done = session.call(lambda c: MandateServiceStub(c).ProcessMandate, request)
    show_outcome(session, done, "mandate", OUTCOME)


@app.command()
def validate(
    context: typer.Context,
    organisation: Annotated[str, typer.Argument(help="BRIN, samenwerkingsverband or OIN")],
    service: Annotated[str, typer.Argument(help="service code, or namespace of a version")],
    supplier: Annotated[str, typer.Argument(help="OIN of the vendor, or of its system")],
    on: Annotated[str, typer.Option(help="day; by default today")] = "",
    as_known_at: AsKnownAt = "",
) -> None:
    """Ask whether a vendor may act for a school: OK (exit 0) or NOK (exit 1)."""
    session = session_of(context)
    request = pb.ValidateMandateRequest(
        supplier_oin=supplier, reference_date=on, **known_at(as_known_at)
    )
    if Oin.pattern.fullmatch(organisation):
        request.organisation_oin = organisation
    else:
        for field, value in named(organisation).items():
            setattr(request, field, value)
    setattr(request, "namespace" if ":" in service else "service", service)
    answer = session.call(lambda c: MandateServiceStub(c).ValidateMandate, request)
    show(session, answer, [(name, name) for name in ("result", "services", "reason")])
    if answer.result != "OK":
        raise typer.Exit(1)


def moment(on: str, immediately: bool) -> dict[str, Any]:
    """Return the fields of a request that say when something ends; one of the two is required."""
    if bool(on) == immediately:
        raise typer.BadParameter("say one of --on and --immediately")
    return {"immediately": True} if immediately else {"end_date": on}


def tell_steps(session: Session, *mandates: pb.Mandate) -> None:
    """Say on stderr what happens next with mandates, unless programs read the answer."""
    if session.json:
        return
    for mandate in mandates:
        for step in mandate.next_steps:
            note(f"{mandate.service}: {step.text} {step.fix}".rstrip())
            due = f"; usually by {step.expected_date}" if step.expected_date else ""
            note(f"   {step.reason}, by {step.owner}; ask {step.contact}{due}", style="dim")
