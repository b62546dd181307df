"""`wissel party`: vendors, chain partners, operators, and certificates that are refused."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from typing import Annotated, Final

import typer

from wissel.clients.cli.output import Column, desk, print_json, print_pairs, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import session_of
from wissel.party.v1 import party_service_pb2 as pb
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub

Mail = Annotated[str | None, typer.Option(help="e-mail address of the desk")]
Telephone = Annotated[str | None, typer.Option(help="telephone of the desk")]
Hours = Annotated[str | None, typer.Option(help="when the desk is there")]
Etag = Annotated[str, typer.Option(help="only if it has not changed since")]
app = typer.Typer(help="Parties: whoever calls the hub under an OIN.", no_args_is_help=True)
_PARTY: Final[list[Column]] = [
    ("OIN", "oin"),
    ("NAME", "name"),
    ("ROLE", "role"),
    ("CONTACT", "contact"),
    ("DESK", desk),
]


@app.command()
def register(
    context: typer.Context,
    oin: str,
    name: Annotated[str, typer.Option(help="its name")],
    role: Annotated[str, typer.Option(help="VENDOR, CHAIN_PARTNER, OPERATOR or PORTAL")],
    contact: Annotated[str, typer.Option(help="e-mail address for other parties")] = "",
) -> None:
    """Register a party by its OIN."""
    session = session_of(context)
    request = pb.RegisterPartyRequest(oin=oin, name=name, role=role, contact=contact)
    show(session, session.call(lambda c: PartyServiceStub(c).RegisterParty, request).party, _PARTY)


@app.command()
def update(
    context: typer.Context,
    oin: str,
    name: Annotated[str | None, typer.Option(help="another name; for operators")] = None,
    contact: Annotated[str | None, typer.Option(help="e-mail address for other parties")] = None,
    mail: Mail = None,
    telephone: Telephone = None,
    hours: Hours = None,
    etag: Etag = "",
) -> None:
    """Change what is told of a party; '' takes something away."""
    session = session_of(context)
    changes = pb.Desk(mail=mail, telephone=telephone, hours=hours)
    request = pb.UpdatePartyRequest(oin=oin, name=name, contact=contact, desk=changes, etag=etag)
    show(session, session.call(lambda c: PartyServiceStub(c).UpdateParty, request).party, _PARTY)


@app.command("list")
def list_parties(
    context: typer.Context,
    role: Annotated[str, typer.Option(help="only with this role")] = "",
    limit: Limit = 1000,
) -> None:
    """List parties in order of OIN."""
    session = session_of(context)
    request = pb.ListPartiesRequest(role=role)
    found = collect(
        session, lambda c: PartyServiceStub(c).ListParties, request, lambda p: p.parties, limit
    )
    show_all(session, found, _PARTY)


@app.command("show")
def show_party(context: typer.Context, oin: str) -> None:
    """Show a party."""
    session = session_of(context)
    request = pb.GetPartyRequest(oin=oin)
    show(session, session.call(lambda c: PartyServiceStub(c).GetParty, request).party, _PARTY)


@app.command()
def revoke(
    context: typer.Context,
    certificate_sha256: Annotated[str, typer.Option(help="one certificate")] = "",
    spki_sha256: Annotated[str, typer.Option(help="every certificate with this key")] = "",
    issuer: Annotated[str, typer.Option(help="with --serial: RFC 4514 name of its issuer")] = "",
    serial: Annotated[str, typer.Option(help="with --issuer: serial number in hex")] = "",
) -> None:
    """Refuse a certificate, key or intermediate from now on, also on open connections."""
    session = session_of(context)
    named = [certificate_sha256, spki_sha256, issuer and serial]
    if len([each for each in named if each]) != 1 or bool(issuer) != bool(serial):
        raise typer.BadParameter(
            "say one of --certificate-sha256, --spki-sha256, or --issuer with --serial"
        )
    request = pb.RevokeCertificateRequest()
    if certificate_sha256:
        request.certificate_sha256 = certificate_sha256
    elif spki_sha256:
        request.spki_sha256 = spki_sha256
    else:
        request.issuer_serial.CopyFrom(pb.IssuerSerial(issuer=issuer, serial=serial))
    done = session.call(lambda c: PartyServiceStub(c).RevokeCertificate, request)
    if session.json:
        print_json({"revision": done.revision})
    else:
        print_pairs([("refused from revision", str(done.revision))])
