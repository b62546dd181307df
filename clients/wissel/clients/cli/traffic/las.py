"""`wissel las`: a LAS for trying things out, which keeps the messages it receives as files."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

import asyncio
import datetime as dt
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from wissel.clients.cli.output import log_to_stderr, note, print_json, say
from wissel.clients.cli.preparing.folder import Folder, Keys, prepared_in
from wissel.clients.cli.session import Session, session_of
from wissel.clients.hub import AsyncHub
from wissel.clients.las import (
    IncomingMessage,
    Las,
    LasServer,
    LasSettings,
    Notification,
    RefuseMessage,
)
from wissel.clients.las.server import until_stopped
from wissel.clients.providing.preparing import Prepared
from wissel.clients.providing.source import Providing
from wissel.clients.received.fetched import default_fetched
from wissel.clients.storage.atomic_write import write_atomically
from wissel.clients.storage.private import make_private_folder
from wissel.clients.transport.retry import Patience
from wissel.routing.values.identifiers import Oin

app = typer.Typer(help="The receiving side.", no_args_is_help=True)
_PATIENCE: Final = Patience(total=5.0)
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

    def notified(self, notification: Notification) -> None:
        """Keep it as `<folder>/notifications/<id>.json`, which only we may read; print a line.

        `wissel fetch --link-key-file` takes such a file. The line has no link key.
        """
        folder = self._folder / "notifications"
        make_private_folder(folder)
        said = _said(notification)
        path = _free_for(notification, folder / f"{notification.notification_id}.json")
        write_atomically(path, json.dumps(said, indent=1).encode())
        del said["link_key"]
        if self._session.json:
            print_json({**said, "path": str(path)})
        else:
            now = dt.datetime.now(dt.UTC).astimezone().strftime("%H:%M:%S")
            say(
                f"{now} NOTIFIED {notification.notification_id} {notification.kind.value} of "
                f"{notification.source.place} for {notification.requester.place} in {path}"
            )
        sys.stdout.flush()

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


def _free_for(notification: Notification, path: Path) -> Path:
    """Return the file of a notification: another one if `path` is that of another source.

    Each source chooses its ids, and none can take the place of what another one told.
    """
    try:
        known = json.loads(path.read_bytes())["source_oin"]
    except (OSError, ValueError, KeyError, TypeError):  # absent, or written by a person
        return path
    same = known == notification.source_oin
    return path if same else path.with_stem(f"{path.stem}-{notification.source_oin}")


def _said(notification: Notification) -> dict[str, str]:
    """Return what a notification says, as the options of `wissel fetch` are called."""
    return {
        "notification_id": str(notification.notification_id),
        "source": notification.source.organisation,
        "source_oin": notification.source_oin,
        "source_routing_key": notification.source.routing_key or "",
        "requester": notification.requester.organisation,
        "routing_key": notification.requester.routing_key or "",
        "kind": notification.kind.value,
        "session_id": str(notification.session_id or ""),
        "link_key": str(notification.link_key or ""),
    }


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
    provide: Annotated[
        bool, typer.Option("--provide", help="also give what is prepared; needs --server")
    ] = False,
    prepared: Folder = None,
    keys: Keys = None,
) -> None:
    """Receive messages and keep them as files, until it is stopped; needs --hub-oin.

    With --provide, or --prepared, it also gives dossiers that `wissel prepare` keeps to those
    for whom they are.
    """
    session = session_of(context)
    session.require("hub_oin", *(["server"] if provide or prepared else []))
    log_to_stderr()
    identity = session.identity()
    settings = LasSettings(
        listen=listen,
        hub_oin=Oin.parse(session.hub_oin, "hub_oin"),
        storage=storage,
        fetched=default_fetched(identity.oin),
        tracer=session.tracer("wissel-las"),
    )
    las = FileLas(keep, frozenset(only or ()), session)
    if not (provide or prepared):
        asyncio.run(until_stopped(LasServer(las, identity, settings), _started))
        return
    store = prepared_in(session, prepared, keys)
    if store.keys is not None and not store.keys.listed():
        note("No key of a system is here yet: until then nothing can be found.")
        note("Fix: `wissel system key create` and `register`.")
    asyncio.run(_providing(las, session, settings, store))


async def _providing(las: Las, session: Session, settings: LasSettings, prepared: Prepared) -> None:
    """Serve a LAS that also gives what is prepared, until it is stopped."""
    identity = session.identity()
    hub = AsyncHub(session.server, identity, hub_oin=session.hub_oin, patience=_PATIENCE)
    async with hub:
        settings = replace(settings, providing=Providing(prepared=prepared, hub=hub))
        await until_stopped(LasServer(las, identity, settings), _started)


def _started(address: str) -> None:
    print(f"wissel las: serving on {address}", file=sys.stderr, flush=True)
