"""`wissel party`: vendors and their systems, chain partners, operators."""

from typing import Annotated, Final

import typer

from wissel.clients.cli.output import Column, print_json, print_pairs, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import session_of
from wissel.party.v1 import party_service_pb2 as pb
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub

app = typer.Typer(help="Parties and their systems.", no_args_is_help=True)
_PARTY: Final[list[Column]] = [
    ("OIN", "oin"),
    ("NAME", "name"),
    ("ROLE", "role"),
    ("CONTACT", "contact"),
]


def _qualifications(system: pb.System) -> str:
    return ", ".join(
        f"{each.service} {'' if each.qualified else 'not qualified, '}{each.rollout}"
        + (f" ({' '.join(each.pilot_organisations)})" if each.pilot_organisations else "")
        for each in system.qualifications
    )


_SYSTEM: Final[list[Column]] = [
    ("SYSTEM", "system_id"),
    ("NAME", "name"),
    ("PARTY", "party_oin"),
    ("OWN OIN", "oin"),
    ("SERVICES", _qualifications),
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


@app.command("system")
def register_system(
    context: typer.Context,
    system: str,
    party: Annotated[str, typer.Option(help="OIN of its vendor")],
    name: Annotated[str, typer.Option(help="name that schools know")],
    oin: Annotated[str, typer.Option(help="OIN of its own certificate")] = "",
) -> None:
    """Register a system of a vendor, such as las-noord."""
    session = session_of(context)
    request = pb.RegisterSystemRequest(system_id=system, party_oin=party, name=name, oin=oin)
    done = session.call(lambda c: PartyServiceStub(c).RegisterSystem, request)
    show(session, done.system, _SYSTEM)


@app.command("systems")
def list_systems(
    context: typer.Context,
    party: Annotated[str, typer.Option(help="only of this vendor")] = "",
    limit: Limit = 1000,
) -> None:
    """List systems in order of id, with what they are qualified for."""
    session = session_of(context)
    request = pb.ListSystemsRequest(party_oin=party)
    found = collect(
        session, lambda c: PartyServiceStub(c).ListSystems, request, lambda p: p.systems, limit
    )
    show_all(session, found, _SYSTEM)


@app.command()
def qualify(
    context: typer.Context,
    system: str,
    service: str,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="take it away")] = False,
    test_message: Annotated[
        list[str] | None, typer.Option(help="id of a message of its test exchange")
    ] = None,
) -> None:
    """Record that a system passed, or lost, the qualification for a service."""
    session = session_of(context)
    request = pb.QualifySystemRequest(
        system_id=system, service=service, withdraw=withdraw, test_message_ids=test_message
    )
    done = session.call(lambda c: PartyServiceStub(c).QualifySystem, request)
    show(session, done.system, _SYSTEM)


@app.command()
def rollout(
    context: typer.Context,
    system: str,
    service: str,
    rollout: Annotated[str, typer.Argument(help="CLOSED, PILOT or OPEN")],
    pilot: Annotated[
        list[str] | None, typer.Option(help="BRIN or samenwerkingsverband that goes first")
    ] = None,
) -> None:
    """Open or close the gates for a system and a service."""
    session = session_of(context)
    request = pb.SetRolloutRequest(
        system_id=system, service=service, rollout=rollout, pilot_organisations=pilot
    )
    done = session.call(lambda c: PartyServiceStub(c).SetRollout, request)
    show(session, done.system, _SYSTEM)


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
