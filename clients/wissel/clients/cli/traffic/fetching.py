"""`wissel fetch`: fetch a dossier from the school that has it, and go on with what was broken off.

The number of the pupil is in no argument: those of a process are for all to read.
"""
# ruff: noqa: PLR0917 - the arguments of a command are its options

import datetime as dt
import importlib.util
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from wissel.clients.cli.failing import explain_failure
from wissel.clients.cli.output import bar, busy, note, print_json, print_pairs, print_rows
from wissel.clients.cli.secret_files import link_key_in, secret_in
from wissel.clients.cli.session import Session, session_of
from wissel.clients.cli.traffic.las import keep_in
from wissel.clients.errors import DossierUnusable, StorageError
from wissel.clients.fetching.results import Fetched, FetchResumed, PointResult
from wissel.clients.fetching.wanted import FetchOptions, Pupil
from wissel.clients.las import Became, IncomingMessage
from wissel.clients.sending.receipts import record_of
from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.search_keys import pupil_number
from wissel.routing.exchange.fetching.transfers import TransferResult
from wissel.routing.exchange.outcome import MOST_RULES, OutcomeResult
from wissel.routing.values.days import AMSTERDAM

_MISSING: Final = "checking dossiers needs lxml. Fix: pip install 'wissel[dossier]'"


@dataclass
class _Keeper:
    """Keeps what was fetched in a folder, and checks it if that is asked."""

    folder: Path
    checks: bool
    files: dict[UUID, Path] = field(default_factory=dict)

    def accept(self, message: IncomingMessage) -> Became | None:
        became = _checked(message) if self.checks else None
        try:
            self.files[message.context.message_id] = keep_in(self.folder, message)
        except OSError as error:
            text = f"{self.folder}: {error.strerror}; make room, then: wissel fetch --resume"
            raise StorageError(text) from None
        return became


def fetch(
    context: typer.Context,
    source: Annotated[str, typer.Option(help="school that has the dossier: 99XA")] = "",
    requester: Annotated[str, typer.Option(help="your school or SWV: 99XB or PO9901")] = "",
    routing_key: Annotated[str, typer.Option(help="your delivery point")] = "",
    number_file: Annotated[
        str, typer.Option(help="file with the pupil's number; - is stdin; without it: you type it")
    ] = "",
    link_key_file: Annotated[
        str,
        typer.Option(help="file with a link key, or a notification; - is stdin"),
    ] = "",
    kind: Annotated[str, typer.Option(help="overdrachtsoort; by default overstapdossier")] = "",
    initiator: Annotated[str, typer.Option(help="pseudonym of who ordered it")] = "",
    source_routing_key: Annotated[str, typer.Option(help="only this delivery point of it")] = "",
    system: Annotated[str, typer.Option(help="your system, if you have keys of several")] = "",
    since: Annotated[
        str, typer.Option(help="only if it was collected after this: 2026-09-03T12:00")
    ] = "",
    version: Annotated[
        list[str] | None, typer.Option(help="version that you can read; by default any")
    ] = None,
    keys: Annotated[Path | None, typer.Option(help="folder of your keys")] = None,
    keep: Annotated[Path, typer.Option(help="folder for what was fetched")] = Path("received"),
    check: Annotated[
        bool, typer.Option("--check", help="check it, and report the outcome to its sender")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="go on with what was broken off; fetch nothing new")
    ] = False,
) -> None:
    """Fetch a dossier from the school that has it, and keep it as a file.

    Without a dossier it ends with exit code 1, and says of each delivery point why.
    """
    session = session_of(context)
    if check and importlib.util.find_spec("lxml") is None:
        raise DossierUnusable(_MISSING)
    keeper = _Keeper(keep, check)
    if resume:
        _resume(session, keeper)
        return
    texts = {"source": source, "requester": requester, "routing_key": routing_key}
    if missing := [name for name, text in texts.items() if not text]:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
        message = f"missing {options}"
        raise typer.BadParameter(message)
    texts |= {
        "kind": kind,
        "initiator": initiator,
        "source_routing_key": source_routing_key,
        "system": system,
    }
    options = FetchOptions(**{name: text for name, text in texts.items() if text})  # type: ignore[typeddict-item] # each is a text
    if since:
        options["if_collected_after"] = _moment(since)
    if version:
        options["accepted_versions"] = version
    if keys:
        options["keys"] = keys
    if kind == Kind.SWV and not link_key_file:
        raise typer.BadParameter("a swv-dossier is fetched by a link key: --link-key-file")
    pupil, hub = _pupil(number_file, link_key_file), session.hub()
    with bar(session, "fetching") as progress:
        fetched = hub.fetch(pupil, accept=keeper.accept, progress=progress, **options)
    _tell(session, fetched, keeper)
    unfit = fetched.became is not None and fetched.became.result is OutcomeResult.REJECTED
    if fetched.receipt is None or unfit:
        raise typer.Exit(1)


def _resume(session: Session, keeper: _Keeper) -> None:
    with busy(session, "going on with what was fetched"):
        done = session.hub().resume_fetched(keeper.accept)
    rows = [_resumed(each, keeper) for each in done]
    if session.json:
        print_json(rows)
    elif not rows:
        note("Nothing that was fetched is unfinished.")
    else:
        print_rows(["MESSAGE", "RESULT", "FILE", "TEXT"], [list(row.values()) for row in rows])
    if any(each.error for each in done):
        raise typer.Exit(1)


def _pupil(number_file: str, link_key_file: str) -> Pupil:
    """Return whose dossier it is; what was read is in no message."""
    if number_file and link_key_file:
        raise typer.BadParameter("a number or a link key, not both")
    if link_key_file:
        return link_key_in(link_key_file)
    if not number_file and not sys.stdin.isatty():
        raise typer.BadParameter("missing --number-file FILE (or -), or --link-key-file")
    text = (
        secret_in(number_file)
        if number_file
        else str(typer.prompt("Number of the pupil", hide_input=True, err=True))
    )
    try:
        return pupil_number(text)
    except ValueError as error:
        message = f"{number_file or 'what you typed'}: {error}"
        raise typer.BadParameter(message) from None


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)
        return aware.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter("--since is a moment such as 2026-09-03T12:00") from None


def _checked(message: IncomingMessage) -> Became:
    """Return what becomes of a dossier: a person looks at it, or it breaks rules."""
    from wissel.clients.dossier.checking import check  # noqa: PLC0415 - needs the extra

    report = check(message.path.read_bytes())
    if report.passed:
        return Became(result=OutcomeResult.PENDING_PERSON)
    return Became(result=OutcomeResult.REJECTED, rules=report.broken[:MOST_RULES])


def _tell(session: Session, fetched: Fetched, keeper: _Keeper) -> None:
    receipt = fetched.receipt
    path = "" if receipt is None else str(keeper.files.get(receipt.message_id, ""))
    if session.json:
        print_json(_facts(fetched, path))
        return
    pairs = [("result", fetched.result.value), ("session", str(fetched.session_id))]
    if receipt is not None:
        pairs += [
            ("message", str(receipt.message_id)),
            ("from OIN", fetched.sender_oin),
            ("bytes", str(receipt.size)),
            ("sha256", receipt.sha256),
            ("at", receipt.delivered.astimezone(dt.UTC).isoformat()),
            ("file", path),
        ]
    if fetched.became is not None:
        rules = ", ".join(fetched.became.rules)
        pairs.append(("outcome", f"{fetched.became.result.value} {rules}".strip()))
    print_pairs(pairs)
    for each in fetched.points:
        if each.error is not None:
            note(f"{each.routing_key} ({each.system_id}): {each.result}")
            if each.result is TransferResult.FAILED or receipt is None:
                explain_failure(each.error)


def _facts(fetched: Fetched, path: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "session_id": str(fetched.session_id),
        "result": fetched.result.value,
        "points": [_point(each) for each in fetched.points],
    }
    if (receipt := fetched.receipt) is not None:
        facts |= {
            "message_id": str(receipt.message_id),
            "sender_oin": fetched.sender_oin,
            "size": receipt.size,
            "sha256": receipt.sha256,
            "path": path,
            **record_of(receipt),
        }
    if fetched.became is not None:
        facts["outcome"] = fetched.became.result.value
        facts["rules"] = list(fetched.became.rules)
    return facts


def _point(point: PointResult) -> dict[str, str]:
    error = point.error
    return {
        "routing_key": point.routing_key,
        "vestiging": point.vestiging,
        "aanleverpunt": point.aanleverpunt,
        "system_id": point.system_id,
        "system_oin": point.system_oin,
        "result": point.result.value,
        "reason": error.reason if error else "",
        "text": error.text if error else "",
    }


def _resumed(resumed: FetchResumed, keeper: _Keeper) -> dict[str, str]:
    result = "DELIVERED" if resumed.receipt else "LOST" if resumed.lost else "WAITS"
    return {
        "message_id": str(resumed.message_id),
        "result": result,
        "path": str(keeper.files.get(resumed.message_id, "")),
        "text": str(resumed.error or ""),
    }
