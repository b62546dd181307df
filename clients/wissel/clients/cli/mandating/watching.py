"""`wissel mandate watch`: what becomes of mandates, line by line as it happens."""

from contextlib import aclosing
from typing import Annotated, Any

import typer

from wissel.clients import background
from wissel.clients.cli.output import note, organisation, period, print_line, say
from wissel.clients.cli.session import Session, session_of
from wissel.clients.connecting.watch import watch as follow
from wissel.mandate.v1 import mandate_service_pb2 as pb


def watch(
    context: typer.Context,
    after: Annotated[
        int | None, typer.Option("--from", min=0, help="revision; what came after it is told too")
    ] = None,
    token: Annotated[str, typer.Option(help="resume_token of the last line of --json")] = "",
) -> None:
    """Tell what becomes of mandates as it happens, until it is interrupted.

    A vendor is told of its own, a service's owner of those for it, an operator of all.
    """
    if token and after is not None:
        raise typer.BadParameter("say one of --from and --token")
    request = pb.WatchMandatesRequest(resume_token=token)
    if after is not None:
        request.after_revision = after
    background.run(_watch(session_of(context), request))


async def _watch(session: Session, request: pb.WatchMandatesRequest) -> None:
    hub = session.hub().asynchronous
    async with aclosing(follow(hub.link, hub.patience, request)) as responses:
        async for response in responses:
            if session.json:
                print_line(response)
            else:
                _tell(response)


def _tell(response: pb.WatchMandatesResponse) -> None:
    if response.HasField("resync"):
        cause, revision = response.resync.cause, response.registry_revision
        what = "from here on" if cause == "START" else f"{cause}: list the mandates anew"
        note(f"revision {revision}: {what}", style="dim")
    when = response.recorded_time.ToDatetime().isoformat(" ", "seconds") + " UTC"
    start = f"{response.registry_revision} {when}"
    for change in response.mandates:
        say(f"{start} {change.kind:<9} {_mandate(change)}")
    for school in response.schools:
        say(f"{start} {' '.join(school.kinds):<9} {_school(school)}")


def _mandate(change: pb.MandateChange) -> str:
    mandate: Any = change.mandate
    parts = [organisation(mandate), mandate.service, mandate.system_id, period(mandate)]
    parts += [mandate.status, mandate.processing if mandate.processing != "NOT_REQUIRED" else ""]
    parts += [f"{len(change.endpoint_ids)} endpoints lose it"] if change.endpoint_ids else []
    return " ".join(filter(None, [*parts, mandate.mandate_id]))


def _school(change: pb.SchoolChange) -> str:
    parts = [change.brin, change.name]
    if change.former_board_number:
        parts.append(f"board {change.former_board_number} -> {change.board_number}")
    if change.closed_date:
        parts.append(f"last day {change.closed_date}")
    if change.successor:
        parts.append(f"goes on as {change.successor}")
    for label, some in (
        ("closed", change.closed_vestigingen),
        ("open again", change.reopened_vestigingen),
    ):
        parts += [f"{label}: {', '.join(some)}"] if some else []
    return " ".join(parts)
