"""`wissel send` and `wissel resume`: send a dossier, and send again what has no answer."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

import datetime as dt
import json
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from wissel.clients.cli.output import bar, note, print_json, print_pairs, print_rows
from wissel.clients.cli.secret_files import link_key_in
from wissel.clients.cli.session import session_of
from wissel.clients.errors import Refused, StorageError, Unreachable
from wissel.clients.sending.compose import Envelope, SendOptions
from wissel.clients.sending.delivering import Resumed
from wissel.clients.sending.receipts import DeliveryReceipt, record_of
from wissel.clients.sending.transfer import settles
from wissel.clients.storage.atomic_write import write_atomically
from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.kinds import SERVICE_OF_KIND
from wissel.routing.values.days import parse_day


def send(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    sender: Annotated[str, typer.Option("--from", help="99XA, 99XA02 or PO9901")],
    receiver: Annotated[str, typer.Option("--to", help="99XB, 99XB02 or PO9901")],
    service: Annotated[
        str, typer.Option(help="by default OSO_OV, or OSO_SWV for a terugkoppeling")
    ] = "",
    kind: Annotated[str, typer.Option(help="overdrachtsoort; by default as in the file")] = "",
    inzage_date: Annotated[str, typer.Option(help="day on which the parents saw it")] = "",
    sender_routing_key: Annotated[str, typer.Option(help="required within one BRIN")] = "",
    receiver_routing_key: Annotated[str, typer.Option(help="delivery point meant")] = "",
    receiver_aanleverpunt: Annotated[str, typer.Option(help="delivery point meant")] = "",
    version: Annotated[str, typer.Option(help="namespace of the service version")] = "",
    initiator: Annotated[str, typer.Option(help="pseudonym of who ordered it")] = "",
    link_key_file: Annotated[
        str, typer.Option(help="file with a link key, for a terugkoppeling; - is stdin")
    ] = "",
    correlation_id: Annotated[str, typer.Option(help="UUID that ties messages together")] = "",
    message_id: Annotated[
        str, typer.Option(help="UUID of your own; a repeat is the same message")
    ] = "",
    new: Annotated[
        bool, typer.Option("--new", help="another message, also if the same is pending")
    ] = False,
    receipt: Annotated[Path | None, typer.Option(help="file for both receipts")] = None,
) -> None:
    """Send a dossier, and wait for its receipts."""
    session = session_of(context)
    texts = {
        "kind": kind,
        "sender_routing_key": sender_routing_key,
        "receiver_routing_key": receiver_routing_key,
        "receiver_aanleverpunt": receiver_aanleverpunt,
        "version": version,
        "initiator": initiator,
    }
    options = SendOptions(**{name: text for name, text in texts.items() if text})  # type: ignore[typeddict-item] # each is a text
    if inzage_date:
        options["inzage_date"] = parse_day(inzage_date, "inzage_date")
    if correlation_id:
        options["correlation_id"] = _uuid(correlation_id)
    if link_key_file:
        options["link_key"] = link_key_in(link_key_file)
    about = Kind.FEEDBACK if link_key_file else Kind.OVERSTAP
    begun: list[Envelope] = []
    try:
        with bar(session, "sending") as progress:
            done = session.hub().send(
                file,
                sender=sender,
                receiver=receiver,
                service=service or SERVICE_OF_KIND[about],
                progress=progress,
                composed=lambda envelope: begun.append(_said(envelope)),
                message_id=message_id or None,
                new=new,
                **options,
            )
    except (Unreachable, Refused) as error:
        if begun and not settles(error):
            note("It is in the outbox: `wissel resume` sends the same message again.")
        raise
    if receipt is not None:
        _write(receipt, done)
    if session.json:
        print_json(_facts(done))
    else:
        _tell(done)


def resume(context: typer.Context) -> None:
    """Send again, byte for byte, what has no answer yet."""
    session = session_of(context)
    with bar(session, "sending") as progress:
        results = session.hub().resume(progress)
    if session.json:
        print_json([_result(each) for each in results])
    elif not results:
        note("Nothing is waiting in the outbox.")
    else:
        rows = [list(_result(each).values()) for each in results]
        print_rows(["MESSAGE", "FILE", "RESULT", "TEXT"], rows)
    if any(each.error for each in results):
        raise typer.Exit(1)


def _write(receipt: Path, done: DeliveryReceipt) -> None:
    try:
        write_atomically(receipt, json.dumps(_facts(done), indent=2).encode() + b"\n")
    except OSError as error:
        message = (
            f"{receipt}: {error.strerror}; it was delivered, and its receipts are in the outbox"
        )
        raise StorageError(message) from None


def _said(envelope: Envelope) -> Envelope:
    note(f"message {envelope.entry.message_id}", style="dim")
    if envelope.note:
        note(envelope.note)
    return envelope


def _facts(done: DeliveryReceipt) -> dict[str, str | int | bool]:
    return {
        "message_id": str(done.message_id),
        "size": done.size,
        "sha256": done.sha256,
        "replayed": done.replayed,
        **record_of(done),
    }


def _tell(done: DeliveryReceipt) -> None:
    print_pairs(
        [
            ("delivered", str(done.message_id)),
            ("at", done.delivered.astimezone(dt.UTC).isoformat()),
            ("bytes", str(done.size)),
            ("sha256", done.sha256),
            ("via", done.routing_key),
            ("receiver OIN", done.receiver_oin),
        ]
    )
    if done.replayed:
        note("It had been delivered before; this is the stored answer.")


def _result(resumed: Resumed) -> dict[str, str]:
    error = resumed.error
    if isinstance(error, Refused):
        result, text = error.reason, error.text
    elif isinstance(error, Unreachable):
        result, text = "UNREACHABLE", str(error)
    elif error is not None:
        result, text = "FAILED", str(error)
    else:
        result, text = "DELIVERED", ""
    return {
        "message_id": str(resumed.entry.message_id),
        "path": str(resumed.entry.path),
        "result": result,
        "text": text,
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        message = f"{text!r} is not a UUID"
        raise typer.BadParameter(message) from None
