"""Prints results: as tables for people, or as JSON for programs.

This is the one place that writes to the terminal. All text is printed as it
reads: it is no markup, and harmless (see `harmless`).
"""

import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from google.protobuf import json_format
from google.protobuf.message import Message
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from wissel.clients.cli.harmless import harmless
from wissel.clients.cli.session import Session

Column = tuple[str, str | Callable[[Any], object]]
"""A heading, and the field of a message, or the function of it, that gives the value."""

_WIDE: Final = 240  # columns where there is no terminal, so that nothing is cut off


def say(*parts: str | Text, style: str = "") -> None:
    """Print a line of results on stdout; `Text` (see `styled`) keeps its own style."""
    line = Text(" ").join(each if isinstance(each, Text) else styled(each) for each in parts)
    _out().print(line, style=style)


def note(text: str, style: str = "") -> None:
    """Print a line on stderr, where everything goes that is no result."""
    _err().print(styled(text), style=style)


def log_to_stderr() -> None:
    """Have what the SDK logs in lines that begin with the time, as those of `las serve` do."""
    line = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format=line, datefmt="%H:%M:%S")


def styled(text: str, style: str = "") -> Text:
    """Return harmless text with a style of its own, such as `bold`."""
    return Text(harmless(text), style=style)


def _out() -> Console:
    return Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False, soft_wrap=True)


def _err() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def as_data(message: Message) -> dict[str, Any]:
    """Return a message as JSON data, with the field names of the contract."""
    return json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )


def print_json(data: object) -> None:
    """Print data as JSON, at once: in a pipe of both streams it stands before later notes."""
    # Line by line: the line breaks between them are those of the layout.
    lines = json.dumps(data, indent=2, ensure_ascii=False).split("\n")
    print("\n".join(map(harmless, lines)), flush=True)


def print_line(data: object) -> None:
    """Print a message or data as JSON on one line, at once: one of many that are still to come."""
    plain = as_data(data) if isinstance(data, Message) else data
    print(harmless(json.dumps(plain, ensure_ascii=False)), flush=True)


def show(session: Session, message: Message, columns: Sequence[Column] = ()) -> None:
    """Print a message: the columns, or without them its non-empty fields, one per line."""
    if session.json:
        print_json(as_data(message))
        return
    pairs = (
        [(title, _cell(message, source)) for title, source in columns]
        if columns
        else [(field.name, _text(value)) for field, value in message.ListFields()]
    )
    print_pairs(pairs)


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Print names and values, one pair per line."""
    table = Table.grid(padding=(0, 2))
    for name, value in pairs:
        table.add_row(styled(name, "bold"), styled(value))
    _out().print(table)


def show_all(session: Session, messages: Sequence[Message], columns: Sequence[Column]) -> None:
    """Print messages as a table with a row for each, or as a JSON array."""
    if session.json:
        print_json([as_data(message) for message in messages])
        return
    rows = [[_cell(message, source) for _, source in columns] for message in messages]
    print_rows([title for title, _ in columns], rows)


def print_rows(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, and on stderr the number of its rows."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, no_wrap=True)
    for row in rows:
        table.add_row(*map(styled, row))
    _out().print(table)
    note(f"{len(rows)} in all", style="dim")


@contextmanager
def bar(
    session: Session, label: str, *, rows: bool = False
) -> Iterator[Callable[[int, int], None]]:
    """Yield a function of bytes done and bytes in all that draws a bar, if stderr is a terminal.

    With `rows` it is rows that are counted.
    """
    console = _err()
    if session.json or not console.is_terminal:
        yield lambda done, total: None
        return
    columns = (
        TextColumn(harmless(label), markup=False),
        BarColumn(),
        MofNCompleteColumn() if rows else DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(label, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def busy(session: Session, label: str) -> Iterator[None]:
    """Show that something is under way, if stderr is a terminal."""
    console = _err()
    if session.json or not console.is_terminal:
        yield
        return
    with console.status(styled(f"{label} …")):
        yield


def organisation(message: Any) -> str:
    """Return the BRIN or samenwerkingsverband of a message."""
    return str(message.brin or message.swv)


def desk(message: Any) -> str:
    """Return how to reach the desk of a message, such as `desk@noord.example, 050 123 45 67`."""
    return ", ".join(filter(None, (message.desk.mail, message.desk.telephone, message.desk.hours)))


def period(message: Any) -> str:
    """Return the period of a message, such as `2026-08-01 - ...`."""
    return f"{message.start_date} - {message.end_date or '...'}"


def reach(message: Any) -> str:
    """Return how the receiver of a message stands, such as `SILENT 3 days: TCP`; empty if unknown.

    What more is known follows in brackets.
    """
    known = message.reachability
    if not known.cause:
        return str(known.state)
    days = f"{known.silent_days} {'day' if known.silent_days == 1 else 'days'}"
    detail = f" ({known.detail})" if known.detail else ""
    return f"{known.state} {days}: {known.cause}{detail}"


def _cell(message: Any, source: str | Callable[[Any], object]) -> str:
    return _text(source(message) if callable(source) else getattr(message, source))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Message):
        if value.DESCRIPTOR.full_name == "google.protobuf.Timestamp":
            return str(json_format.MessageToDict(value))
        return ", ".join(f"{field.name}={_text(inner)}" for field, inner in value.ListFields())
    if isinstance(value, str | bytes | int | float):
        return str(value)
    if isinstance(value, Sequence):
        return ", ".join(map(_text, value))
    return str(value)
