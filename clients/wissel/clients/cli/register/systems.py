"""`wissel system`: the systems of vendors, what they tell, and how far they may act."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from typing import Annotated, Final

import typer

from wissel.clients.cli.impact import DryRun, show_outcome
from wissel.clients.cli.output import Column, desk, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.register.parties import Etag, Hours, Mail, Telephone
from wissel.clients.cli.session import session_of
from wissel.party.v1 import party_service_pb2 as pb
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub

app = typer.Typer(help="Systems of vendors.", no_args_is_help=True)


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
    ("KIND", "kind"),
    ("DESK", desk),
    ("SERVICES", _qualifications),
    ("MANUAL", "manual_url"),
    ("STEP PLAN", "step_plan_url"),
]


@app.command()
def register(
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


@app.command()
def update(
    context: typer.Context,
    system: str,
    name: Annotated[str | None, typer.Option(help="another name; for operators")] = None,
    kind: Annotated[str, typer.Option(help="LAS, LVS, SIS, PLATFORM or SWV; for operators")] = "",
    mail: Mail = None,
    telephone: Telephone = None,
    hours: Hours = None,
    manual: Annotated[str | None, typer.Option(help="https address of its manual")] = None,
    step_plan: Annotated[
        str | None, typer.Option(help="https address of the steps to get connected")
    ] = None,
    etag: Etag = "",
) -> None:
    """Change what is told of a system; '' takes something away."""
    session = session_of(context)
    request = pb.UpdateSystemRequest(
        system_id=system,
        name=name,
        kind=kind,
        desk=pb.Desk(mail=mail, telephone=telephone, hours=hours),
        manual_url=manual,
        step_plan_url=step_plan,
        etag=etag,
    )
    done = session.call(lambda c: PartyServiceStub(c).UpdateSystem, request)
    show(session, done.system, _SYSTEM)


@app.command("list")
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
    dry_run: DryRun = False,
) -> None:
    """Record that a system passed, or lost, the qualification for a service."""
    session = session_of(context)
    request = pb.QualifySystemRequest(
        system_id=system,
        service=service,
        withdraw=withdraw,
        test_message_ids=test_message,
        validate_only=dry_run,
    )
    done = session.call(lambda c: PartyServiceStub(c).QualifySystem, request)
    show_outcome(session, done, "system", _SYSTEM)


@app.command()
def rollout(
    context: typer.Context,
    system: str,
    service: str,
    rollout: Annotated[str, typer.Argument(help="CLOSED, PILOT or OPEN")],
    pilot: Annotated[
        list[str] | None, typer.Option(help="BRIN or samenwerkingsverband that goes first")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Open or close the gates for a system and a service."""
    session = session_of(context)
    request = pb.SetRolloutRequest(
        system_id=system,
        service=service,
        rollout=rollout,
        pilot_organisations=pilot,
        validate_only=dry_run,
    )
    done = session.call(lambda c: PartyServiceStub(c).SetRollout, request)
    show_outcome(session, done, "system", _SYSTEM)
