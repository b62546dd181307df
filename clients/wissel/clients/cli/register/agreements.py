"""`wissel agreement`: who has agreed to what."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from wissel.agreement.v1 import agreement_service_pb2 as pb
from wissel.agreement.v1.agreement_service_pb2_grpc import AgreementServiceStub
from wissel.clients.cli.impact import DryRun, show_outcome
from wissel.clients.cli.output import (
    Column,
    as_data,
    period,
    print_json,
    show,
    show_all,
)
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.register import agreement_proof, agreement_texts
from wissel.clients.cli.register.agreement_texts import Kind, Language, sha256_of
from wissel.clients.cli.session import session_of
from wissel.clients.statements.acceptances import acceptance_record
from wissel.clients.storage.atomic_write import write_atomically

app = typer.Typer(help="Agreements of boards and vendors.", no_args_is_help=True)
app.add_typer(agreement_texts.app, name="text")
app.command()(agreement_proof.verify)


def _signatory(agreement: Any) -> str:
    return str(agreement.board_number or agreement.swv or agreement.party_oin)


def _signed_by(agreement: Any) -> str:
    if agreement.predecessor:
        return f"{agreement.signer or 'somebody'} for {agreement.predecessor}"
    return str(agreement.signer)


def _kind(agreement: Any) -> str:
    limit = agreement.only_with_kind
    return f"{agreement.kind} (with {limit})" if limit else str(agreement.kind)


_AGREEMENT: Final[list[Column]] = [
    ("ID", "agreement_id"),
    ("SIGNATORY", _signatory),
    ("KIND", _kind),
    ("STATUS", "status"),
    ("PERIOD", lambda each: "" if each.status in ("OFFERED", "DECLINED") else period(each)),
    ("VERSION", "text_version"),
    ("SIGNED BY", _signed_by),
]
_REQUIRED: Final[list[Column]] = [
    ("KIND", "kind"),
    ("AGREED", "agreed"),
    ("SINCE", "since_date"),
    ("STATUS", lambda each: each.agreement.status),
    ("SIGNED BY", lambda each: _signed_by(each.agreement)),
    ("AGREEMENT", lambda each: each.agreement.agreement_id),
]
Board = Annotated[str, typer.Option(help="a school board, five digits")]
Swv = Annotated[str, typer.Option(help="a samenwerkingsverband")]
PartyOin = Annotated[str, typer.Option(help="a vendor, by OIN")]
Etag = Annotated[str, typer.Option(help="only if it has not changed since")]
Existing = Annotated[Path | None, typer.Option(exists=True, dir_okay=False)]


@app.command()
def offer(
    context: typer.Context,
    kind: Kind,
    board: Board = "",
    swv: Swv = "",
    party: PartyOin = "",
    language: Language = "",
) -> None:
    """Offer the text of a kind that can be accepted today to a board, SWV or vendor."""
    session = session_of(context)
    who = signatory(board, swv, party, needed=True)
    request = pb.OfferAgreementRequest(kind=kind, language=language, **who)
    done = session.call(lambda c: AgreementServiceStub(c).OfferAgreement, request)
    show(session, done.agreement, _AGREEMENT)


@app.command("request")
def request_agreement(
    context: typer.Context,
    kind: Kind,
    board: Board = "",
    swv: Swv = "",
    language: Language = "",
) -> None:
    """Ask for an agreement, as a board's person or a vendor; it is offered at once.

    Whoever acts for several boards says which one.
    """
    session = session_of(context)
    who = signatory(board, swv, "", needed=False)
    request = pb.OfferAgreementRequest(kind=kind, language=language, **who)
    done = session.call(lambda c: AgreementServiceStub(c).OfferAgreement, request)
    show(session, done.agreement, _AGREEMENT)


@app.command()
def accept(
    context: typer.Context,
    agreement: str,
    document: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="the text that was read, as downloaded"),
    ] = None,
    sha256: Annotated[str, typer.Option(help="or its SHA-256")] = "",
    start: Annotated[str, typer.Option(help="first day; by default today")] = "",
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="file for the hub's signed acceptance")
    ] = None,
    etag: Etag = "",
) -> None:
    """Accept what is offered, by the text that was read; `agreement verify` proves it later."""
    if (document is None) == (not sha256):
        raise typer.BadParameter("say one of --document and --sha256")
    session = session_of(context)
    request = pb.AcceptAgreementRequest(
        agreement_id=agreement,
        document_sha256=sha256 if document is None else sha256_of(document),
        start_date=start,
        etag=etag,
    )
    done = session.call(lambda c: AgreementServiceStub(c).AcceptAgreement, request)
    if out is not None:
        kept = json.dumps(acceptance_record(done.acceptance), indent=2)
        write_atomically(out, kept.encode() + b"\n")
    if session.json:
        print_json(as_data(done))
    else:
        show(session, done.agreement, _AGREEMENT)


@app.command()
def decline(context: typer.Context, agreement: str, etag: Etag = "") -> None:
    """Turn down what is offered; an operator takes an offer back."""
    session = session_of(context)
    request = pb.DeclineAgreementRequest(agreement_id=agreement, etag=etag)
    done = session.call(lambda c: AgreementServiceStub(c).DeclineAgreement, request)
    show(session, done.agreement, _AGREEMENT)


@app.command()
def record(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(
            help="KENNISNET_OSR, OSO, OSO_SWV_EXTENSION, VVA, VENDOR_OSR or VENDOR_OSO; "
            "with --from it may be left out: all that passes"
        ),
    ] = "",
    board: Board = "",
    swv: Swv = "",
    party: PartyOin = "",
    start: Annotated[str, typer.Option(help="first day; by default today")] = "",
    signer: Annotated[str, typer.Option(help="who signed the paper, as it stands there")] = "",
    signed: Annotated[str, typer.Option(help="day of the signature")] = "",
    paper: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="its scan; only its digest is sent"),
    ] = None,
    text: Annotated[str, typer.Option(help="SHA-256 of the registered text that was signed")] = "",
    predecessor: Annotated[
        str, typer.Option("--from", help="whose agreements pass by law, with --paper that tells")
    ] = "",
    dry_run: DryRun = False,
) -> None:
    """Record what was signed on paper, or passes in a merger or transfer."""
    who = signatory(board, swv, party, needed=True)
    session = session_of(context)
    request = pb.RecordAgreementRequest(
        kind=kind,
        start_date=start,
        signer=signer,
        signed_date=signed,
        paper_sha256=sha256_of(paper) if paper else "",
        document_sha256=text,
        predecessor=predecessor,
        validate_only=dry_run,
        **who,
    )
    done = session.call(lambda c: AgreementServiceStub(c).RecordAgreement, request)
    show_outcome(session, done, "agreements" if predecessor else "agreement", _AGREEMENT)


@app.command()
def terminate(
    context: typer.Context,
    agreement: str,
    end: Annotated[str, typer.Option(help="last day; by default yesterday: it has ended")] = "",
    etag: Etag = "",
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
    """List agreements and offers in order of id."""
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


@app.command()
def check(
    context: typer.Context,
    service: str,
    board: Board = "",
    swv: Swv = "",
    party: PartyOin = "",
    on: Annotated[str, typer.Option(help="day; by default today")] = "",
) -> None:
    """Say whether all that a service asks is agreed: yes (exit 0) or no (exit 1)."""
    session = session_of(context)
    who = signatory(board, swv, party, needed=False)
    request = pb.CheckAgreementsRequest(service=service, on_date=on, **who)
    answer = session.call(lambda c: AgreementServiceStub(c).CheckAgreements, request)
    if session.json:
        print_json(as_data(answer))
    else:
        show_all(session, answer.required, _REQUIRED)
    if not answer.agreed:
        raise typer.Exit(1)


def signatory(board: str, swv: str, party: str, *, needed: bool) -> dict[str, Any]:
    """Return the field of a request that says who signs; a usage error for more than one."""
    said = {"board_number": board, "swv": swv, "party_oin": party}
    named = {name: value for name, value in said.items() if value}
    if len(named) > 1 or (needed and not named):
        raise typer.BadParameter("say one of --board, --swv or --party")
    return named
