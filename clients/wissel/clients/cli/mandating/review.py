"""`wissel board review`: the yearly check of all mandates of a board, and what is odd."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Final

import typer

from wissel.clients.cli.failing import EXIT_REFUSED
from wissel.clients.cli.mandating.holdings import NOTES, SIGNING_OPEN, holdings, state_of
from wissel.clients.cli.output import as_data, note, period, print_json, print_rows
from wissel.clients.cli.session import session_of
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.values.days import day_of
from wissel.school.v1 import school_pb2

_USUAL: Final = NOTES | {"MANDATE_AWAITING"}
"""What comes by itself, or is only a note."""
_TITLES: Final = ("SCHOOL", "SERVICE", "SYSTEM", "PERIOD", "STATE", "ODD")


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing that a board should look at: a reason, in words, and whom to ask."""

    reason: str
    text: str
    contact: str = ""


def review(
    context: typer.Context,
    board: str,
    soon: Annotated[int, typer.Option(min=0, help="days within which an end is odd")] = 60,
) -> None:
    """Check every mandate of a board; exit code 1 if something is odd."""
    session = session_of(context)
    today = day_of(dt.datetime.now(dt.UTC))
    last = str(today + dt.timedelta(days=soon))
    held = holdings(session, board)
    schools = {school.brin: school for school in held.schools}

    def looked_at(each: pb.Mandate) -> list[Oddity]:
        closing = closings(each, schools.get(each.brin), str(today), last)
        return [*oddities(each, board, last), *closing]

    checked = [(each, looked_at(each)) for each in held.mandates]
    if session.json:
        print_json(
            [as_data(each) | {"odd": [asdict(oddity) for oddity in odd]} for each, odd in checked]
        )
    else:
        rows = [_row(each, odd) for each, odd in checked]
        print_rows(_TITLES, rows)
        for each, odd in checked:
            for oddity in odd:
                asked = f" Ask {oddity.contact}." if oddity.contact else ""
                note(f"{each.brin} {each.service} {each.system_id}: {oddity.text}{asked}")
        for text in sorted(set(_to_sign(each for each, _ in checked))):
            note(text)
    if any(odd for _, odd in checked):
        raise typer.Exit(EXIT_REFUSED)


def oddities(mandate: pb.Mandate, board: str, soon: str) -> Iterator[Oddity]:
    """Yield what is odd about a mandate of a board; `soon` is the last day that is soon.

    An end is not odd where another system takes its place, nor what lacks while the
    mandate begins only after that.
    """
    if mandate.end_date and mandate.end_date <= soon and not mandate.switched_to_mandate_id:
        yield Oddity("ENDS_SOON", f"It ends on {mandate.end_date}.")
    if mandate.overdue:
        due = mandate.processing_due_date
        text = f"Its service's owner should have processed it by {due}."
        contact = next((s.contact for s in mandate.next_steps if s.reason in _USUAL), "")
        yield Oddity("OVERDUE", text, contact)
    if mandate.board_number and mandate.board_number != board:
        yield Oddity(
            "SCHOOL_MOVED",
            f"The school was board {mandate.board_number}'s when the mandate was given; "
            "update it to say that it stands.",
        )
    begins_later = mandate.status == "PLANNED" and mandate.start_date > soon
    for step in mandate.next_steps:
        if step.reason not in _USUAL and not begins_later:
            yield Oddity(step.reason, f"{step.text} {step.fix}".rstrip(), step.contact)


def closings(
    mandate: pb.Mandate, school: school_pb2.School | None, today: str, soon: str
) -> Iterator[Oddity]:
    """Yield what closes of the school that gave a mandate, until the day `soon`.

    The school is None if it is closed already. A mandate that ends no later is not odd,
    nor is a vestiging that has closed.
    """
    if not mandate.brin:
        return
    if school is None:
        yield Oddity("SCHOOL_CLOSED", "The school is closed.")
        return
    closing: list[tuple[str, str, school_pb2.School | school_pb2.Location]] = (
        [("SCHOOL_CLOSES", "The school", school)]
        if school.closed_date
        else [("VESTIGING_CLOSES", f"Vestiging {one.vestiging}", one) for one in school.locations]
    )
    for reason, what, each in closing:
        last = each.closed_date
        if last and today <= last <= soon and not "" < mandate.end_date <= last:
            goes_on = f" It goes on at {each.successor}." if each.successor else ""
            yield Oddity(reason, f"{what} closes on {last}.{goes_on}")


def _to_sign(mandates: Iterable[pb.Mandate]) -> Iterator[str]:
    """Yield what is said of agreements that count without having been signed."""
    for mandate in mandates:
        for step in mandate.next_steps:
            if step.reason == SIGNING_OPEN:
                yield f"{mandate.service}: {step.text} {step.fix}"


def _row(mandate: pb.Mandate, odd: list[Oddity]) -> list[str]:
    reasons = ", ".join(oddity.reason for oddity in odd)
    named = [mandate.brin, mandate.service, mandate.system_id]
    return [*named, period(mandate), state_of(mandate), reasons]
