"""`wissel mandate`, for several mandates at once: all are done, or none."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from typing import Annotated, Final

import typer

from wissel.clients.addressing import organisation as named
from wissel.clients.cli.impact import DryRun, show_outcome
from wissel.clients.cli.output import Column, note
from wissel.clients.cli.register.mandates import MANDATE, tell_steps
from wissel.clients.cli.session import Session, session_of
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub

Giver = Annotated[str, typer.Argument(help="BRIN or samenwerkingsverband")]
Services = Annotated[list[str], typer.Argument(help="services, by code or alias")]
Start = Annotated[str, typer.Option(help="first day; by default today")]
End = Annotated[str, typer.Option(help="last day; by default none")]

_SWITCH: Final[list[Column]] = [
    ("SERVICE", lambda each: each.old_mandate.service),
    ("FROM", lambda each: each.old_mandate.system_id),
    ("UNTIL", lambda each: each.old_mandate.end_date),
    ("TO", lambda each: each.new_mandate.system_id),
    ("STATUS", lambda each: each.new_mandate.status),
    ("SINCE", lambda each: each.new_mandate.start_date),
    ("NEW MANDATE", lambda each: each.new_mandate.mandate_id),
    ("AWAITING THEN", "awaiting_on_start"),
]


def create_many(
    context: typer.Context,
    organisation: Giver,
    system: str,
    services: Services,
    start: Start = "",
    end: End = "",
    dry_run: DryRun = False,
) -> None:
    """Give mandates for several services to one system, all or none."""
    session = session_of(context)
    request = pb.BatchCreateMandatesRequest(
        mandates=[
            pb.NewMandate(service=each, system_id=system, start_date=start, end_date=end)
            for each in services
        ],
        validate_only=dry_run,
        **named(organisation),
    )
    done = session.call(lambda c: MandateServiceStub(c).BatchCreateMandates, request)
    show_outcome(session, done, "mandates", MANDATE)
    tell_steps(session, *done.mandates)


def switch(
    context: typer.Context,
    organisation: Giver,
    old_system: Annotated[str, typer.Argument(help="system that makes way")],
    new_system: Annotated[str, typer.Argument(help="system that takes its place")],
    services: Services,
    start: Start = "",
    end: End = "",
    provides_until: Annotated[
        str, typer.Option(help="last day on which the old system may provide prepared dossiers")
    ] = "",
    dry_run: DryRun = False,
) -> None:
    """Replace one system by another for services of one school, from a day on; all or none."""
    session = session_of(context)
    request = pb.SwitchSystemRequest(
        services=services,
        from_system_id=old_system,
        to_system_id=new_system,
        start_date=start,
        end_date=end,
        provides_until_date=provides_until,
        validate_only=dry_run,
        **named(organisation),
    )
    done = session.call(lambda c: MandateServiceStub(c).SwitchSystem, request)
    _show_switches(session, done)


def undo_switch(
    context: typer.Context,
    mandates: Annotated[list[str], typer.Argument(help="mandates that `switch` gave")],
    dry_run: DryRun = False,
) -> None:
    """Take back switches whose day is still to come, all or none."""
    session = session_of(context)
    request = pb.UndoSwitchRequest(mandate_ids=mandates, validate_only=dry_run)
    done = session.call(lambda c: MandateServiceStub(c).UndoSwitch, request)
    _show_switches(session, done)


def _show_switches(session: Session, done: pb.SwitchSystemResponse | pb.UndoSwitchResponse) -> None:
    show_outcome(session, done, "switches", _SWITCH)
    if session.json:
        return
    for each in done.switches:
        if each.awaiting_on_start:
            new = each.new_mandate
            note(
                f"{new.service}: its owner usually will not have processed the new mandate by "
                f"{new.start_date}; until it has, neither system may act",
                style="yellow",
            )
        tell_steps(session, each.new_mandate)
