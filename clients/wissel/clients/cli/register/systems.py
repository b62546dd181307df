"""`wissel system`: the systems of vendors, what they tell, and how far they may act."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from typing import Annotated, Final

import typer

from wissel.clients.addressing import organisation
from wissel.clients.cli.impact import DryRun, show_outcome
from wissel.clients.cli.output import Column, desk, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.register import system_keys
from wissel.clients.cli.register.parties import Etag, Hours, Mail, Telephone
from wissel.clients.cli.session import session_of
from wissel.party.v1 import party_service_pb2 as pb
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub

app = typer.Typer(help="Systems of vendors.", no_args_is_help=True)
app.add_typer(system_keys.app, name="key")


def _qualifications(system: pb.System) -> str:
    return ", ".join(
        f"{each.service} {_lacking(each)}{_steps(each)}" for each in system.qualifications
    )


def _lacking(qualification: pb.Qualification) -> str:
    if qualification.qualified:
        return ""
    lacking = " and ".join(qualification.lacking_evidence)
    return f"not qualified (lacks {lacking}), " if lacking else "not qualified, "


def _steps(qualification: pb.Qualification) -> str:
    """Return the rollout in words, such as `CLOSED, PILOT (99XA) from 2019-11-18`."""
    planned = [f"{_stage(step)} from {step.start_date}" for step in qualification.planned_steps]
    return ", ".join([_stage(qualification), *planned])


def _stage(step: pb.Qualification | pb.RolloutStep) -> str:
    pilots = " ".join(step.pilot_organisations)
    return f"{step.rollout} ({pilots})" if pilots else step.rollout


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
_CHOICE: Final[list[Column]] = [
    ("SYSTEM", "system_id"),
    ("NAME", "name"),
    ("KIND", "kind"),
    ("CAN ACT FROM", lambda system: system.availability.from_date),
    ("LACKING", lambda system: system.availability.lacking),
    ("DESK", desk),
    ("STEP PLAN", "step_plan_url"),
]
"""What a board wants to know of the systems that it may choose."""


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
    service: Annotated[str, typer.Option(help="only those with something for a service")] = "",
    sector: Annotated[str, typer.Option(help="only those for PO, SO, VO or MBO")] = "",
    name: Annotated[str, typer.Option(help="only with this in their name")] = "",
    for_: Annotated[
        str, typer.Option("--for", help="BRIN or samenwerkingsverband that is to choose; --service")
    ] = "",
    on: Annotated[str, typer.Option(help="with --for: from this day on; by default today")] = "",
    limit: Limit = 1000,
) -> None:
    """List systems; with --for and --service from when each can act for an organisation."""
    session = session_of(context)
    request = pb.ListSystemsRequest(
        party_oin=party,
        service=service,
        sector=sector,
        name_contains=name,
        on_date=on,
        **organisation(for_),
    )
    found = collect(
        session, lambda c: PartyServiceStub(c).ListSystems, request, lambda p: p.systems, limit
    )
    show_all(session, found, _CHOICE if for_ else _SYSTEM)


@app.command()
def qualify(
    context: typer.Context,
    system: str,
    service: str,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="take it away")] = False,
    test_message: Annotated[
        list[str] | None, typer.Option(help="id of a message of its test exchange")
    ] = None,
    test_exchange: Annotated[str, typer.Option(help="where its test exchange is found")] = "",
    security_test: Annotated[str, typer.Option(help="where its security test is found")] = "",
    day: Annotated[str, typer.Option(help="when that was, yyyy-mm-dd; by default today")] = "",
    dry_run: DryRun = False,
) -> None:
    """Record evidence that a system is fit for a service, or that it is not any more."""
    session = session_of(context)
    request = pb.QualifySystemRequest(
        system_id=system,
        service=service,
        withdraw=withdraw,
        evidence=_evidence(test_message or [], test_exchange, security_test, day),
        validate_only=dry_run,
    )
    done = session.call(lambda c: PartyServiceStub(c).QualifySystem, request)
    show_outcome(session, done, "system", _SYSTEM)


def _evidence(
    messages: list[str], test_exchange: str, security_test: str, day: str
) -> list[pb.Evidence]:
    exchange = pb.Evidence(
        kind="TEST_EXCHANGE", date=day, message_ids=messages, reference=test_exchange
    )
    security = pb.Evidence(kind="SECURITY_TEST", date=day, reference=security_test)
    return [each for each in (exchange, security) if each.message_ids or each.reference]


@app.command()
def rollout(
    context: typer.Context,
    system: str,
    service: str,
    steps: Annotated[
        list[str],
        typer.Argument(
            metavar="STEP...",
            help="CLOSED, OPEN or PILOT:99XA,99XB, after a day as 2026-12-01=OPEN; else from today",
        ),
    ],
    dry_run: DryRun = False,
) -> None:
    """Plan from which days on the gates are closed, open to pilots, or open."""
    session = session_of(context)
    request = pb.SetRolloutRequest(
        system_id=system,
        service=service,
        steps=[_step(text) for text in steps],
        validate_only=dry_run,
    )
    done = session.call(lambda c: PartyServiceStub(c).SetRollout, request)
    show_outcome(session, done, "system", _SYSTEM)


def _step(text: str) -> pb.RolloutStep:
    """Return the step that is written as `[yyyy-mm-dd=]STAGE[:ORGANISATION,...]`."""
    day, _, what = text.rpartition("=")
    stage, _, pilots = what.partition(":")
    return pb.RolloutStep(
        start_date=day,
        rollout=stage,
        pilot_organisations=[each for each in pilots.split(",") if each],
    )
