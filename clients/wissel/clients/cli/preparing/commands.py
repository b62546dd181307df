"""`wissel prepare`, `wissel prepared` and `wissel requests`: what a school gives, and to whom."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from wissel.clients import background
from wissel.clients.cli.dossier.checking import Codes
from wissel.clients.cli.dossier.checking import Folder as Gegevensset
from wissel.clients.cli.failing import EXIT_REFUSED
from wissel.clients.cli.output import note, print_json, print_rows, say
from wissel.clients.cli.preparing.folder import Folder, Keys, facts, prepared_in
from wissel.clients.cli.session import Session, session_of
from wissel.clients.errors import DossierUnfit, DossierUnusable
from wissel.clients.providing.preparing import Prepared, PrepareOptions
from wissel.clients.providing.storing.records import PreparedDossier, RememberedRequest
from wissel.clients.providing.telling import tell
from wissel.routing.exchange.fetching.search_keys import pupil_number
from wissel.routing.values.days import parse_day

app = typer.Typer(help="Dossiers that lie ready to be fetched.", no_args_is_help=True)
_COLUMNS: Final = {
    "id": "DOSSIER",
    "sender": "FROM",
    "overdrachtsoort": "KIND",
    "stage": "STAGE",
    "receivers": "FOR",
    "until": "UNTIL",
    "held": "HELD",
    "size": "BYTES",
}
_REQUEST: Final = {
    "asked": "ASKED",
    "requester": "BY",
    "requester_routing_key": "AT",
    "overdrachtsoort": "KIND",
    "source": "OF",
    "state": "STATE",
    "until": "UNTIL",
}
_MOST_NUMBERS: Final = 64 * 1024

Dossier = Annotated[str, typer.Argument(help="id, as `wissel prepared list` shows it")]


def prepare(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="a dossier, as XML", exists=True, dir_okay=False)],
    receiver: Annotated[
        list[str],
        typer.Option(help="who may fetch it: 99XB, 99XB02, PO9901 or a routing key; repeatable"),
    ],
    stage: Annotated[
        str,
        typer.Option(
            help="aanmelding, plaatsing (provisional) or inschrijving (definitive); by default "
            "as the dossier says"
        ),
    ] = "",
    until: Annotated[
        str, typer.Option(help="last day, yyyy-mm-dd; by default the next 31 July")
    ] = "",
    hold: Annotated[
        bool, typer.Option("--hold", help="not yet: who asks hears that it is not ready")
    ] = False,
    sender: Annotated[
        str, typer.Option("--from", help="BRIN of your school; by default as in the dossier")
    ] = "",
    sender_routing_key: Annotated[
        str, typer.Option(help="the one delivery point of your school that gives it")
    ] = "",
    numbers: Annotated[
        str,
        typer.Option(
            help="file with further numbers of the pupil, one a line: earlier onderwijsnummers, or "
            "a BSN that is not in the dossier; - is standard input"
        ),
    ] = "",
    initiator: Annotated[str, typer.Option(help="pseudonym of who ordered it")] = "",
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="also with mistakes that a check finds")
    ] = False,
    gegevensset: Gegevensset = None,
    toetscodes: Codes = None,
    prepared: Folder = None,
    keys: Keys = None,
) -> None:
    """Prepare a dossier (klaarzetten): keep it here for those who may fetch it.

    It is checked first, takes the place of an earlier one of the same pupil, and is
    forgotten after its last day. `wissel las serve --provide` gives it. With --server the hub
    is asked to tell who asked for it in vain, and a samenwerkingsverband of a swv-dossier.
    """
    session = session_of(context)
    texts = {
        "stage": stage,
        "sender": sender,
        "sender_routing_key": sender_routing_key,
        "initiator": initiator,
        "gegevensset": gegevensset,
        "toetscodes": toetscodes,
    }
    options = PrepareOptions(**{name: text for name, text in texts.items() if text})  # type: ignore[typeddict-item] # each is as the options say
    if until:
        options["until"] = parse_day(until, "until")
    if numbers:
        options["numbers"] = _numbers_in(numbers)
    store = prepared_in(session, prepared, keys)
    try:
        kept = store.prepare(file, receivers=receiver, held=hold, unchecked=unchecked, **options)
    except DossierUnfit as unfit:
        note(f"wissel: {unfit}")
        note("Also with these: --unchecked")
        raise typer.Exit(EXIT_REFUSED) from None
    _show(session, kept, "held back" if hold else "prepared")
    if gegevensset is None and not unchecked:
        note("Its form was not checked: that needs --gegevensset.")
    _tell(session, store)


@app.command("list")
def list_prepared(context: typer.Context, prepared: Folder = None, keys: Keys = None) -> None:
    """List what lies ready here, for whom and until when; never of which pupil."""
    session = session_of(context)
    found = [facts(each) for each in prepared_in(session, prepared, keys).listed()]
    if session.json:
        print_json(found)
        return
    print_rows(
        list(_COLUMNS.values()), [[_cell(each[name]) for name in _COLUMNS] for each in found]
    )


@app.command()
def withdraw(
    context: typer.Context, dossier: Dossier, prepared: Folder = None, keys: Keys = None
) -> None:
    """Give a dossier no more, and delete it here."""
    session = session_of(context)
    _show(session, prepared_in(session, prepared, keys).withdraw(dossier), "withdrawn")


@app.command()
def release(
    context: typer.Context, dossier: Dossier, prepared: Folder = None, keys: Keys = None
) -> None:
    """Give a dossier that was prepared with --hold from now on."""
    session = session_of(context)
    store = prepared_in(session, prepared, keys)
    _show(session, store.release(dossier), "released")
    _tell(session, store)


def requests(
    context: typer.Context,
    newest: Annotated[int, typer.Option(min=1, help="how many the table shows")] = 200,
    prepared: Folder = None,
    keys: Keys = None,
) -> None:
    """List who asked in vain, the newest first, and for whom there is something by now.

    Of which pupil is not told: nobody here knows it before a dossier is there. Many that
    are NOT_FOUND from one requester may be guesses.
    """
    session = session_of(context)
    found = [_request(each) for each in prepared_in(session, prepared, keys).requests()]
    if session.json:
        print_json(found)
        return
    shown = [[each[name] for name in _REQUEST] for each in found[:newest]]
    print_rows(list(_REQUEST.values()), shown)
    if len(found) > len(shown):
        note(f"the newest of {len(found)}; --newest {len(found)} or --json shows them all")
    for requester, number in sorted(_in_vain(found).items()):
        note(f"{requester}: {number} not found")


def _tell(session: Session, store: Prepared) -> None:
    """Have the hub tell who asked in vain for what is there now, if there is a hub to ask."""
    if session.server:
        told = background.run(tell(store, session.hub().asynchronous))
        if told:
            note(f"{told} that asked for it, or may have it, will be told by the hub")


def _in_vain(found: Sequence[dict[str, str]]) -> dict[str, int]:
    """Return how many requests of each requester found nothing."""
    counts: dict[str, int] = {}
    for each in found:
        if each["state"] == "NOT_FOUND":
            counts[each["requester"]] = counts.get(each["requester"], 0) + 1
    return counts


def _request(request: RememberedRequest) -> dict[str, str]:
    return {
        "asked": request.asked.isoformat(timespec="seconds"),
        "requester": request.requester.place,
        "requester_routing_key": request.requester.routing_key or "",
        "requester_oin": request.requester_oin,
        "overdrachtsoort": request.kind.value,
        "source": request.source.place,
        "source_routing_key": request.source.routing_key or "",
        "session_id": str(request.session_id),
        "state": request.state.value,
        "until": request.until.isoformat(),
    }


def _numbers_in(name: str) -> list[str]:
    """Return the numbers in a file, which no message repeats.

    On the command line other accounts would see them.
    """
    try:
        if name == "-":
            text = sys.stdin.read(_MOST_NUMBERS)
        else:
            with Path(name).open(encoding="ascii") as file:
                text = file.read(_MOST_NUMBERS)
    except OSError as error:
        message = f"{name}: {error.strerror}"
        raise DossierUnusable(message) from None
    except UnicodeDecodeError:
        message = f"{name}: it holds more than numbers"
        raise DossierUnusable(message) from None
    numbers = text.split()
    for place, number in enumerate(numbers, 1):
        try:
            pupil_number(number)
        except ValueError as error:
            message = f"{name}: number {place}: {error}"
            raise DossierUnusable(message) from None
    return numbers


def _show(session: Session, dossier: PreparedDossier, what: str) -> None:
    if session.json:
        print_json(facts(dossier) | {"replaced": [str(each) for each in dossier.replaced]})
        return
    say(
        f"{dossier.dossier_id} {what}: {dossier.kind.value} ({dossier.stage.value}) of "
        f"{dossier.brin} for {', '.join(map(str, dossier.receivers))}, until {dossier.until}"
    )
    if dossier.replaced:
        say(f"It took the place of {', '.join(map(str, dossier.replaced))}.")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return ", ".join(value) if isinstance(value, list) else str(value)
