"""The command as a whole: its global options, its groups, and its exit code."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from wissel.clients.cli import checks, tokens
from wissel.clients.cli.dossier import checking
from wissel.clients.cli.endpoint_files import exporting, importing
from wissel.clients.cli.examples import add_examples
from wissel.clients.cli.failing import explain_failure
from wissel.clients.cli.history import command as past
from wissel.clients.cli.mandating import copying, overview, review, several, watching
from wissel.clients.cli.moving import mijn_oso
from wissel.clients.cli.preparing import commands as preparing
from wissel.clients.cli.publishing import command as publishing
from wissel.clients.cli.register import (
    agreements,
    boards,
    endpoints,
    mandates,
    parties,
    schools,
    services,
    swv,
    systems,
)
from wissel.clients.cli.rio import locating, regions, updating
from wissel.clients.cli.session import Session, account
from wissel.clients.cli.traffic import (
    connecting,
    connections,
    deliveries,
    fetching,
    forecast,
    las,
    outbox,
    points,
    receipts,
    routes,
    sending,
    trial,
)
from wissel.clients.errors import WisselError
from wissel.routing.refusals.errors import Refused as RuleRefused

_WITH_VALUE: Final = frozenset(
    {
        "--server",
        "--certificate",
        "--key",
        "--trust-roots",
        "--hub-oin",
        "--user",
        "--reason",
        "--token-file",
        "--language",
        "--deadline",
        "--trace-share",
    }
)
_FLAGS: Final = frozenset({"--json"})
_LANGUAGES: Final = ("en", "nl")
_LONGEST_DEADLINE: Final = 86_400.0

app = typer.Typer(
    name="wissel",
    help="Mandates, endpoints and dossiers of Dutch schools. "
    "The options below may stand anywhere on the line.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(schools.app, name="schools")
schools.app.command("update")(updating.update)
schools.app.command("locate")(locating.locate)
app.add_typer(boards.lists, name="boards")
app.add_typer(boards.app, name="board")
app.add_typer(swv.app, name="swv")
swv.app.command("import")(regions.import_swvs)
swv.app.command("postcodes")(regions.import_postcodes)
app.add_typer(parties.app, name="party")
app.add_typer(systems.app, name="system")
app.add_typer(agreements.app, name="agreement")
app.add_typer(services.app, name="service")
app.add_typer(mandates.app, name="mandate")
mandates.app.command("create-many")(several.create_many)
mandates.app.command("switch")(several.switch)
mandates.app.command("undo-switch")(several.undo_switch)
mandates.app.command("copy")(copying.copy)
mandates.app.command("watch")(watching.watch)
boards.app.command("overview")(overview.overview)
boards.app.command("review")(review.review)
app.add_typer(mijn_oso.app, name="move")
app.add_typer(endpoints.app, name="endpoint")
endpoints.app.command("import")(importing.import_endpoints)
endpoints.app.command("export")(exporting.export_endpoints)
app.add_typer(connections.app, name="connection")
app.add_typer(routes.app, name="route")
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(outbox.app, name="outbox")
app.add_typer(las.app, name="las")
las.app.command("test-school")(trial.serve_test_school)
app.add_typer(receipts.app, name="receipt")
app.command()(past.history)
app.command()(forecast.forecast)
app.add_typer(checking.app, name="dossier")
app.command()(preparing.prepare)
app.add_typer(preparing.app, name="prepared")
app.command()(preparing.requests)
app.command()(points.announce)
app.command("delivery-points")(points.delivery_points)
app.command()(publishing.overview)
app.command()(connecting.connect)
app.command()(sending.send)
app.command()(sending.resume)
app.command()(fetching.fetch)
app.command("test-exchange")(trial.exchange_dossiers)
app.command()(checks.whoami)
app.command()(checks.doctor)
app.command()(checks.errors)
app.command()(tokens.token)
add_examples(app)


@app.callback()
def options(
    context: typer.Context,
    server: Annotated[str, typer.Option(envvar="WISSEL_SERVER", help="host:port")] = "",
    certificate: Annotated[
        str, typer.Option(envvar="WISSEL_CERTIFICATE", help="PEM file, leaf first")
    ] = "",
    key: Annotated[str, typer.Option(envvar="WISSEL_KEY", help="PEM file")] = "",
    trust_roots: Annotated[
        str, typer.Option(envvar="WISSEL_TRUST_ROOTS", help="PEM file with the trusted roots")
    ] = "",
    hub_oin: Annotated[
        str, typer.Option(envvar="WISSEL_HUB_OIN", help="OIN of the hub that receipts come from")
    ] = "",
    user: Annotated[
        str, typer.Option(help="account of the person who acts; by default yours")
    ] = "",
    reason: Annotated[str, typer.Option(help="why; required of operators who change things")] = "",
    token_file: Annotated[
        str,
        typer.Option(envvar="WISSEL_TOKEN_FILE", help="token of the person for whom a portal acts"),
    ] = "",
    language: Annotated[
        str, typer.Option(envvar="WISSEL_LANGUAGE", help="en or nl, for refusals")
    ] = "en",
    deadline: Annotated[
        float | None,
        typer.Option(
            envvar="WISSEL_DEADLINE",
            min=1,
            help="seconds for one attempt to deliver; by default what the file may need",
        ),
    ] = None,
    trace_share: Annotated[
        float,
        typer.Option(
            envvar="WISSEL_TRACE_SHARE",
            min=0,
            max=1,
            help="share of the messages to trace, to OTEL_EXPORTER_OTLP_ENDPOINT",
        ),
    ] = 0,
    json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Keep the global options in the session of the command that follows."""
    if language not in _LANGUAGES:
        message = f"{language!r} is not en or nl (--language or WISSEL_LANGUAGE)"
        raise typer.BadParameter(message)
    if deadline is not None and not 1 <= deadline <= _LONGEST_DEADLINE:
        message = "--deadline or WISSEL_DEADLINE is 1 second to one day (86400)"
        raise typer.BadParameter(message)
    if not 0 <= trace_share <= 1:
        message = "--trace-share or WISSEL_TRACE_SHARE is a number of 0 to 1"
        raise typer.BadParameter(message)
    context.obj = Session(
        server=server,
        certificate=certificate,
        key=key,
        trust_roots=trust_roots,
        hub_oin=hub_oin,
        user=user or account(),
        reason=reason,
        token_file=token_file,
        language=language,
        deadline=deadline,
        trace_share=trace_share,
        json=json,
    )
    context.call_on_close(context.obj.close)


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; errors of the SDK are explained on stderr."""
    try:
        app(args=hoisted(arguments), prog_name="wissel")
    except SystemExit as done:  # how typer ends: 2 for wrong usage, 130 when interrupted
        return done.code if isinstance(done.code, int) else 0
    except (WisselError, RuleRefused) as error:
        return explain_failure(error)
    except OSError as error:  # of our own output, or of a file that a command names
        return explain_failure(WisselError(_words(error)))
    return 0


def _words(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the global options moved to the front, where click expects them.

    Those after `--` stay where they are.
    """
    first: list[str] = []
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        each = waiting.pop(0)
        if each == "--":
            rest += [each, *waiting]
            break
        if each in _FLAGS or each.partition("=")[0] in _WITH_VALUE:
            first.append(each)
            if each in _WITH_VALUE and waiting:
                first.append(waiting.pop(0))
        else:
            rest.append(each)
    return first + rest
