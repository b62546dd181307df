"""`wissel outbox`: the messages that were begun and have no receipt, and how to end one."""

from typing import Annotated, Final

import typer

from wissel.clients.cli.output import note, print_json, print_rows
from wissel.clients.cli.session import Session, session_of
from wissel.clients.errors import DossierUnusable
from wissel.clients.hub import default_outbox
from wissel.clients.sending.compose import measure
from wissel.clients.sending.entry import Entry
from wissel.clients.sending.outbox import Kept, Outbox
from wissel.clients.sending.repeats import context_of

app = typer.Typer(help="Messages that were begun and have no receipt yet.", no_args_is_help=True)
_TITLES: Final = {
    "message_id": "MESSAGE",
    "sender": "FROM",
    "receiver": "TO",
    "service": "SERVICE",
    "size": "BYTES",
    "expires": "EXPIRES",
    "path": "FILE",
    "problem": "PROBLEM",
}
_NOTHING: Final[dict[str, str | int]] = {**dict.fromkeys(_TITLES, ""), "size": 0}


@app.command("list")
def list_entries(context: typer.Context) -> None:
    """List what has no receipt and no refusal yet; without the hub."""
    session = session_of(context)
    found = [_facts(kept) for kept in _outbox(session).listed()]
    if session.json:
        print_json(found)
        return
    print_rows(list(_TITLES.values()), [[str(each[name]) for name in _TITLES] for each in found])


@app.command("drop")
def drop_entry(
    context: typer.Context,
    message: Annotated[str, typer.Argument(help="id of the message, as `outbox list` shows it")],
) -> None:
    """End an entry, so that it is not sent again; it may have been delivered before."""
    session = session_of(context)
    dropped = _outbox(session).drop(message)
    if session.json:
        print_json(_facts(dropped))
        return
    note(f"{message} is not sent again; it is kept in the folder `refused`.")
    note(f"Whether it was delivered before: `wissel deliveries show {message}`.")


def _outbox(session: Session) -> Outbox:
    return Outbox(default_outbox(session.identity().oin))


def _facts(kept: Kept) -> dict[str, str | int]:
    if kept.entry is None:
        problem = f"damaged: {kept.file}"
        return {**_NOTHING, "message_id": kept.file.stem, "problem": problem}
    said = context_of(kept.entry)
    return {
        "message_id": str(kept.entry.message_id),
        "sender": said.sender.place,
        "receiver": said.receiver.place,
        "service": said.service,
        "size": kept.entry.payload_size,
        "expires": said.expires.isoformat(timespec="seconds"),
        "path": str(kept.entry.path),
        "problem": _problem(kept.entry),
    }


def _problem(entry: Entry) -> str:
    """Return why an entry cannot be sent as it was signed; empty if it can."""
    try:
        same = measure(entry.path).sha256.hex() == entry.payload_sha256
    except DossierUnusable:
        return "the file is gone or cannot be read"
    return "" if same else "the file has changed since it was signed"
