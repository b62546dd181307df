"""`wissel test-exchange`, and the LAS of the test school that answers it."""

import asyncio
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from wissel.clients import background
from wissel.clients.cli.output import busy, log_to_stderr, note, print_json, print_pairs
from wissel.clients.cli.session import session_of
from wissel.clients.errors import StorageError
from wissel.clients.sending.receipts import record_of
from wissel.clients.storage.atomic_write import write_atomically
from wissel.clients.trial.exchange import Exchange, exchange, record_of_answer
from wissel.clients.trial.serving import TestLasSettings, serve_test_las
from wissel.routing.values.identifiers import Oin


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def exchange_dossiers(
    context: typer.Context,
    school: Annotated[str, typer.Option(help="your school for the test, such as 99XA")],
    service: Annotated[str, typer.Option(help="such as OSO_OV")] = "OSO_OV",
    routing_key: Annotated[
        str, typer.Option(help="your delivery point; by default the only one there is")
    ] = "",
    wait: Annotated[int, typer.Option(min=1, max=3600, help="seconds to wait for the answer")] = 60,
    receipts: Annotated[
        Path | None, typer.Option(file_okay=False, help="folder for the receipts of both messages")
    ] = None,
) -> None:
    """Exchange a made-up dossier with the test school 00YY, both ways.

    Your LAS must be serving where your endpoint says. Your system need not be qualified:
    the ids that are printed are what a qualification cites.
    """
    session = session_of(context)
    hub = session.hub()
    with busy(session, "exchanging with 00YY"):
        done = background.run(
            exchange(
                hub.asynchronous,
                session.identity(),
                school=school,
                service=service,
                routing_key=routing_key,
                within=dt.timedelta(seconds=wait),
                told=lambda text: note(text, style="dim"),
                now=_now,
            )
        )
    if receipts is not None:
        _write(receipts, done)
    ids = [str(done.sent.message_id), str(done.answer_id)]
    options = " ".join(f"--test-message {each}" for each in ids)
    cite = f"wissel system qualify {done.system_id} {service} {options}"
    if session.json:
        print_json({"system_id": done.system_id, "message_ids": ids, "cite": cite, **_facts(done)})
        return
    print_pairs(
        [
            ("sent", f"{ids[0]} to 00YY, delivered {_told(done.sent.delivered)}"),
            ("received", f"{ids[1]} from 00YY, delivered {_told(_delivered(done))}"),
            ("test LAS", done.sent.receiver_oin),
        ]
    )
    note("Both receipts of each hold. Give these ids to the service desk, which records them:")
    note(f"  {cite}")


def serve_test_school(
    context: typer.Context,
    listen: Annotated[
        str, typer.Option(help="host:port; port 0 takes a free one")
    ] = "localhost:8444",
    storage: Annotated[
        Path, typer.Option(help="folder that remembers ids and digests, for 32 days")
    ] = Path("test-las"),
) -> None:
    """Be the LAS of the test school 00YY, until it is stopped: each message is answered.

    It is a vendor with a certificate of its own, which the hub names in its settings
    WISSEL_TEST_LAS_OIN and WISSEL_TEST_LAS_URL; needs --server and --hub-oin.
    """
    session = session_of(context)
    session.require("server", "hub_oin")
    log_to_stderr()
    settings = TestLasSettings(
        listen=listen,
        server=session.server,
        hub_oin=Oin.parse(session.hub_oin, "hub_oin"),
        storage=storage,
    )
    asyncio.run(serve_test_las(session.identity(), settings, _started))


def _started(address: str) -> None:
    print(f"wissel las: serving on {address}", file=sys.stderr, flush=True)


def _facts(done: Exchange) -> dict[str, dict[str, str]]:
    return {"sent": record_of(done.sent), "answer": record_of_answer(done)}


def _write(folder: Path, done: Exchange) -> None:
    """Write the receipts of each message to `<message id>.json`, as `receipt verify` reads them."""
    files = {done.sent.message_id: record_of(done.sent), done.answer_id: record_of_answer(done)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for message_id, record in files.items():
            written = json.dumps({"message_id": str(message_id), **record}, indent=2)
            write_atomically(folder / f"{message_id}.json", written.encode() + b"\n")
    except OSError as error:
        ids = " and ".join(map(str, files))
        message = f"{folder}: {error.strerror}; the exchange was made, and its ids are {ids}"
        raise StorageError(message) from None


def _delivered(done: Exchange) -> dt.datetime:
    return done.answer.delivery.updated_time.ToDatetime(dt.UTC)


def _told(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")
