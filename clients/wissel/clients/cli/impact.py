"""What a change does, or would do with `--dry-run`."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from google.protobuf.message import Message

from wissel.clients.cli.output import (
    Column,
    as_data,
    note,
    organisation,
    period,
    print_json,
    print_rows,
    show,
    show_all,
)
from wissel.clients.cli.session import Session
from wissel.impact.v1 import impact_pb2 as pb

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="change nothing; show which routes it would stop or move")
]
_PEOPLE: Final = Session()
"""One that prints tables."""
_GROUPS: Final = ("vendor", "board", "service", "reason", "day")
_TITLES: Final = ("BY", "", "NAME", "ROUTES LOST", "MOVED", "GAINED", "SENDERS LOST", "GAINED")
_EXAMPLE: Final[list[Column]] = [
    ("CHANGE", "change"),
    ("SUBJECT", "subject"),
    ("ORGANISATION", lambda each: each.vestiging or organisation(each)),
    ("BOARD", "board_number"),
    ("SERVICE", "service"),
    ("PERIOD", period),
    ("REASON", "reason"),
    ("BEFORE", "old_system_id"),
    ("AFTER", "new_system_id"),
]


def show_outcome(session: Session, answer: Any, field: str, columns: Sequence[Column]) -> None:
    """Print what a change made of what is in `field` of its answer, and its impact if asked."""
    if session.json and answer.HasField("impact"):
        print_json(as_data(answer))
        return
    changed = getattr(answer, field)
    if isinstance(changed, Message):
        show(session, changed, columns)
    else:
        show_all(session, changed, columns)
    if answer.HasField("impact"):
        note("Nothing was changed.")
        show_impact(answer.impact)


def show_impact(impact: pb.Impact) -> None:
    """Print which routes and senders a change stops, moves or brings, and some of them."""
    note(f"From {impact.from_date} on, against revision {impact.registry_revision}:")
    rows = [["all", "", "", *_counts(impact)]]
    for kind in _GROUPS:
        groups = getattr(impact, f"by_{kind}")
        rows += [[kind, group.key, group.name, *_counts(group)] for group in groups.groups]
        left = groups.count - len(groups.groups)
        if left:
            rows.append([kind, f"{left} more", "", "", "", "", "", ""])
    print_rows(_TITLES, rows)
    if impact.examples:
        show_all(_PEOPLE, impact.examples, _EXAMPLE)


def _counts(group: pb.Impact | pb.ImpactGroup) -> list[str]:
    routes, senders = group.routes, group.senders
    numbers = (routes.lost, routes.moved, routes.gained, senders.lost, senders.gained)
    return [str(number) for number in numbers]
