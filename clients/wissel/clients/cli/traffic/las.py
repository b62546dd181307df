"""`wissel las`: a LAS for trying things out, which keeps the messages it receives as files."""

import datetime as dt
import logging
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from wissel.clients.cli.output import print_json, say
from wissel.clients.cli.session import Session, session_of
from wissel.clients.las import IncomingMessage, Las, RefuseMessage, serve
from wissel.clients.received.fetched import default_fetched
from wissel.clients.storage.private import make_private_folder

app = typer.Typer(help="The receiving side.", no_args_is_help=True)
_SUFFIXES: Final = {"application/xml": ".xml", "application/zip": ".zip"}


class FileLas(Las):
    """Keeps each message as `<folder>/<routing key>/<message id>.xml`, and prints a line for it.

    Other suffixes are `.zip` and `.bin`. If `administrations` is not empty,
    messages for other routing keys are refused.
    """

    def __init__(self, folder: Path, administrations: frozenset[str], session: Session) -> None:
        self._folder = folder
        self._administrations = administrations
        self._session = session

    def accept(self, message: IncomingMessage) -> None:
        """Keep the payload as a file."""
        if self._administrations and message.routing_key not in self._administrations:
            raise RefuseMessage("ADMINISTRATION_UNKNOWN", "This administration is not here.")
        self._tell(message, keep_in(self._folder, message))

    def _tell(self, message: IncomingMessage, kept: Path) -> None:
        context = message.context
        if self._session.json:
            print_json(
                {
                    "message_id": str(context.message_id),
                    "size": message.size,
                    "sha256": message.sha256,
                    "sender": context.sender.place,
                    "receiver": context.receiver.place,
                    "overdrachtsoort": context.kind.value,
                    "routing_key": message.routing_key,
                    "path": str(kept),
                }
            )
        else:
            now = dt.datetime.now(dt.UTC).astimezone().strftime("%H:%M:%S")
            say(
                f"{now} RECEIVED {context.message_id} {message.size} bytes "
                f"sha256:{message.sha256} {context.sender.place} -> {context.receiver.place} "
                f"via {message.routing_key} in {kept}"
            )
        sys.stdout.flush()


def keep_in(folder: Path, message: IncomingMessage) -> Path:
    """Keep a message as a file, in the folder of its routing key; return the file."""
    administration = folder / message.routing_key
    make_private_folder(administration)
    suffix = _SUFFIXES.get(message.context.content_type, ".bin")
    return message.keep(administration / f"{message.context.message_id}{suffix}")


@app.command("serve")
def serve_las(
    context: typer.Context,
    listen: Annotated[
        str, typer.Option(help="host:port; port 0 takes a free one")
    ] = "localhost:8443",
    storage: Annotated[Path, typer.Option(help="folder that remembers what came")] = Path("inbox"),
    keep: Annotated[Path, typer.Option(help="folder for the received files")] = Path("received"),
    only: Annotated[
        list[str] | None, typer.Option(help="routing key that is here; others are refused")
    ] = None,
) -> None:
    """Receive messages and keep them as files, until it is stopped; needs --hub-oin."""
    session = session_of(context)
    session.require("hub_oin")
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    identity = session.identity()
    serve(
        FileLas(keep, frozenset(only or ()), session),
        identity,
        listen=listen,
        hub_oin=session.hub_oin,
        storage=storage,
        fetched=default_fetched(identity.oin),
        tracer=session.tracer("wissel-las"),
        started=_started,
    )


def _started(address: str) -> None:
    print(f"wissel las: serving on {address}", file=sys.stderr, flush=True)
