"""`wissel agreement text`: what can be agreed, version by version."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

import hashlib
import re
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Final

import typer

from wissel.agreement.v1 import agreement_service_pb2 as pb
from wissel.agreement.v1 import agreement_text_pb2 as text_pb
from wissel.agreement.v1.agreement_service_pb2_grpc import AgreementServiceStub
from wissel.clients.cli.impact import DryRun, show_outcome
from wissel.clients.cli.output import Column, as_data, note, print_json, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import Session, session_of
from wissel.clients.errors import WisselError
from wissel.clients.storage.atomic_write import write_atomically

app = typer.Typer(help="Texts of agreements.", no_args_is_help=True)
_TEXT: Final[list[Column]] = [
    ("kind", "kind"),
    ("version", "version"),
    ("language", "language"),
    ("with", "counterparty"),
    ("SHA-256", "document_sha256"),
    ("document", lambda text: f"{text.media_type}, {text.size} bytes"),
    ("privacybijsluiter", lambda text: text.privacy_notice_sha256 or "none"),
    ("personal data", lambda text: "; ".join(text.data_categories)),
    ("from", "start_date"),
    ("earlier ones until", "renewal_date"),
]
_LISTED: Final[list[Column]] = [
    ("KIND", "kind"),
    ("VERSION", "version"),
    ("LANGUAGE", "language"),
    ("WITH", "counterparty"),
    ("FROM", "start_date"),
    ("EARLIER ONES UNTIL", "renewal_date"),
    ("SHA-256", "document_sha256"),
]
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")
Kind = Annotated[
    str,
    typer.Argument(
        help="KENNISNET_OSR, OSO, OSO_SWV_EXTENSION, VVA, VENDOR_OSR or VENDOR_OSO",
    ),
]
Which = Annotated[
    str, typer.Argument(help="a kind (the text that can be accepted today), digest or agreement id")
]
Language = Annotated[str, typer.Option(help="two letters; by default nl")]
TextVersion = Annotated[str, typer.Option("--version", help="by default the latest")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="PDF or UTF-8 text")]


@app.command()
def register(
    context: typer.Context,
    kind: Kind,
    file: File,
    version: Annotated[str, typer.Option(help="such as 4.0")],
    counterparty: Annotated[str, typer.Option("--with", help="with whom it is agreed")],
    language: Annotated[str, typer.Option(help="two letters")] = "nl",
    notice: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="its privacybijsluiter")
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="a category of personal data; several may be given")
    ] = None,
    start: Annotated[str, typer.Option(help="first day; by default today")] = "",
    renew_by: Annotated[
        str, typer.Option(help="last day on which agreements on earlier versions count")
    ] = "",
    dry_run: DryRun = False,
) -> None:
    """Register a version of a text; it asks nothing anew, unless --renew-by says so."""
    session = session_of(context)
    request = text_pb.RegisterAgreementTextRequest(
        kind=kind,
        version=version,
        language=language,
        counterparty=counterparty,
        document=file.read_bytes(),
        privacy_notice=notice.read_bytes() if notice else b"",
        data_categories=category or [],
        start_date=start,
        renewal_date=renew_by,
        validate_only=dry_run,
    )
    done = session.call(lambda c: AgreementServiceStub(c).RegisterAgreementText, request)
    show_outcome(session, done, "text", _TEXT)
    if done.renewed_count:
        note(f"{done.renewed_count} agreements on earlier versions count until {renew_by}")


@app.command("show")
def show_text(
    context: typer.Context, which: Which, language: Language = "", version: TextVersion = ""
) -> None:
    """Show what is told of a text."""
    session = session_of(context)
    show(session, get_text(session, which, language, version).text, _TEXT)


@app.command("list")
def list_texts(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="only of this kind")] = "",
    language: Annotated[str, typer.Option(help="only in this one, two letters")] = "",
    acceptable: Annotated[
        bool, typer.Option("--acceptable", help="only what can be accepted today")
    ] = False,
    limit: Limit = 1000,
) -> None:
    """List texts, version by version."""
    session = session_of(context)
    request = text_pb.ListAgreementTextsRequest(
        kind=kind, language=language, acceptable_only=acceptable
    )
    found = collect(
        session,
        lambda c: AgreementServiceStub(c).ListAgreementTexts,
        request,
        lambda page: page.texts,
        limit,
    )
    show_all(session, sorted(found, key=attrgetter("kind", "language", "start_date")), _LISTED)


@app.command()
def download(
    context: typer.Context,
    which: Which,
    out: Annotated[Path, typer.Option(dir_okay=False, help="file for the document")],
    notice: Annotated[
        Path | None, typer.Option(dir_okay=False, help="file for the privacybijsluiter")
    ] = None,
    language: Language = "",
    version: TextVersion = "",
) -> None:
    """Download a text, to read it before it is accepted, or after."""
    session = session_of(context)
    found = get_text(session, which, language, version)
    write_atomically(out, found.document)
    if notice is not None:
        if not found.privacy_notice:
            raise WisselError("this text has no privacybijsluiter")
        write_atomically(notice, found.privacy_notice)
    if session.json:
        print_json(as_data(found.text))
    else:
        show(session, found.text, _TEXT)


def get_text(
    session: Session, which: str, language: str = "", version: str = ""
) -> pb.GetAgreementTextResponse:
    """Return a text that is named by its kind, the digest of its document or an agreement."""
    request = pb.GetAgreementTextRequest(language=language, version=version)
    if _DIGEST.fullmatch(which):
        request.document_sha256 = which
    elif "-" in which:
        request.agreement_id = which
    else:
        request.kind = which
    return session.call(lambda c: AgreementServiceStub(c).GetAgreementText, request)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, lower-case hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
